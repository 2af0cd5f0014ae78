import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sentence, type Result } from '../../src/base/result'
import { neverStop } from '../../src/base/stop'
import { memoryDatabase } from '../../src/storage/memoryDatabase'
import { memoryFolders } from '../../src/storage/modelFolders'
import { listModels, openStored, type ModelHome } from '../../src/storage/models'
import { importModel, type ImportContext } from './library'
import type { DroppedPath, ImportFault, Imported, ModelProgress } from './protocol'

function folder(golden: string, name = golden, change: (file: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes): DroppedPath[] {
  const at = new URL(`../../src/engine/goldens/${golden}/`, import.meta.url)
  return readdirSync(at).map((file) => ({ path: `${name}/${file}`, file: new File([new Uint8Array(change(file, new Uint8Array(readFileSync(new URL(file, at)))))], file), handle: null }))
}
const home = (): ModelHome => ({ database: memoryDatabase(), folders: memoryFolders() })
const context = (at: ModelHome, over: Partial<ImportContext> = {}): ImportContext => ({ home: at, options: { keep: 'copy', baseId: null }, now: 5, onProgress: () => {}, stop: neverStop, ...over })
const told = (result: Result<unknown>) => (result.ok ? 'accepted' : `${result.kind} ${sentence(result)}`)
function taken(result: Result<Imported, ImportFault>): Imported {
  if (!result.ok) throw new Error(sentence(result))
  return result.value
}

describe('a model folder', () => {
  test('is checked, then stored, and can be opened again', async () => {
    const at = home()
    const seen: ModelProgress[] = []
    const { record, ignored } = taken(await importModel(folder('qwen3-tiny-untied-bf16', 'QED-Nano'), context(at, { onProgress: (p) => void seen.push(p) })))
    expect(record).toMatchObject({ kind: 'model', name: 'QED-Nano', origin: 'copy', dtypes: 'BF16', hasTokenizer: false, addedAt: 5 })
    expect(ignored).toEqual(['QED-Nano/expected.json'])
    expect(new Set(seen.map((p) => p.text))).toEqual(new Set(['Checking', 'Storing']))
    for (const text of ['Checking', 'Storing']) {
      const last = seen.filter((p) => p.text === text).at(-1)!
      expect(last.doneBytes).toBe(last.totalBytes)
    }
    const opened = await openStored(at, record.id, 'model')
    if (!opened.ok) throw new Error(sentence(opened))
    expect([...opened.value.files.keys()].sort()).toEqual(['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'])
  })

  test('with a weight that is not finite is refused and leaves nothing', async () => {
    const at = home()
    const spoilt = (file: string, bytes: Uint8Array) => {
      if (file === 'model-00002-of-00002.safetensors') new DataView(bytes.buffer).setUint16(bytes.length - 2, 0x7fc0, true)
      return bytes
    }
    expect(told(await importModel(folder('qwen3-tiny-untied-bf16', 'm', spoilt), context(at)))).toMatch(/^notFinite .*model-00002-of-00002.*is NaN/)
    expect([await listModels(at), await at.folders.list()]).toEqual([[], []])
  })

  test.each(['Checking', 'Storing'])('cancelled while %s leaves nothing', async (when) => {
    const at = home()
    const stop = { aborted: false }
    const result = await importModel(folder('qwen3-tiny'), context(at, { stop, onProgress: ({ text }) => void (stop.aborted ||= text === when) }))
    expect(result).toMatchObject({ ok: false, kind: 'cancelled' })
    expect([await listModels(at), await at.folders.list()]).toEqual([[], []])
  })

  test('cannot be linked without handles', async () => {
    expect(told(await importModel(folder('qwen3-tiny'), context(home(), { options: { keep: 'link', baseId: null } })))).toMatch(/^noHandle/)
  })
})

describe('an adapter', () => {
  const adapter = () => folder('lora', 'my-lora')

  test('without a model has nothing to change', async () => {
    expect(told(await importModel(adapter(), context(home())))).toMatch(/^noBase/)
  })

  test('goes to the model that it fits, the latest first; to no other', async () => {
    const at = home()
    const first = taken(await importModel(folder('qwen3-tiny'), context(at, { now: 1 })))
    const second = taken(await importModel(folder('qwen3-tiny-untied-bf16'), context(at, { now: 2 })))
    expect(taken(await importModel(adapter(), context(at))).record).toMatchObject({ kind: 'adapter', name: 'my-lora', baseId: second.record.id, r: 4, alpha: 8 })
    const chosen = taken(await importModel(adapter(), context(at, { options: { keep: 'copy', baseId: first.record.id } })))
    expect(chosen.record).toMatchObject({ baseId: first.record.id })
    expect((await listModels(at)).length).toBe(4)
  })

  test('that fits none is told by the tensor that does not', async () => {
    const at = home()
    taken(await importModel(folder('qwen3-tiny'), context(at)))
    const cut = adapter().map((d) => (d.path.endsWith('config.json') ? { ...d, file: new File([JSON.stringify({ peft_type: 'LORA', r: 8, lora_alpha: 8, target_modules: 'all-linear' })], 'adapter_config.json') } : d))
    expect(told(await importModel(cut, context(at)))).toMatch(/^wrongShape .*q_proj\.lora_A\.weight: Its shape is \[4, 64\]; .*r = 8 call for \[8, 64\]/)
    expect((await listModels(at)).length).toBe(1)
  })
})
