/** Datasets that are not copied: on the Hugging Face Hub, read by range, and on the researcher's disk, read through a handle. */
import { createHash } from 'node:crypto'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { BrowserContext } from '@playwright/test'
import { sftFile } from './datasetFiles'
import { expect, openPlace, test } from './support'

const REPO = 'lab-test/FineProofs-SFT'
const COMMIT = '73661e62811cf2940a0d3f82788a4f4332204c2f'
const PATH = 'data/train-00000-of-00001.parquet'
const ROWS = 1_200

/** Long texts that no codec makes small, so that a column that is not read shows in the bytes. */
function sftLike(): Buffer {
  const rows = Array.from({ length: ROWS }, (_, i) => i)
  const noise = (i: number, what: string) => Array.from({ length: 240 }, (_, j) => createHash('sha256').update(`${what} ${i} ${j}`).digest('base64')).join(' ')
  return Buffer.from(parquetWriteBuffer({ rowGroupSize: 400, codec: 'UNCOMPRESSED', columnData: [
    { name: 'problem', data: rows.map((i) => `Problem ${i + 1}: show that $n_{${i}}$ is odd.`) }, { name: 'reasoning_content', data: rows.map((i) => noise(i, 'thought')) },
    { name: 'proof', data: rows.map((i) => `Proof of ${i + 1}. $x_{${i}} = 1$.`) }, { name: 'source', data: rows.map((i) => (i % 3 ? 'aops' : 'olympiads')) },
  ] }))
}

/** Answers for huggingface.co as it answers: a list of files, and ranges of one of them. @returns ranges that were asked for */
async function hub(context: BrowserContext, file: Buffer): Promise<{ start: number; end: number }[]> {
  const asked: { start: number; end: number }[] = []
  const headers = { 'access-control-allow-origin': '*' }
  await context.route('https://huggingface.co/**', async (route) => {
    const url = new URL(route.request().url())
    if (url.pathname === `/api/datasets/${REPO}/revision/main`)
      return route.fulfill({ json: { sha: COMMIT, cardData: { license: 'apache-2.0' }, siblings: [{ rfilename: 'README.md', size: 10 }, { rfilename: PATH, size: file.length, lfs: { sha256: createHash('sha256').update(file).digest('hex') } }] }, headers })
    const range = /^bytes=(\d+)-(\d+)$/.exec(route.request().headers().range ?? '')
    if (url.pathname !== `/datasets/${REPO}/resolve/${COMMIT}/${PATH}` || !range) return route.fulfill({ status: url.pathname.startsWith('/api') ? 401 : 404, headers })
    const [start, end] = [Number(range[1]), Number(range[2]) + 1]
    asked.push({ start, end })
    return route.fulfill({ status: 206, body: file.subarray(start, end), headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${file.length}` } })
  })
  return asked
}

test.describe('on the Hub', () => {
  test.use({ expectedComplaints: /huggingface\.co|401|Failed to load resource|net::ERR/ })
  test('its files are listed, read by range with the revision kept, and missed when the network is gone', async ({ page, context }) => {
    const file = sftLike()
    const asked = await hub(context, file)
    const bytes = () => asked.reduce((sum, { start, end }) => sum + end - start, 0)
    await openPlace(page, 'datasets')
    await page.getByText('From the Hugging Face Hub').click()
    await page.getByLabel('Dataset or file').fill('lab-test/none')
    await page.getByRole('button', { name: 'List its files' }).click()
    await expect(page.getByRole('alert')).toContainText('private, gated, or not there')
    await page.getByLabel('Dataset or file').fill(`https://huggingface.co/datasets/${REPO}`)
    await page.getByRole('button', { name: 'List its files' }).click()
    await expect(page.getByRole('region', { name: `Files of ${REPO}` })).toContainText('apache-2.0')
    await page.getByRole('button', { name: `Read ${PATH} by range` }).click()
    await expect(page.getByText(`${ROWS.toLocaleString('en')} rows`).first()).toBeVisible()
    await expect(page.getByText('Being stored')).toHaveCount(0)
    await expect(page.getByRole('region', { name: 'Rows of FineProofs-SFT' })).toContainText('Problem 3: show')
    expect(file.length).toBeGreaterThan(12e6)
    expect(bytes()).toBeLessThan(0.2 * file.length) // the reasoning is nine tenths of it
    await page.getByRole('button', { name: 'Read row 2', exact: true }).click()
    await expect(page.getByText('Proof of 2.').first()).toBeVisible()
    await page.keyboard.press('Escape')
    await page.getByRole('radio', { name: 'Origin' }).check()
    await expect(page.getByLabel('Revision')).toHaveValue(COMMIT)

    const files = await page.evaluate(async () => {
      const names: string[] = []
      for await (const name of (await (await navigator.storage.getDirectory()).getDirectoryHandle('datasets')).keys()) names.push(name)
      return names
    })
    expect(files.filter((name) => !name.startsWith('sample'))).toEqual([])

    await page.reload()
    await context.unroute('https://huggingface.co/**')
    await context.route('https://huggingface.co/**', (route) => route.abort())
    await page.reload()
    await page.getByRole('radio', { name: 'Rows' }).check()
    await expect(page.getByRole('alert').first()).toContainText('huggingface.co cannot be reached from here')
    await expect(page.getByRole('alert').first()).toContainText('Try again when you are online')
  })
})

test('on the disk: no copy, asked for again when the browser wants it, refused once it was changed', async ({ page }) => {
  // What a chooser of the browser would give; the file of a private folder has the same kind of handle.
  await page.addInitScript(() => {
    const own = async () => (await navigator.storage.getDirectory()).getFileHandle('on-disk.parquet', { create: true })
    Object.assign(window, { showOpenFilePicker: async () => [await own()] })
    const { prototype } = FileSystemFileHandle as unknown as { prototype: object }
    Object.assign(prototype, { requestPermission: async () => (Object.assign(window, { wasAsked: true }), 'granted') })
  })
  await openPlace(page, 'datasets')
  const write = (base64: string) => page.evaluate(async (text) => {
    const writable = await (await (await navigator.storage.getDirectory()).getFileHandle('on-disk.parquet', { create: true })).createWritable()
    await writable.write(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)))
    await writable.close()
  }, base64)
  await write(sftFile().buffer.toString('base64'))
  await page.getByRole('radio', { name: 'Read where it lies' }).check()
  await page.locator('input[type=file]').first().click()
  await expect(page.getByRole('heading', { name: 'on-disk.parquet' })).toBeVisible()
  await expect(page.getByText('read where it lies', { exact: false }).first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save on-disk.parquet as a file' })).toBeDisabled()
  await page.reload()
  await expect(page.getByRole('region', { name: 'Rows of on-disk.parquet' })).toContainText('Problem 3: show')
  await write(sftFile('other', 'category').buffer.toString('base64'))
  await page.reload()
  await expect(page.getByRole('alert').first()).toContainText('was changed since it was dropped')
})
