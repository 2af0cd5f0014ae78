/** A researcher goes beyond the matrix: analyses, their files, blind grading, columns by hand, and a report that reproduces itself. */
import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, openPlace, test } from './support'
import type { Page } from '@playwright/test'

const ready = (page: Page) => expect(page.getByRole('progressbar')).toHaveCount(0, { timeout: 90_000 })

async function openView(page: Page, view: string, more = ''): Promise<void> {
  await page.goto(`./#/judges?view=${view}&draws=500${more}`)
  await ready(page)
}

async function saved(page: Page, press: () => Promise<void>): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await press()
  return readFileSync((await (await download).path())!)
}

test('analyses are found by name, each cell opens its proofs, each figure is saved as drawing, picture, numbers and words', async ({ page }) => {
  await openPlace(page, 'judges', 'draws=500')
  const nav = page.getByRole('navigation', { name: 'Analyses' })
  await nav.getByRole('link', { name: 'Decisions' }).click()
  await expect(page).toHaveURL(/view=pass/)
  await nav.getByRole('link', { name: 'Thresholds and ROC' }).click()
  await ready(page)
  await expect(page.getByRole('img', { name: /^ROC at human pass/ })).toBeVisible()
  await nav.getByRole('link', { name: 'Pass decisions' }).click()
  await ready(page)
  await page.getByRole('button', { name: /^Judge F, FP: \d+\. Open the proofs/ }).click()
  const proofs = page.getByRole('region', { name: 'Proofs of the cell' })
  await expect(page.getByRole('heading', { name: /the judge alone passes/ })).toBeVisible()
  const row = await proofs.locator('tbody tr').first().locator('td').allTextContents()
  expect(Number(row[1])).toBeLessThan(0.9) // human
  expect(Number(row[2])).toBeGreaterThanOrEqual(0.9) // judge
  const files = page.getByRole('group', { name: /^Save Pass decisions/ })
  expect((await saved(page, () => files.getByRole('button', { name: 'SVG' }).click())).toString()).toMatch(/^<svg xmlns[\s\S]*Judge F[\s\S]*<\/svg>$/)
  expect([...(await saved(page, () => files.getByRole('button', { name: 'PNG' }).click())).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
  expect((await saved(page, () => files.getByRole('button', { name: 'CSV' }).click())).toString()).toMatch(/^Judge,judge passes,judge passes low,judge passes high,judge passes n,/)
  expect((await saved(page, () => files.getByRole('button', { name: 'Caption' }).click())).toString()).toContain('McNemar')
})

test('blind grading by keyboard: others’ grades stay hidden until one grades, undo takes back, a reload keeps them', async ({ page }) => {
  await openView(page, 'disagreements', '&blind=1')
  const pane = page.getByRole('article')
  await expect(pane.getByText('appear once you have graded')).toBeVisible()
  await expect(pane.getByRole('region', { name: 'Grades under each rubric' })).toHaveCount(0)
  await page.keyboard.press('5')
  await expect(pane.getByRole('region', { name: 'Grades under each rubric' })).toBeVisible()
  await expect(pane.getByRole('button', { name: '5', exact: true })).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('j')
  await expect(pane.getByText('appear once you have graded')).toBeVisible()
  await page.keyboard.press('0')
  await page.keyboard.press('u')
  await expect(pane.getByText('appear once you have graded')).toBeVisible()
  await page.keyboard.press('3')
  const csv = (await saved(page, () => page.getByRole('button', { name: 'Export my grades' }).click())).toString()
  expect(csv.trim().split('\r\n').slice(1).map((l) => l.split(',').slice(4, 9).join())).toEqual(['expert,my grades,human,5,7', 'expert,my grades,human,3,7'])
  await page.reload()
  await expect(page.getByText('2 graded by you')).toBeVisible()
})

test('columns that cannot be told are chosen by hand, and the choice is remembered for the next file', async ({ page }) => {
  await openPlace(page, 'judges', 'draws=500')
  const lines = ['aufgabe,modell,pruefer,punkte']
  for (let i = 0; i < 20; i++) lines.push(`A${i % 10},m${i % 2},human,${i % 8}`, `A${i % 10},m${i % 2},strenger,${Math.max(0, (i % 8) - 1)}`)
  const drop = (name: string) => page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) })
  await drop('fremd.csv')
  await expect(page.getByRole('alert')).toContainText('No column for the problem')
  for (const [role, column] of [['Problem (needed)', 'aufgabe'], ['Solver', 'modell'], ['Rater (needed)', 'pruefer'], ['Score (needed)', 'punkte']] as const)
    await page.locator('form').getByLabel(role, { exact: true }).selectOption(column)
  await page.getByRole('button', { name: 'Read the table with these columns' }).click()
  await expect(page.getByLabel('Audited now').locator('option:checked')).toHaveText('fremd.csv')
  await expect(page.getByRole('button', { name: /^strenger, All solvers: −0\.1/ })).toBeVisible()
  await drop('fremd-2.csv')
  await expect(page.getByLabel('Audited now').locator('option:checked')).toHaveText('fremd-2.csv')
  await expect(page.getByRole('button', { name: /^strenger, All solvers: −0\.1/ })).toBeVisible()
})

