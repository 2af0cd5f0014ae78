/** From a scored set to a curriculum, from a set with copies to one without, out as a file and never out when it may not. */
import { readFileSync } from 'node:fs'
import { BlobReader, BlobWriter, ZipWriter, configure } from '@zip.js/zip.js/lib/zip-core-native.js'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { Page } from '@playwright/test'
import { fakeEndpoint } from './fakeEndpoint'
import { expect, openPlace, test } from './support'

configure({ useWebWorkers: false })

async function openSample(page: Page, name: string): Promise<void> {
  await openPlace(page, 'datasets')
  await page.getByRole('button', { name, exact: true }).click()
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible()
}

test('the curriculum: counts before and after, other settings in the URL, the cut as a dataset that says what it was made of', async ({ page }) => {
  const sample = readFileSync(new URL('../public/sample/tiny-proofs-rl.parquet', import.meta.url))
  const scored = await parquetReadObjects({ file: sample.buffer.slice(sample.byteOffset, sample.byteOffset + sample.length) as ArrayBuffer, compressors, columns: ['reward_mean'] })
  const kept = scored.filter(({ reward_mean }) => reward_mean > 0 && reward_mean <= 0.7).length
  const all = scored.length
  await openSample(page, 'Tiny proofs – RL (sample)')
  await page.getByRole('radio', { name: 'Difficulty' }).check()
  const curriculum = page.getByRole('region', { name: 'Curriculum' })
  await expect(curriculum).toContainText(`${kept} of ${all} rows are kept`)
  await expect(page.getByRole('row', { name: /Rows whose figures disagree/ })).toContainText('0')
  await page.getByLabel('Keep up to').fill('0.9')
  await page.getByLabel('Keep up to').press('Enter')
  await expect(page).toHaveURL(/high=0.9/)
  await expect(curriculum).not.toContainText(`${kept} of ${all}`)
  await page.getByLabel('Keep up to').fill('0.7')
  await page.getByLabel('Keep up to').press('Enter')
  await expect(curriculum).toContainText(`${kept} of ${all} rows are kept`)
  await curriculum.getByRole('button', { name: 'Make a dataset of them' }).click()
  await expect(page.getByRole('heading', { name: 'Tiny proofs – RL (sample) – curriculum' })).toBeVisible()
  await expect(page.getByText(`${kept} rows`, { exact: true })).toBeVisible()
  await page.getByRole('radio', { name: 'Origin' }).check()
  await expect(page.getByText(`kept 0 < mean reward ≤ 0.7: ${kept} of ${all} rows`)).toBeVisible()

  await page.getByRole('radio', { name: 'Curate' }).check()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const path = await (await saved).path()
  const buffer = readFileSync(path)
  const rows = await parquetReadObjects({ file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length) as ArrayBuffer })
  expect(rows).toHaveLength(kept)
  expect(rows.every((row) => Number(row.reward_mean) > 0 && Number(row.reward_mean) <= 0.7)).toBe(true)
})

test('copies of problems are found and taken out; a split keeps every problem on one side', async ({ page }) => {
  const problems = Array.from({ length: 40 }, (_, i) => `Let $n_{${i}}$ be a number of the form ${i * 37} with exactly ${i + 3} divisors, none above ${i * 11 + 5}. Show that it is even.`)
  const lines = [...problems, ...problems.slice(0, 5).map((p) => p.replaceAll(' ', '  ')), problems[7]!.replace('even', 'odd')].map((problem) => JSON.stringify({ problem, rubrics: 'Checkpoints\n- all (7 pts)' }))
  await openPlace(page, 'datasets')
  await page.locator('input[type=file]').setInputFiles({ name: 'copies.jsonl', mimeType: 'text/plain', buffer: Buffer.from(lines.join('\n')) })
  await page.getByRole('radio', { name: 'Curate' }).check()
  await page.getByRole('button', { name: 'Look for them' }).click()
  await expect(page.getByText(/6 pairs: 5 exact, 1 near/)).toBeVisible()
  await expect(page.getByRole('region', { name: 'Pairs of duplicates' })).toContainText('Row 46')
  await page.getByRole('button', { name: 'Make a dataset without them' }).click()
  await expect(page.getByRole('heading', { name: 'copies – deduplicated' })).toBeVisible()
  await expect(page.getByText('40 rows', { exact: true })).toBeVisible()
  await page.getByRole('radio', { name: 'Curate' }).check()
  await page.getByLabel('Validation, %').fill('20')
  await page.getByRole('button', { name: 'Make both datasets' }).click()
  await expect(page.getByRole('heading', { name: 'copies – deduplicated – train' })).toBeVisible()
  await expect(page.getByText('32 rows', { exact: true })).toBeVisible()
  await expect(page.getByRole('list', { name: 'Datasets' })).toContainText('copies – deduplicated – validation')
})

