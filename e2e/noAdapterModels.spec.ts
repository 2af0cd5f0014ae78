import { addModel, GOLDENS, goldenPrompts } from './modelFolders'
import { expect, openPlace, test } from './support'

test.use({ expectedComplaints: /No available adapters/ })

test('without an adapter, a small model writes the golden tokens on the reference engine', async ({ page }) => {
  await openPlace(page, 'models')
  await addModel(page, `${GOLDENS}/qwen3-tiny`)
  await expect(page.locator('[data-estimate]')).toContainText('reference ops', { timeout: 30_000 })
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  const { input_ids, greedy } = goldenPrompts('qwen3-tiny')[0]!
  await page.getByRole('textbox', { name: 'Token ids' }).fill(input_ids.join(', '))
  await page.getByLabel('New tokens, at most').fill('24')
  await page.getByRole('button', { name: 'Generate' }).click()
  await expect(page.locator('[data-completion]')).toHaveAttribute('data-completion', 'done', { timeout: 60_000 })
  await expect(page.locator('[data-ids]')).toHaveText(greedy.map(({ token }) => token).join(' '))
})
