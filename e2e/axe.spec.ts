import AxeBuilder from '@axe-core/playwright'
import { expect, openPlace, PLACES, test } from './support'

const SIZES = [
  { name: 'wide', width: 1280, height: 800 },
  { name: 'narrow', width: 390, height: 844 },
] as const

for (const scheme of ['light', 'dark'] as const)
  for (const { name, ...viewport } of SIZES)
    test(`no serious or critical finding on any place: ${scheme}, ${name}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await page.setViewportSize(viewport)
      const found: string[] = []
      for (const place of ['', ...PLACES] as const) {
        if (place) await openPlace(page, place)
        else await page.goto('./')
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await page.waitForLoadState('networkidle')
        const { violations, passes } = await new AxeBuilder({ page }).analyze()
        expect(passes.length, 'axe looked at nothing').toBeGreaterThan(10)
        for (const { id, impact, nodes } of violations)
          if (impact === 'serious' || impact === 'critical')
            found.push(...nodes.map((node) => `${place || 'home'}: ${id} (${impact}) at ${node.target.join(' ')}: ${node.failureSummary ?? ''}`))
      }
      expect(found).toEqual([])
    })
