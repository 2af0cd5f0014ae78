import { readFileSync } from 'node:fs'
import { BlobReader, Uint8ArrayWriter, ZipReader, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js'
import type { Page } from '@playwright/test'
import { addModel, BROKEN, folderOf, GOLDENS, goldenPrompts, removeFolder } from './modelFolders'
import { expect, openPlace, test } from './support'

test.describe.configure({ timeout: 240_000 })

const completion = (page: Page) => page.locator('[data-completion]')
const models = (page: Page) => page.getByRole('list', { name: 'Models' })

async function load(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Load( again| with these settings)?$/ }).click()
  await expect(models(page).getByText('Loaded', { exact: true })).toBeVisible({ timeout: 60_000 })
}

/** The answer to golden prompt `index` in token ids; compared wherever the golden margin is clear. */
async function greedyTokens(page: Page, golden: string, index: number, most: number): Promise<void> {
  const { input_ids, greedy } = goldenPrompts(golden)[index]!
  await page.getByRole('textbox', { name: 'Token ids' }).fill(input_ids.join(' '))
  await page.getByLabel('Temperature').fill('0')
  await page.getByLabel('New tokens, at most').fill(String(most))
  await page.getByRole('button', { name: 'Generate' }).click()
  await expect(completion(page)).toHaveAttribute('data-completion', 'done', { timeout: 120_000 })
  const got = ((await page.locator('[data-ids]').textContent()) ?? '').split(' ').map(Number)
  expect(got.length).toBe(most)
  const clear = greedy.slice(0, most).findIndex(({ margin }) => margin <= 1e-3)
  expect(got.slice(0, clear < 0 ? most : clear)).toEqual(greedy.slice(0, clear < 0 ? most : clear).map(({ token }) => token))
}

test('a folder is dropped, checked, loaded, and writes the golden tokens; it is there after a reload', async ({ page }) => {
  await openPlace(page, 'models')
  await addModel(page, `${GOLDENS}/qwen3-tiny`)
  await expect(page.getByText('Left behind: qwen3-tiny/expected.json.')).toBeVisible()
  await expect(page.locator('[data-estimate]')).toContainText('fused kernels')
  await load(page)
  for (const index of [0, 1]) await greedyTokens(page, 'qwen3-tiny', index, 24)
  await test.step('a lost device takes the model along, and loading it again opens another', async () => {
    await page.evaluate(() => dispatchEvent(new Event('lab-lose-device')))
    await page.getByRole('button', { name: 'Generate' }).click()
    await expect(page.getByRole('alert')).toContainText('The device was lost', { timeout: 30_000 })
    await expect(models(page).getByText('Loaded', { exact: true })).toHaveCount(0)
    await load(page)
    await greedyTokens(page, 'qwen3-tiny', 0, 4)
  })
  await page.reload()
  await expect(models(page).getByRole('button', { name: 'qwen3-tiny', exact: true })).toBeVisible()
  await expect(models(page).getByText('Loaded', { exact: true })).toHaveCount(0)
})

