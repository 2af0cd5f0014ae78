/** A teacher writes a set to fine-tune on: in this tab, and behind an endpoint that stumbles; a benchmark is refused. */
import { fakeEndpoint, type FakeEndpoint } from './fakeEndpoint'
import { expect, openPlace, test } from './support'

// The browser's own words on refused requests, and the requests themselves.
test.use({ expectedComplaints: /^request left the origin: http:\/\/127\.0\.0\.1:\d+\/|Failed to load resource/ })

const KEY = 'sk-canary-31d07be5a2'
let endpoint: FakeEndpoint
test.beforeAll(async () => {
  endpoint = await fakeEndpoint(KEY, ['teacher'], (prompt) => /^Generate a rigorous proof to the following question:\s+(Show that .*)$/s.exec(prompt)?.[1] ?? null)
})
test.afterAll(() => endpoint.close())

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

test('an endpoint teaches: retried, stopped by a reload, resumed without a repeated call, and its unfinished thoughts left out', async ({ page }) => {
  const problems = Array.from({ length: 12 }, (_, i) => `Show that $${i} < ${i + 1}$.`)
  let isSilent = true // after eight replies, until the reload
  endpoint.behave = (question, times) => {
    const at = problems.indexOf(question)
    if (at === 1 && times === 1) return { status: 500 }
    if (at === 2) return { say: 'I think, and think, and' }
    if (at >= 8 && isSilent) return 'never'
    return { say: `so it is.\n</think>\n${question.replace('Show that', 'Clearly')} Qed.` }
  }
  await openPlace(page, 'datasets')
  await page.locator('input[type=file]').setInputFiles({ name: 'claims.jsonl', mimeType: 'text/plain', buffer: Buffer.from(problems.map((problem) => JSON.stringify({ problem, rubrics: 'Checkpoints\n- all (7 pts)' })).join('\n')) })
  await page.getByRole('radio', { name: 'Distil' }).check()
  await page.getByLabel('Teacher', { exact: true }).selectOption('endpoint')
  await page.getByLabel('Address of the endpoint').fill(`${endpoint.address}/v1`)
  await page.getByLabel('Key', { exact: true }).fill(KEY)
  await page.getByRole('textbox', { name: 'Model' }).fill('teacher')
  await expect(page.getByText('Say under which licence')).toBeVisible()
  await page.getByLabel('Licence of the new rows').fill('CC-BY-4.0')
  await page.getByRole('button', { name: 'Distil', exact: true }).click()
  await expect(page.getByRole('progressbar')).toHaveAttribute('value', '8')
  await page.reload()
  isSilent = false
  const job = page.locator('[data-distil-job]')
  await expect(job).toHaveAttribute('data-done', '8')
  // The key was in the memory of a worker that is gone: the endpoint refuses, and nothing is lost.
  await job.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('alert')).toContainText('401')
  await page.getByLabel('Teacher', { exact: true }).selectOption('endpoint')
  await page.getByLabel('Address of the endpoint').fill(`${endpoint.address}/v1`)
  await page.getByLabel('Key', { exact: true }).fill(KEY)
  await page.getByLabel('Key', { exact: true }).press('Tab')
  await job.getByRole('button', { name: 'Resume' }).click()
  await expect(job).toHaveAttribute('data-done', '12')
  await expect(job).toHaveAttribute('data-kept', '11')
  const counts = problems.map((problem) => endpoint.times.get(problem))
  expect(counts.slice(0, 8)).toEqual([1, 2, 1, 1, 1, 1, 1, 1]) // only the failed one was asked again
  await job.getByRole('button', { name: 'Make the dataset' }).click()
  await expect(page.getByText('11 rows', { exact: true })).toBeVisible()
  await page.getByRole('radio', { name: 'Origin' }).check()
  await expect(page.getByText('distilled from teacher: 11 of 12 problems kept; left out: 1 with thinking that did not end')).toBeVisible()
})

test('a benchmark teaches nothing', async ({ page }) => {
  await openPlace(page, 'datasets')
  await page.locator('input[type=file]').setInputFiles({ name: 'bench.jsonl', mimeType: 'text/plain', buffer: Buffer.from(JSON.stringify({ problem_id: 'x-1', problem: 'Show it.', solution: 'Shown.', grading_scheme: 'All: 7' })) })
  await page.getByRole('radio', { name: 'Distil' }).check()
  await expect(page.locator('[data-distil-refused]')).toContainText('ProofBench is a benchmark')
  await expect(page.getByRole('button', { name: 'Distil', exact: true })).toHaveCount(0)
})