test('a zip with a password: asked for here, a wrong one told, evaluation only, in no file, and the password nowhere', async ({ page }) => {
  const writer = new ZipWriter(new BlobWriter(), { password: 'canary-7391' })
  await writer.add('bench.jsonl', new BlobReader(new Blob(['{"problem":"P","rubrics":"Checkpoints\\n- all (7 pts)"}\n'])))
  const zip = Buffer.from(await (await writer.close()).arrayBuffer())
  await openPlace(page, 'datasets')
  await page.locator('input[type=file]').setInputFiles({ name: 'bench.zip', mimeType: 'application/zip', buffer: zip })
  await page.getByLabel('Password of the archive').fill('wrong')
  await page.getByRole('button', { name: 'Take this table' }).click()
  await expect(page.getByText('The password does not open it', { exact: false })).toBeVisible()
  await page.getByLabel('Password of the archive').fill('canary-7391')
  await page.getByRole('button', { name: 'Take this table' }).click()
  await expect(page.getByRole('heading', { name: 'bench.jsonl' })).toBeVisible()
  await expect(page.getByText('it is for evaluation only, and stays in this browser', { exact: false })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save bench.jsonl as a file' })).toBeDisabled()
  await page.getByRole('radio', { name: 'Curate' }).check()
  await expect(page.getByRole('button', { name: 'Export', exact: true })).toBeDisabled()
  await expect(page.getByText('so it cannot be exported')).toBeVisible()

  const kept = await page.evaluate(async () => {
    const texts: string[] = [location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
    const walk = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const handle of folder.values()) {
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle)
        else texts.push(await (await (handle as FileSystemFileHandle).getFile()).text())
      }
    }
    await walk(await navigator.storage.getDirectory())
    const db = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('lab')
      request.onsuccess = () => resolve(request.result)
    })
    const values = await new Promise<unknown[]>((resolve) => {
      const request = db.transaction('records').objectStore('records').getAll()
      request.onsuccess = () => resolve(request.result)
    })
    db.close()
    texts.push(JSON.stringify(values))
    return texts
  })
  expect(kept.length).toBeGreaterThan(5)
  expect(kept.join('\n')).toContain('bench.jsonl') // the search looks where things are
  expect(kept.join('\n')).not.toContain('canary-7391')

  await openPlace(page, 'train')
  await expect(page.getByText('sets cannot be chosen').or(page.getByText('set cannot be chosen')).first()).toBeAttached()
  await expect(page.getByText('For evaluation only', { exact: false }).first()).toBeAttached()
})

test('a rubric that is edited tells its total and its faults as it is typed', async ({ page }) => {
  await openSample(page, 'Tiny proofs – RL (sample)')
  await page.getByRole('button', { name: 'Read row 3', exact: true }).click()
  await page.getByRole('button', { name: 'Check and edit' }).click()
  await expect(page.getByText('7 of 7 points')).toBeVisible()
  await page.getByRole('textbox', { name: 'Rubric' }).fill('Checkpoints (7 pts total)\n- Derives it (3 pts)\n- Concludes (5 pts)\n\n3. **Deductions**\n- **−1**: bad notation')
  await expect(page.getByText('8 of 7 points')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Faults of this rubric' }).getByRole('listitem')).toHaveText([/add up to 8 points, more than 7/, /is about looks/])
})

test.describe('a rubric from an endpoint', () => {
  test.use({ expectedComplaints: /127\.0\.0\.1|Failed to load resource/ })
  test('one that breaks a rule is rejected with the reason, a good one goes into the editor, the key stays out of the page', async ({ page }) => {
    const good = '1. **Checkpoints (7 pts total)**\n- Derives the premise (3 pts)\n- Concludes (4 pts)\nTotal (max 7)\n\n2. **Zero-credit items**\n- Restating\n\n3. **Deductions**\n- **−1**: a gap'
    const endpoint = await fakeEndpoint('canary-rubric-key', ['writer-1'], (prompt) => (prompt.includes('==== PROBLEM ====') ? 'rubric' : null))
    endpoint.behave = (_, times) => ({ say: `<think>seven points</think>\n${times === 1 ? good.replace('4 pts', '5 pts') : good}` })
    try {
      await openSample(page, 'Tiny proofs – SFT (sample)')
      await page.getByRole('button', { name: 'Read row 3', exact: true }).click()
      await page.getByRole('button', { name: 'Write a rubric' }).click()
      await page.getByText('Have a model write it').click()
      await page.getByLabel('Endpoint', { exact: true }).fill(`${endpoint.address}/v1`)
      await page.getByLabel('Model of it').fill('writer-1')
      await page.getByRole('button', { name: 'Ask for a rubric' }).click()
      await expect(page.getByRole('alert')).toContainText('status 401')
      await page.getByRole('button', { name: 'Dismiss' }).click()
      await page.getByLabel('Key, if it wants one').fill('canary-rubric-key')
      await page.getByRole('button', { name: 'Ask for a rubric' }).click()
      await expect(page.getByRole('list', { name: 'Why the reply is rejected' })).toContainText('add up to 8 points, more than 7')
      await page.getByRole('button', { name: 'Ask for a rubric' }).click()
      await page.getByRole('button', { name: 'Use it' }).click()
      await expect(page.getByRole('textbox', { name: 'Rubric', exact: true })).toHaveValue(good)
      await expect(page.getByText('7 of 7 points')).toBeVisible()
      expect(endpoint.asked.at(-1)?.body?.messages?.[1]?.content).toContain('==== REFERENCE SOLUTION ====')
      expect(await page.content()).not.toContain('canary-rubric-key')
    } finally {
      await endpoint.close()
    }
  })
})
