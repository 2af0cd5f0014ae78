import { expect, openPlace, PLACES, test } from './support'

test('opens on the first page, and each place is one click away', async ({ page }) => {
  await page.goto('./')
  await expect(page.getByRole('heading', { level: 1, name: 'Proof Lab' })).toBeVisible()
  await expect(page).toHaveTitle('Proof Lab')
  await expect(page.getByText('Sample data')).toHaveCount(3)
  const nav = page.getByRole('navigation', { name: 'Places' })
  for (const place of PLACES) {
    await nav.getByRole('link', { name: place, exact: false }).click()
    await expect(page).toHaveURL(new RegExp(`#/${place}`))
    await expect(page).toHaveTitle(new RegExp(place, 'i'))
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
    await expect(nav.locator('[aria-current="page"]')).toHaveText(new RegExp(place, 'i'))
    await expect(page.getByText('Loading…', { exact: true })).toHaveCount(0)
  }
})

test('back and forward walk through the places; an unknown address leads home', async ({ page }) => {
  await openPlace(page, 'datasets')
  await page.getByRole('link', { name: 'Judges', exact: true }).click()
  await expect(page).toHaveURL(/#\/judges/)
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: 'Datasets' })).toBeVisible()
  await page.goForward()
  await expect(page.getByRole('heading', { level: 1, name: 'Judges' })).toBeVisible()
  await page.goto('./#/nowhere/at/all')
  await expect(page.getByRole('heading', { level: 1, name: 'Proof Lab' })).toBeVisible()
})

test('the view of a place lives in the URL, and is there again on return', async ({ page }) => {
  await openPlace(page, 'runs', 'run=does-not-exist&x=wall')
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await expect(page).toHaveURL(/#\/datasets/)
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await expect(page).toHaveURL(/#\/runs\?.*x=wall/)
  await page.reload()
  await expect(page).toHaveURL(/#\/runs\?.*x=wall/)
  await page.getByRole('link', { name: 'Runs', exact: true }).click() // pressed again: afresh
  await expect(page).toHaveURL(/#\/runs$/)
})

test('theme: follows the system, turns with the switch and with Alt+M, survives a reload', async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('./')
  const light = await ground()
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await ground()
  expect(dark).not.toBe(light)
  await page.getByRole('button', { name: /System theme/ }).click()
  await expect(page.getByRole('button', { name: /Light theme/ })).toBeVisible()
  expect(await ground()).toBe(light)
  await page.keyboard.press('Alt+m')
  await expect(page.getByRole('button', { name: /Dark theme/ })).toBeVisible()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.reload()
  await expect(page.getByRole('button', { name: /Dark theme/ })).toBeVisible()
  expect(await ground()).toBe(dark)
})

test('the skip button leads past the navigation', async ({ page }) => {
  await openPlace(page, 'judges')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('button', { name: 'Skip to content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.locator('#content')).toBeFocused()
  await expect(page).toHaveURL(/#\/judges/)
})

test('the status bar names the adapter and the storage', async ({ page }) => {
  await page.goto('./')
  const status = page.getByRole('contentinfo', { name: 'Status' })
  await expect(status).toContainText(/Device:?.*\(WebGPU\)/i, { timeout: 60_000 })
  await expect(status).toContainText(/Storage:?.*of \d/)
})

test('narrow: no place scrolls sideways, and the navigation is in sight', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const place of PLACES) {
    await openPlace(page, place)
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(overflow, `${place} overflows by ${overflow}px`).toBeLessThanOrEqual(0)
    for (const other of PLACES) await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: other })).toBeInViewport()
  }
})

test.describe('a place whose code does not arrive', () => {
  test.use({ expectedComplaints: /ERR_FAILED|Failed to (load|fetch)|JudgesPlace/ })

  test('says so in its panel, leaves the rest alive, and comes on the second try', async ({ page }) => {
    await page.route(/assets\/JudgesPlace-.*\.js/, (route) => route.abort())
    await page.goto('./#/judges')
    const card = page.getByRole('alert').filter({ hasText: 'This panel' })
    await expect(card).toBeVisible()
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible()
    await expect(card).toHaveCount(0)
    await page.getByRole('link', { name: 'Judges', exact: true }).click()
    await expect(card).toBeVisible()
    await page.unroute(/assets\/JudgesPlace-.*\.js/)
    await card.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
    await expect(card).toHaveCount(0)
  })
})

test.describe('an engine that does not load', () => {
  test.use({ expectedComplaints: /ERR_FAILED|Failed to load resource/ })

  test('is a clear state with a way back', async ({ page }) => {
    await page.route(/assets\/worker-.*\.js/, (route) => route.abort())
    await openPlace(page, 'train')
    const card = page.getByRole('alert').filter({ hasText: 'Training device' })
    await expect(card).toContainText('could not be loaded')
    await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('lost')
    await page.unroute(/assets\/worker-.*\.js/)
    await card.getByRole('button', { name: 'Open the device again' }).click()
    await expect(card).toHaveCount(0, { timeout: 60_000 })
    await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('(WebGPU)')
  })
})

test('a file dropped beside a drop zone opens nothing', async ({ page }) => {
  await openPlace(page, 'train')
  const isTaken = await page.locator('header').first().evaluate((header) => {
    const files = new DataTransfer()
    files.items.add(new File(['x'], 'x.txt'))
    const drop = new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true })
    header.dispatchEvent(drop)
    return drop.defaultPrevented
  })
  expect(isTaken).toBe(true)
})
