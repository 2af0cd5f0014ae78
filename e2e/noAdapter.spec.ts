import { expect, openPlace, PLACES, test } from './support'

// The browser's own word on the adapter it does not have; everything else must stay silent.
test.use({ expectedComplaints: /No available adapters/ })

test('without an adapter: nothing throws, every place opens', async ({ page }) => {
  for (const place of PLACES) {
    await openPlace(page, place)
    await expect(page.getByRole('alert')).toHaveCount(0)
  }
})

test('a card says what is missing, how to enable it, and what works without', async ({ page }) => {
  for (const place of ['train', 'models'] as const) {
    await openPlace(page, place)
    const card = page.getByRole('complementary', { name: /No WebGPU/ })
    await expect(card).toBeVisible({ timeout: 60_000 })
    await expect(card).toContainText(/no graphics adapter|navigator\.gpu is absent/)
    await expect(card).toContainText('Chrome, Edge')
    await expect(card).toContainText('Datasets, Runs and Judges work in full')
    await expect(card).toContainText(/slower/)
  }
  const status = page.getByRole('contentinfo', { name: 'Status' })
  await expect(status).toContainText(/no WebGPU/)
})

test('places that need no GPU show no card', async ({ page }) => {
  await openPlace(page, 'train')
  await expect(page.getByRole('complementary', { name: /No WebGPU/ })).toBeVisible({ timeout: 60_000 })
  for (const place of ['Datasets', 'Runs', 'Judges']) {
    await page.getByRole('link', { name: place, exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: place })).toBeVisible()
    await expect(page.getByRole('complementary', { name: /No WebGPU/ })).toHaveCount(0)
  }
})

test('the smallest preset trains on the CPU, labelled slow, and its curve moves', async ({ page }) => {
  test.setTimeout(300_000)
  await openPlace(page, 'train')
  await page.getByLabel('Preset').selectOption('micro')
  await expect(page.locator('[data-preflight]')).toContainText(/wasm/i, { timeout: 60_000 })
  await expect(page.locator('[data-preflight]')).toContainText(/slow/i)
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await expect(run).toBeEnabled({ timeout: 60_000 })
  await run.click()
  const loss = page.locator('[data-metric="loss"]').getByRole('slider')
  await expect.poll(async () => Number(await loss.getAttribute('data-points')), { timeout: 180_000 }).toBeGreaterThanOrEqual(3)
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText(/Run:?.*running, step \d+ of \d+/)
})
