import { expect, test } from './support'
import { checkpointNow, header, startMicro, stepNow, wholeRun } from './wholeRun'

test.describe.configure({ timeout: 900_000 })

test('a whole run on WebGPU', ({ page }) => wholeRun(page, 'WebGPU'))

test('a lost device ends in a clear state, and Retry goes on from the checkpoint', async ({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept())
  await startMicro(page, 'Merlin', 'WebGPU')
  await expect.poll(() => checkpointNow(page), { timeout: 400_000 }).toBeGreaterThanOrEqual(5)
  await page.evaluate(() => dispatchEvent(new Event('lab-lose-device')))
  await expect(header(page)).toHaveAttribute('data-run-status', 'interrupted', { timeout: 30_000 })
  const card = page.getByRole('alert').filter({ hasText: 'The device was lost' })
  await expect(card).toBeVisible()
  const from = await checkpointNow(page)
  await card.getByRole('button', { name: 'Retry' }).click()
  await expect(header(page)).toHaveAttribute('data-run-status', 'running', { timeout: 60_000 })
  await expect.poll(() => stepNow(page), { timeout: 300_000 }).toBeGreaterThan(from)
  await expect(card).toHaveCount(0)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(header(page)).toHaveAttribute('data-run-status', 'stopped', { timeout: 30_000 })
})
