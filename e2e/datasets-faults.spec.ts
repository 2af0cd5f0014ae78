/** A page killed at any point of an import or a removal, a full disk, two tabs, and files made to do harm. */
import { createHash } from 'node:crypto'
import { unlinkSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { hostileFiles } from './hostileFiles'
import { jsonlFile, type DroppedFile } from './datasetFiles'
import { expect, openPlace, test } from './support'

interface Stored {
  readonly records: { readonly id: string; readonly name: string; readonly shards: { readonly name: string; readonly sizeBytes: number }[] }[]
  readonly trash: string[]
  readonly files: Record<string, number>
}

/** What the browser holds, read past the lab's own code. */
function stored(page: Page): Promise<Stored> {
  return page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('lab')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const all = <T,>(prefix: string) => new Promise<T[]>((resolve) => {
      const request = db.transaction('records').objectStore('records').getAll(IDBKeyRange.bound([prefix], [prefix, []]))
      request.onsuccess = () => resolve(request.result as T[])
    })
    const records = await all<Stored['records'][number]>('dataset')
    const trash = (await all<{ record: Stored['records'][number] }>('datasetTrash')).flatMap((t) => t.record.shards.map((s) => s.name))
    db.close()
    const files: Record<string, number> = {}
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('datasets', { create: true })
    for await (const [name, handle] of folder.entries()) files[name] = (await (handle as FileSystemFileHandle).getFile()).size
    return { records, trash, files }
  })
}

/** Catalogue and files agree: every shard that is named is there, whole; no other file is. */
function expectWhole({ records, trash, files }: Stored): void {
  const named = new Map(records.flatMap((r) => r.shards.map((s) => [s.name, s.sizeBytes] as const)))
  for (const [name, size] of named) expect(files[name], `shard of ${name}`).toBe(size)
  expect(Object.keys(files).sort()).toEqual([...named.keys(), ...trash].sort())
}

/** Lines that no compression makes small, so that a quota counts them. */
function largeFile(name: string, megabytes: number): DroppedFile {
  let seed = createHash('sha256').update(name).digest()
  const lines: string[] = []
  for (let i = 0; i < megabytes * 100; i++) {
    const parts: string[] = []
    for (let j = 0; j < 160; j++) parts.push((seed = createHash('sha256').update(seed).digest()).toString('base64'))
    lines.push(JSON.stringify({ problem: `${name} ${i}`, proof: parts.join(' '), reasoning_content: '' }))
  }
  return { name, mimeType: 'application/x-ndjson', buffer: Buffer.from(`${lines.join('\n')}\n`) }
}

const give = (page: Page, file: DroppedFile) => page.locator('input[type=file]').setInputFiles({ ...file })
const inList = (page: Page, name: string) => page.getByRole('list', { name: 'Datasets' }).getByRole('button', { name, exact: true })

test.describe('killed', () => {
  // A worker that ends in the middle of a request is told to the console by the browser itself.
  test.use({ expectedComplaints: /./ })
  test('at 28 points of an import or a removal: the dataset is whole or it is not there, and what was stored before stays', async ({ page }) => {
    test.setTimeout(280_000)
    await openPlace(page, 'datasets')
    await give(page, jsonlFile('before.jsonl'))
    await expect(inList(page, 'before.jsonl')).toBeVisible()
    let whole = 0
    let gone = 0
    const { buffer } = largeFile('base', 30)
    for (let point = 0; point < 18; point++) {
      // From the disk: handing the bytes over would take longer than the import. A line of its own makes each a new file.
      const path = test.info().outputPath(`killed-${point}.jsonl`)
      writeFileSync(path, Buffer.concat([Buffer.from(`${JSON.stringify({ problem: `Point ${point}`, proof: '', reasoning_content: '' })}\n`), buffer]))
      await page.locator('input[type=file]').setInputFiles(path)
      await page.waitForTimeout(point * 40) // before the first byte … after the last
      await page.reload()
      await expect(inList(page, 'before.jsonl')).toBeVisible()
      await expect.poll(async () => Object.keys((await stored(page)).files).length - (await stored(page)).records.length).toBe(0) // orphans are swept at the start
      const now = await stored(page)
      expectWhole(now)
      if (now.records.some((r) => r.name === `killed-${point}.jsonl`)) whole++
      else gone++
      unlinkSync(path)
    }
    expect(whole + gone).toBe(18)
    expect(gone).toBeGreaterThan(0) // else no kill came in time
    await give(page, largeFile('killed.jsonl', 2))
    await expect(inList(page, 'killed.jsonl')).toBeVisible()
    for (let point = 0; point < 10; point++) {
      await expect(inList(page, 'killed.jsonl')).toBeVisible()
      await page.getByRole('button', { name: 'Remove killed.jsonl' }).click()
      await page.waitForTimeout(point * 4)
      await page.reload()
      await expect(inList(page, 'before.jsonl')).toBeVisible()
      const now = await stored(page)
      expectWhole(now)
      const isThere = now.records.some((r) => r.name === 'killed.jsonl')
      expect(isThere !== now.trash.length > 0).toBe(true) // in the catalogue or in the trash, never in both or neither
      if (!isThere) await page.getByRole('button', { name: 'Bring killed.jsonl back' }).click()
    }
    await inList(page, 'before.jsonl').click()
    await expect(page.getByText('Line 1:').first()).toBeVisible()
  })
})

