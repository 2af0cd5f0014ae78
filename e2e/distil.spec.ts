/** A teacher writes a set to fine-tune on; a benchmark is refused. */
import { expect, openPlace, test } from './support'

test('the reference prover teaches a set that says what it was made of and can be trained on', async ({ page }) => {
  await openPlace(page, 'datasets')
  await page.getByRole('button', { name: 'Tiny proofs – RL (sample)', exact: true }).click()
  await page.getByRole('radio', { name: 'Distil' }).check()
  await page.getByLabel('Problems', { exact: true }).fill('40')
  await page.getByRole('button', { name: 'Distil', exact: true }).click()
  const job = page.locator('[data-distil-job]')
  await expect(job).toHaveAttribute('data-done', '40')
  await job.getByRole('button', { name: 'Make the dataset' }).click()
  await expect(page.getByRole('heading', { name: 'Tiny proofs – RL (sample) – taught by reference prover (mixed)' })).toBeVisible()
  await expect(page.getByText('40 rows', { exact: true })).toBeVisible()
  await page.getByRole('radio', { name: 'Origin' }).check()
  await expect(page.getByText('distilled from reference prover (mixed): 40 of 40 problems kept')).toBeVisible()
  await expect(page.getByLabel('Licence', { exact: true })).toHaveValue('Apache-2.0')
  await openPlace(page, 'train')
  await expect(page.getByRole('option', { name: /taught by reference prover/ }).first()).toBeAttached()
})

test('a benchmark teaches nothing', async ({ page }) => {
  await openPlace(page, 'datasets')
  await page.locator('input[type=file]').setInputFiles({ name: 'bench.jsonl', mimeType: 'text/plain', buffer: Buffer.from(JSON.stringify({ problem_id: 'x-1', problem: 'Show it.', solution: 'Shown.', grading_scheme: 'All: 7' })) })
  await page.getByRole('radio', { name: 'Distil' }).check()
  await expect(page.locator('[data-distil-refused]')).toContainText('ProofBench is a benchmark')
  await expect(page.getByRole('button', { name: 'Distil', exact: true })).toHaveCount(0)
})