test('bf16 in shards, with text: a proof is streamed, stopped, and talked about; an adapter goes to its model and is merged', async ({ page }) => {
  const folder = folderOf('tiny-bf16', ['qwen3-tiny-untied-bf16', 'byte-level'])
  const f32 = folderOf('tiny-f32', ['qwen3-tiny', 'byte-level'])
  const lora = folderOf('tiny-lora', ['lora'])
  await openPlace(page, 'models')
  await addModel(page, folder)
  const estimate = page.locator('[data-estimate]')

  await test.step('golden tokens in float32', async () => {
    await expect(estimate).toContainText('fused kernels, float16') // as the files are
    await page.getByLabel('Precision').selectOption('float32')
    await expect(estimate).toContainText('fused kernels, float32')
    await load(page)
    await page.getByRole('radio', { name: 'Token ids' }).check()
    await greedyTokens(page, 'qwen3-tiny-untied-bf16', 1, 12)
  })

  await test.step('int4 takes less, and is what the proof below is written in', async () => {
    const before = Number(await estimate.getAttribute('data-estimate'))
    await page.getByLabel('Precision').selectOption({ label: 'int4 (vocabulary int8)' })
    await expect(estimate).toContainText('fused kernels, int4')
    expect(Number(await estimate.getAttribute('data-estimate'))).toBeLessThan(before)
    await page.getByRole('button', { name: 'Load with these settings' }).click()
    await expect(page.getByRole('button', { name: 'Load again' })).toBeVisible({ timeout: 60_000 })
  })

  await test.step('a proof begins with its thinking, and a stop is heard', async () => {
    await page.getByRole('radio', { name: 'Prove' }).check()
    await page.getByLabel('New tokens, at most').fill('1500')
    await page.getByLabel('Temperature').fill('1')
    await page.getByRole('button', { name: 'Prove it' }).click()
    await expect(page.locator('[data-thought]')).not.toBeEmpty({ timeout: 60_000 })
    await expect(page.locator('[data-completion]')).toContainText('tokens/s')
    await page.getByRole('button', { name: 'Stop writing' }).click()
    await expect(completion(page)).toHaveAttribute('data-completion', 'done', { timeout: 10_000 })
    await expect(completion(page)).toContainText('stopped')
    expect(Number(await completion(page).getAttribute('data-tokens'))).toBeLessThan(1500)
  })

  await test.step('a chat keeps its turns', async () => {
    await page.getByRole('radio', { name: 'Chat' }).check()
    await page.getByRole('radio', { name: 'Answer at once' }).check()
    await page.getByLabel('New tokens, at most').fill('6')
    for (const message of ['First message', 'Second message']) {
      await page.getByLabel('Message').fill(message)
      await page.getByRole('button', { name: 'Send' }).click()
      await expect(completion(page)).toHaveAttribute('data-completion', 'done', { timeout: 60_000 })
    }
    await expect(page.getByRole('list', { name: 'Earlier turns' }).locator('li')).toHaveCount(3)
  })

  await test.step('an adapter goes to the model that it fits, is merged, and exported with it', async () => {
    await addModel(page, f32)
    await page.getByLabel('Model folder').setInputFiles(lora)
    await expect(models(page).getByText('LoRA, r 4, α 8')).toBeVisible({ timeout: 30_000 })
    await page.getByLabel('Adapter').selectOption({ label: 'tiny-lora' })
    await load(page)
    await expect(page.getByText('with tiny-lora merged', { exact: true })).toBeVisible()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export with tiny-lora merged' }).click()])
    const members = await unzipped(await download.path())
    expect([...members.keys()].sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
    expect(Buffer.compare(members.get('model.safetensors')!, readFileSync(`${f32}/model.safetensors`))).not.toBe(0)
  })
  for (const path of [folder, f32, lora]) removeFolder(path)
})

async function unzipped(path: string): Promise<Map<string, Buffer>> {
  const reader = new ZipReader(new BlobReader(new Blob([new Uint8Array(readFileSync(path))])))
  const members = new Map<string, Buffer>()
  for (const entry of await reader.getEntries()) members.set(entry.filename, Buffer.from(await (entry as FileEntry).getData(new Uint8ArrayWriter(), { checkSignature: true })))
  return members
}

test('a broken file is told by name, whatever is wrong with it, and the lab goes on', async ({ page }) => {
  await openPlace(page, 'models')
  const input = page.locator('input[type="file"][accept*="safetensors"]')
  const card = page.getByRole('alert')
  for (const { title, files, says } of BROKEN)
    await test.step(title, async () => {
      await input.setInputFiles([...files])
      await expect(card, title).toHaveText(says, { timeout: 30_000 })
      await card.getByRole('button', { name: 'Dismiss' }).click()
      await expect(card).toHaveCount(0)
    })
  await expect(page.getByText('No model here yet')).toBeVisible()
  await addModel(page, `${GOLDENS}/qwen3-tiny`)
})

test('a tokenizer whose expression explodes is given up, and the lab goes on', async ({ page }) => {
  const tokenizer = JSON.parse(readFileSync(`${GOLDENS}/byte-level/tokenizer.json`, 'utf8')) as Record<string, unknown>
  const hostile = { ...tokenizer, pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false } }
  const folder = folderOf('hostile', ['qwen3-tiny', 'byte-level'], { 'tokenizer.json': JSON.stringify(hostile) })
  await openPlace(page, 'models')
  await addModel(page, folder)
  await load(page)
  await page.getByLabel('Problem', { exact: true }).fill(`${'a'.repeat(60)}!`)
  await page.getByRole('button', { name: 'Prove it' }).click()
  await expect(page.getByRole('alert')).toContainText('was given up', { timeout: 30_000 })
  await page.getByRole('radio', { name: 'Token ids' }).check()
  await greedyTokens(page, 'qwen3-tiny', 0, 4)
  removeFolder(folder)
})

test('a model too large for the budget is refused in numbers; export, removal and its undo', async ({ page }) => {
  await openPlace(page, 'models')
  await addModel(page, `${GOLDENS}/qwen3-tiny`)
  await page.getByLabel('Memory budget (GB)').fill('0.0005')
  await expect(page.getByRole('alert')).toContainText(/needs \d+(?:\.\d)? MB \(0\.1 MB of weights, .* of cache, .* of activations\); the budget is 0\.5 MB/)
  await expect(page.getByRole('button', { name: 'Load', exact: true })).toBeDisabled()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export qwen3-tiny as a zip' }).click()])
  const members = await unzipped(await download.path())
  expect([...members.keys()].sort()).toEqual(['config.json', 'model.safetensors'])
  for (const [name, content] of members) expect(Buffer.compare(content, readFileSync(`${GOLDENS}/qwen3-tiny/${name}`)), name).toBe(0)
  await page.getByRole('button', { name: 'Remove qwen3-tiny…' }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page.getByText('No model here yet')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(models(page).getByRole('button', { name: 'qwen3-tiny', exact: true })).toBeVisible()
})

test('a model read where it lies: no copy, and there after a reload', async ({ page }) => {
  // The picker of the system cannot be pressed by a test: a folder of the private file system stands for the chosen one.
  await page.addInitScript(() => {
    Object.assign(window, { showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle('picked') })
  })
  await openPlace(page, 'models')
  const files = ['config.json', 'model.safetensors'].map((name) => ({ name, base64: readFileSync(`${GOLDENS}/qwen3-tiny/${name}`).toString('base64') }))
  await page.evaluate(async (all) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true })
    for (const { name, base64 } of all) {
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable()
      await writable.write(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)))
      await writable.close()
    }
  }, files)
  await page.getByRole('radio', { name: 'Read where it lies' }).check()
  await page.getByRole('button', { name: 'Choose a folder…' }).click()
  await expect(models(page).getByText('Link', { exact: true })).toBeVisible({ timeout: 30_000 })
  await page.reload()
  await models(page).getByRole('button', { name: 'picked', exact: true }).click()
  await load(page)
  await greedyTokens(page, 'qwen3-tiny', 0, 4)
  await page.evaluate(async () => (await (await navigator.storage.getDirectory()).getDirectoryHandle('picked')).removeEntry('model.safetensors'))
  await page.getByRole('button', { name: 'Load again' }).click()
  await expect(page.getByRole('alert')).toContainText('no longer where it was dropped from')
})
