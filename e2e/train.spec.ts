import type { Page } from '@playwright/test'
import { expect, openPlace, test } from './support'

// A software adapter takes seconds a step; the whole run is driven on wasm (noAdapterTrain.spec.ts).
test.describe.configure({ timeout: 900_000 })

const header = (page: Page) => page.locator('[data-run-status]')
const chart = (page: Page, metric: string) => page.locator(`[data-metric="${metric}"]`)
const stepNow = async (page: Page) => Number(await header(page).getAttribute('data-step'))
const checkpointNow = async (page: Page) => Number(await header(page).getAttribute('data-checkpoint-step'))
const points = async (page: Page, metric: string) => Number(await chart(page, metric).getByRole('slider').getAttribute('data-points'))

async function startMicro(page: Page, name: string): Promise<void> {
  await openPlace(page, 'train')
  await page.getByLabel('Preset').selectOption('micro')
  await page.getByLabel('Seed').fill('3')
  await page.getByLabel('Name').fill(name)
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await expect(run).toBeEnabled({ timeout: 60_000 })
  await expect(page.locator('[data-preflight]')).toContainText('WebGPU')
  await run.click()
  await expect(header(page)).toHaveAttribute('data-run-status', 'running', { timeout: 60_000 })
}

test('on WebGPU: the curve moves, a pause holds, a reload resumes from the checkpoint', async ({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept()) // "Leave the page?", asked because a run computes
  await startMicro(page, 'Kestrel')

  await test.step('pause holds the step, resume goes on', async () => {
    await expect.poll(() => points(page, 'loss'), { timeout: 400_000 }).toBeGreaterThan(1)
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(header(page)).toHaveAttribute('data-run-status', 'paused', { timeout: 120_000 })
    const held = await stepNow(page)
    await page.waitForTimeout(1500)
    expect(await stepNow(page)).toBe(held)
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await expect.poll(() => stepNow(page), { timeout: 300_000 }).toBeGreaterThan(held)
  })

  await test.step('a page that is gone mid-run leaves a run that can go on', async () => {
    await expect.poll(() => checkpointNow(page), { timeout: 400_000 }).toBeGreaterThanOrEqual(5)
    await page.reload()
    await page.goto('./#/train')
    const resume = page.getByRole('button', { name: /^Resume Kestrel from step \d+$/ })
    await expect(resume).toBeVisible({ timeout: 30_000 })
    const from = Number(/step (\d+)/.exec((await resume.textContent()) ?? '')?.[1])
    expect(from).toBeGreaterThanOrEqual(5)
    await resume.click()
    await expect(header(page)).toHaveAttribute('data-run-status', 'running', { timeout: 60_000 })
    await expect.poll(() => stepNow(page), { timeout: 300_000 }).toBeGreaterThan(from)
  })
})

test('a lost device ends in a clear state, and Retry goes on from the checkpoint', async ({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept())
  await startMicro(page, 'Merlin')
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
