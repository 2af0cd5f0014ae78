/** One problem, more than one call: the reasoning cache and a single attempt by an endpoint, cut by a reload, with grade against compute. */
import { fakeEndpoint, type FakeEndpoint } from './fakeEndpoint'
import { expect, openPlace, test } from './support'

test.use({ expectedComplaints: /^request left the origin: http:\/\/127\.0\.0\.1:\d+\// })

const KEY = 'sk-canary-90c2f1aa47'
let endpoint: FakeEndpoint
test.beforeAll(async () => {
  endpoint = await fakeEndpoint(KEY, ['prover'], (prompt) => (prompt.startsWith('Summarise') ? `summary after ${/so \d/.exec(prompt)?.[0]}` : `attempt ${/sum \d/.exec(prompt)?.[0] ?? 'without summary'}`))
})
test.afterAll(() => endpoint.close())

test('reasoning cache and single attempt on a tiny proof: account, grade, resume after a reload, and the plot of both', async ({ page }) => {
  let isSilent = true // from the third call on, until the reload
  endpoint.behave = (question) => {
    if (question.startsWith('summary')) return { say: 'sum 1' }
    if (question === 'attempt without summary') return { say: 'so 1\n</think>\nI do not know.' }
    return isSilent ? 'never' : { say: 'so 2\n</think>\n$q$ by modus ponens. Qed.' }
  }
  const form = async (scaffold: string) => {
    await page.getByRole('button', { name: 'New proving' }).click()
    await page.getByRole('textbox', { name: 'Problem to prove' }).fill('Assume $p$, $p \\to q$. Prove $q$.')
    await page.getByRole('radio', { name: 'Endpoint' }).check()
    await page.getByLabel('Prove with', { exact: true }).selectOption(scaffold)
    await page.getByLabel('Address of the endpoint').fill(`${endpoint.address}/v1`)
    await page.getByLabel('Key', { exact: true }).fill(KEY)
    await page.getByRole('textbox', { name: 'Model' }).fill('prover')
  }
  await openPlace(page, 'models')
  await form('rc')
  await page.getByRole('button', { name: 'Prove', exact: true }).click()
  const cache = page.locator('tr[data-scaffold="rc"]')
  await expect(cache).toHaveAttribute('data-calls', '2')
  await expect(page.getByText('Waiting for turn 2/reason')).toBeVisible()
  await page.reload()
  isSilent = false
  await expect(cache).toHaveAttribute('data-calls', '2')

  await form('single') // the key went with the page: the form hands it over again
  await page.getByRole('button', { name: 'Prove', exact: true }).click()
  await expect(page.locator('tr[data-scaffold="single"]')).toContainText('0/7')
  await cache.getByRole('button', { name: 'Resume' }).click()
  await expect(cache).toContainText('7/7')
  await expect(cache).toHaveAttribute('data-calls', '5')
  await expect(cache).toContainText('5.00') // five replies of twenty tokens beside one
  expect(endpoint.times.get('summary after so 1')).toBe(1)
  expect(endpoint.times.get('attempt without summary')).toBe(2) // one of each scaffold
  await cache.getByRole('button', { name: 'Read' }).click()
  await expect(page.locator('[data-proving="answered"]')).toContainText('by modus ponens')
  await expect(page.getByRole('img', { name: /^Grade against tokens: / })).toBeVisible()
})
