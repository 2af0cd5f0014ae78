/** A researcher audits a locked table, and trains against one of its judges. */
import { readFileSync } from 'node:fs'
import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js'
import { expect, openPlace, test } from './support'
import { header } from './wholeRun'

test.describe.configure({ timeout: 240_000 })

const PASSWORD = 'canary-2602-7391'

test('a locked table: asked for, a wrong password told, evaluation only after a reload too, and the password nowhere', async ({ page }) => {
  const writer = new ZipWriter(new BlobWriter(), { password: PASSWORD })
  await writer.add('notes.txt', new BlobReader(new Blob(['nothing'])))
  await writer.add('audit_grades.csv', new BlobReader(new Blob([readFileSync(new URL('./fixtures/audit.csv', import.meta.url))])))
  const zip = Buffer.from(await (await writer.close()).arrayBuffer())
  await openPlace(page, 'judges')
  await page.locator('input[type=file]').setInputFiles({ name: 'locked.zip', mimeType: 'application/zip', buffer: zip })
  await page.getByLabel('Password of the archive').fill('wrong')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('The password does not open it')
  await page.getByLabel('Password of the archive').fill(PASSWORD)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByLabel('Audited now').locator('option:checked')).toHaveText('locked.zip › audit_grades.csv')
  for (const again of [false, true]) {
    if (again) await page.reload()
    await expect(page.getByRole('region', { name: 'Inflation matrix' }).locator('table')).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
    await expect(page.getByText('evaluation only', { exact: false }).first()).toBeVisible()
  }
  const kept = await page.evaluate(async () => {
    const texts = [location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.documentElement.outerHTML]
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((done) => {
        const request = indexedDB.open(name!)
        request.onsuccess = () => done(request.result)
      })
      for (const store of db.objectStoreNames)
        for (const value of await new Promise<unknown[]>((done) => {
          const request = db.transaction(store).objectStore(store).getAll()
          request.onsuccess = () => done(request.result as unknown[])
        })) texts.push(JSON.stringify(value), (value as { file?: unknown }).file instanceof Blob ? await (value as { file: Blob }).file.text() : '')
      db.close()
    }
    return texts.join('\n')
  })
  expect(kept).toContain('problem_id') // the search does reach the stored table
  expect(kept).not.toContain(PASSWORD)
})

test('a judge of the audit rewards a run: its score, the true one and the gap are drawn, and stay with the run', async ({ page }) => {
  await openPlace(page, 'judges', 'view=profile')
  await page.getByLabel('Judge', { exact: true }).selectOption('Judge F')
  await expect(page.getByText('What Judge F makes of a true score')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Train against this judge' }).click()
  await expect(page.getByLabel('Reward').locator('option:checked')).toHaveText('Judge F')
  await page.getByText('as Micro has them').click()
  await page.getByRole('group', { name: 'Fine-tuning' }).getByLabel('Steps').fill('4')
  await page.getByRole('group', { name: 'Reinforcement learning' }).getByLabel('Steps', { exact: true }).fill('3')
  await page.getByRole('group', { name: 'Reinforcement learning' }).getByLabel('Rollouts a problem (K)').fill('4')
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await expect(run).toBeEnabled({ timeout: 60_000 })
  await run.click()
  await expect(header(page)).toHaveAttribute('data-run-status', 'finished', { timeout: 120_000 })
  for (const again of [false, true]) {
    if (again) await page.reload()
    await expect(page.getByText('Rewarded by a judge of profile “Judge F”')).toBeVisible()
    for (const metric of ['reward', 'reward_true', 'reward_gap']) await expect(page.locator(`[data-metric="${metric}"]`).getByRole('slider')).toHaveAttribute('data-points', '3')
  }
})