test('a full disk: told with numbers, nothing half there, what was stored before is read', async ({ page, context, baseURL }) => {
  await openPlace(page, 'datasets')
  await give(page, jsonlFile('before.jsonl'))
  await expect(inList(page, 'before.jsonl')).toBeVisible()
  const client = await context.newCDPSession(page)
  const origin = new URL(baseURL ?? '').origin
  await client.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 4 * 2 ** 20 })
  await give(page, largeFile('large.jsonl', 10))
  await expect(page.getByRole('alert')).toContainText(/ran out of room: [\d.]+ [kM]B of 7\.\d MB could be written.*This site takes up [\d.]+ [kM]B now/)
  await expect(inList(page, 'large.jsonl')).toHaveCount(0)
  await client.send('Storage.overrideQuotaForOrigin', { origin })
  expectWhole(await stored(page))
  await inList(page, 'before.jsonl').click()
  await expect(page.getByText('Line 1:').first()).toBeVisible()
  await give(page, largeFile('large.jsonl', 10))
  await expect(inList(page, 'large.jsonl')).toBeVisible()
})

test('a cancelled import leaves nothing', async ({ page }) => {
  await openPlace(page, 'datasets')
  await give(page, largeFile('early.jsonl', 24))
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('progressbar')).toHaveCount(0)
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect.poll(async () => Object.keys((await stored(page)).files).filter((name) => !name.startsWith('sample')).length).toBe(0)
})

test('two tabs: what one stores or removes the other shows', async ({ page, context }) => {
  await openPlace(page, 'datasets')
  const other = await context.newPage()
  await openPlace(other, 'datasets')
  await give(page, jsonlFile('shared.jsonl'))
  await expect(inList(other, 'shared.jsonl')).toBeVisible()
  await inList(other, 'shared.jsonl').click()
  await expect(other.getByText('Line 1:').first()).toBeVisible()
  await Promise.all([give(page, largeFile('one.jsonl', 4)), give(other, largeFile('two.jsonl', 4))])
  for (const tab of [page, other]) for (const name of ['one.jsonl', 'two.jsonl']) await expect(inList(tab, name)).toBeVisible()
  expectWhole(await stored(page))
  await page.getByRole('button', { name: 'Remove shared.jsonl' }).click()
  await expect(inList(other, 'shared.jsonl')).toHaveCount(0)
  await other.close()
})

test('files made to do harm: each is named with what is wrong or opens harmlessly, none hangs, runs or reaches a prototype', async ({ page }) => {
  test.setTimeout(280_000)
  const files = hostileFiles()
  expect(files.length).toBeGreaterThanOrEqual(40)
  await openPlace(page, 'datasets')
  let refused = 0
  for (const { file, isRefused } of files) {
    const alert = page.getByRole('alert')
    const heading = page.getByRole('heading', { name: file.name, exact: true })
    await give(page, file)
    await expect(alert.or(heading).first(), file.name).toBeVisible()
    await expect(page.getByRole('progressbar'), file.name).toHaveCount(0) // one that could be read at first may still be refused
    await expect(alert.or(heading).first(), file.name).toBeVisible()
    if (isRefused === true) await expect(alert.first(), file.name).toContainText(file.name)
    if (isRefused === false) await expect(heading, file.name).toBeVisible()
    const isStored = (await heading.count()) > 0
    if (!isStored) refused++
    await (isStored ? page.getByRole('button', { name: `Remove ${file.name}`, exact: true }) : page.getByRole('button', { name: 'Dismiss', exact: true }).first()).click()
    await expect(isStored ? heading : alert, file.name).toHaveCount(0)
    expect(await page.evaluate(() => [(globalThis as { hacked?: unknown }).hacked, ({} as { polluted?: unknown }).polluted, document.querySelectorAll('img[src="x"], iframe, a[href^="javascript" i]').length])).toEqual([undefined, undefined, 0])
  }
  expect(refused).toBeGreaterThanOrEqual(30)
  await give(page, { name: 'after.jsonl.gz', mimeType: 'application/gzip', buffer: gzipSync(jsonlFile().buffer) }) // the place works as before
  await expect(page.getByRole('heading', { name: 'after.jsonl.gz' })).toBeVisible()
})
