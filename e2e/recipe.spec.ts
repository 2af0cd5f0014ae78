/** The whole recipe from the Train place: every stage, paused, reloaded in the middle of one, and the table at its end. */
import { expect, openPlace, test } from './support'
import { checkpointNow, header } from './wholeRun'

test.describe.configure({ timeout: 600_000 })

test('every stage of the recipe, left in the middle and gone on with, ends in the table', async ({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept()) // "Leave the page?", asked because a run computes
  const stage = (id: string) => page.locator(`[data-stage="${id}"]`)
  await openPlace(page, 'train')
  await page.getByLabel('Preset').selectOption('paper-micro')
  await page.getByLabel('Name').fill('Curlew')
  await expect(page.locator('[data-preflight]')).toContainText('16 cells of a table')
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await expect(run).toBeEnabled({ timeout: 60_000 })
  await run.click()

  await test.step('gone in the middle of a stage: the stages before it stay done', async () => {
    await expect(stage('base')).toHaveAttribute('data-state', 'done', { timeout: 180_000 })
    await expect.poll(() => checkpointNow(page), { timeout: 120_000 }).toBeGreaterThan(20)
    await page.reload()
    await page.goto('./#/train')
    const resume = page.getByRole('button', { name: /^Resume Curlew from step \d+$/ })
    await resume.click({ timeout: 30_000 })
    await expect(header(page)).toHaveAttribute('data-run-status', 'running', { timeout: 60_000 })
    await expect(stage('base')).toHaveAttribute('data-state', 'done')
  })

  await test.step('a pause is heard in a stage that trains nothing, too', async () => {
    await expect(stage('evaluate')).toHaveAttribute('data-state', 'now', { timeout: 300_000 })
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(header(page)).toHaveAttribute('data-run-status', 'paused', { timeout: 60_000 })
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
  })

  await test.step('the table has every cell, and its rollouts their turns', async () => {
    await expect(header(page)).toHaveAttribute('data-run-status', 'finished', { timeout: 300_000 })
    const cells = page.locator('[data-cell]')
    await expect(cells).toHaveCount(16)
    for (const text of await cells.allTextContents()) expect(text).toMatch(/^\d+\.\d\d+ % · \d+ tokens/)
    for (const id of ['base', 'sft', 'assistant', 'curriculum', 'rl', 'rc-rl', 'evaluate']) await expect(stage(id)).toHaveAttribute('data-state', 'done')
    await page.goto('./#/runs')
    await page.getByRole('button', { name: 'Curlew' }).click()
    await expect(page.getByRole('region', { name: 'Held-out grades by model and scaffold' })).toBeVisible()
  })
})