test('a table under QEDBench’s name withholds single proofs from exports', async ({ page }) => {
  await openPlace(page, 'judges', 'draws=500')
  const lines = ['problem_id,domain,solver,rater,rater_kind,score']
  for (let i = 0; i < 24; i++) lines.push(`P${i % 8},${i % 8 === 0 ? 'Rare' : 'Common'},s${Math.floor(i / 8)},h,human,${(i % 5) / 4}`, `P${i % 8},${i % 8 === 0 ? 'Rare' : 'Common'},s${Math.floor(i / 8)},j,llm,${((i + 1) % 5) / 4}`)
  await page.locator('input[type=file]').first().setInputFiles({ name: 'qedbench-grades.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) })
  await expect(page.getByRole('button', { name: /^j, Rare/ })).toBeVisible()
  const csv = (await saved(page, () => page.getByRole('button', { name: 'Export CSV' }).click())).toString()
  expect(csv).toContain('Common')
  expect(csv).not.toContain('Rare')
  await page.getByRole('link', { name: 'Data', exact: true }).click()
  await expect(page.getByRole('checkbox', { name: /evaluation only/ })).toBeChecked()
})

test('a report opens offline with every figure, and computed again gives the same numbers', async ({ page, browser }) => {
  test.setTimeout(240_000)
  await openView(page, 'report')
  const download = page.waitForEvent('download', { timeout: 180_000 })
  await page.getByRole('button', { name: 'Save the report' }).click()
  const path = (await (await download).path())!
  const html = readFileSync(path, 'utf8')
  expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/) // nothing to fetch but a namespace
  const offline = await browser.newContext({ offline: true, javaScriptEnabled: false })
  const reader = await offline.newPage()
  const requests: string[] = []
  reader.on('request', (r) => requests.push(r.url()))
  await reader.setContent(html)
  expect(await reader.locator('svg[role=img]').count()).toBeGreaterThan(20)
  await expect(reader.getByRole('heading', { name: 'Own family', exact: true })).toBeVisible()
  expect(requests.filter((url) => !url.startsWith('about:'))).toEqual([])
  await offline.close()
  const reopen = page.locator('input[accept=".html,text/html"]')
  await reopen.setInputFiles(path)
  await expect(page.getByRole('region', { name: 'Comparison' })).toContainText('reproduced', { timeout: 120_000 })
  const numbers = /All ([\d,]+) numbers/.exec((await page.getByRole('region', { name: 'Comparison' }).textContent())!)![1]!
  expect(Number(numbers.replaceAll(',', ''))).toBeGreaterThan(2000)
  // One number changed by hand is found.
  const changed = html.replace(/("value":0\.\d{6})(\d)/, (_, head: string, digit: string) => `${head}${(Number(digit) + 1) % 10}`)
  await reopen.setInputFiles({ name: 'changed.html', mimeType: 'text/html', buffer: Buffer.from(changed) })
  await expect(page.getByRole('region', { name: 'Comparison' })).toContainText('differs', { timeout: 120_000 })
})

test('no serious or critical accessibility finding in the analyses, light and dark, wide and narrow', async ({ page }) => {
  const found: string[] = []
  for (const [colorScheme, width] of [['light', 1280], ['dark', 390]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    for (const view of ['pass', 'human', 'disagreements', 'data', 'report', 'anchors']) {
      await openView(page, view)
      await page.waitForLoadState('networkidle')
      const { violations } = await new AxeBuilder({ page }).analyze()
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical') found.push(...nodes.map((n) => `${view} ${colorScheme}: ${id} at ${n.target.join(' ')}`))
    }
  }
  expect(found).toEqual([])
})
