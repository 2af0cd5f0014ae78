import { describe, expect, test } from 'vitest'
import { sentence } from '../base/result'
import { neverStop } from '../base/stop'
import type { PretrainedRecord } from '../posttrain/modelRecords'
import { memoryDatabase } from './memoryDatabase'
import { memoryFolders } from './modelFolders'
import { getModel, KEPT_MS, listModels, openModelFiles, removeModel, restoreModel, storeCopy, storeLink, sweepModels, type DroppedFile, type ModelHome } from './models'

const config = { vocab_size: 8, hidden_size: 4, intermediate_size: 4, num_hidden_layers: 1, num_attention_heads: 1, num_key_value_heads: 1, head_dim: 4, rope_theta: 1e4, rms_norm_eps: 1e-6, tie_word_embeddings: true }
const dropped = (name: string, size: number): DroppedFile => ({ name, file: new File([new Uint8Array(size).fill(7)], name), handle: null })
const FILES = [dropped('config.json', 30), dropped('model.safetensors', 9_000_000)]
const record = (id: string, origin: 'copy' | 'link' = 'copy', addedAt = 1): PretrainedRecord => ({
  schema: 1, kind: 'model', id, name: `model ${id}`, origin, addedAt, config, parameters: 100, dtypes: 'F32', maxPositions: null, hasTokenizer: false, endIds: [],
  files: FILES.map(({ name, file }) => ({ name, sizeBytes: file.size })), sizeBytes: 9_000_030,
})
const home = (failAt?: number, failWrite?: () => void): ModelHome => ({ database: memoryDatabase(failWrite), folders: memoryFolders(failAt) })
const granted = (file: File, permission: PermissionState = 'granted') => ({ getFile: () => Promise.resolve(file), queryPermission: () => Promise.resolve(permission) }) as unknown as FileSystemFileHandle

describe('a copy', () => {
  test('is whole: files, record, progress to the last byte', async () => {
    const at = home()
    const seen: number[] = []
    expect(await storeCopy(at, record('a'), FILES, (done) => void seen.push(done), neverStop)).toEqual({ ok: true, value: record('a') })
    expect(seen.at(-1)).toBe(9_000_030)
    expect(seen.length).toBeGreaterThan(3)
    expect(await listModels(at)).toEqual([record('a')])
    const files = await openModelFiles(at, record('a'))
    if (!files.ok) throw new Error(sentence(files))
    expect([...files.value].map(([name, file]) => [name, file.size])).toEqual([['config.json', 30], ['model.safetensors', 9_000_000]])
  })

  test('that is cancelled in the middle leaves nothing', async () => {
    const at = home()
    const stop = { aborted: false }
    const result = await storeCopy(at, record('a'), FILES, (done) => void (stop.aborted = done > 5_000_000), stop)
    expect(result).toMatchObject({ ok: false, kind: 'cancelled' })
    expect([await at.folders.list(), await listModels(at)]).toEqual([[], []])
  })

  test('for which the disk has no room leaves nothing, nor does one whose record cannot be written', async () => {
    const full = home(6_000_000)
    expect(await storeCopy(full, record('a'), FILES, () => {}, neverStop)).toMatchObject({ ok: false, kind: 'quota' })
    expect([await full.folders.list(), await listModels(full)]).toEqual([[], []])
    const unwritable = home(Infinity, () => {
      throw new DOMException('', 'QuotaExceededError')
    })
    expect(await storeCopy(unwritable, record('a'), FILES, () => {}, neverStop)).toMatchObject({ ok: false, kind: 'quota' })
    expect(await unwritable.folders.list()).toEqual([])
  })

  test('that lost a file, or holds another one, is told by name', async () => {
    const at = home()
    await storeCopy(at, record('a'), FILES, () => {}, neverStop)
    const other = { ...record('a'), files: [{ name: 'config.json', sizeBytes: 31 }] }
    expect(await openModelFiles(at, other)).toMatchObject({ ok: false, kind: 'changed', what: 'The file has 30 bytes; it had 31 when it was checked.' })
    await at.folders.remove('a')
    expect(await openModelFiles(at, record('a'))).toMatchObject({ ok: false, kind: 'moved', where: '`model a`, file config.json' })
  })
})

describe('a link', () => {
  // A handle is an object of the browser; the fake database would clone it, so the record is written around it.
  const linked = async (handle: (file: File) => FileSystemFileHandle) => {
    const kept = new Map<string, unknown>()
    const base = memoryDatabase()
    const at: ModelHome = {
      folders: memoryFolders(),
      database: {
        ...base,
        get: async <T>(key: readonly (string | number)[]) => (kept.get(key.join()) as T | undefined) ?? base.get<T>(key),
        write: async (changes) => {
          for (const change of changes) if ('put' in change && change.put[0] === 'modelHandles') kept.set(change.put.join(), change.value)
          return base.write(changes.filter((change) => !('put' in change && change.put[0] === 'modelHandles')))
        },
      },
    }
    await storeLink(at, record('a', 'link'), FILES.map((f) => ({ ...f, handle: handle(f.file) })))
    return at
  }
  test('reads where the files lie', async () => {
    expect((await openModelFiles(await linked((file) => granted(file)), record('a', 'link'))).ok).toBe(true)
  })
  test('without permission says so; a file that went away is told', async () => {
    expect(await openModelFiles(await linked((file) => granted(file, 'prompt')), record('a', 'link'))).toMatchObject({ ok: false, kind: 'noPermission' })
    const gone = await linked(() => ({ getFile: () => Promise.reject(new DOMException('', 'NotFoundError')) }) as unknown as FileSystemFileHandle)
    expect(await openModelFiles(gone, record('a', 'link'))).toMatchObject({ ok: false, kind: 'moved', what: 'The file is no longer where it was dropped from.' })
  })
})

describe('a removal', () => {
  test('takes it out of the list and can be undone', async () => {
    const at = home()
    await storeCopy(at, record('a'), FILES, () => {}, neverStop)
    await removeModel(at, 'a', 1000)
    expect([await getModel(at, 'a'), await listModels(at)]).toEqual([null, []])
    expect(await restoreModel(at, 'a')).toEqual(record('a'))
    expect((await openModelFiles(at, record('a'))).ok).toBe(true)
  })

  test('becomes final after a day, and only then; folders that nobody names go at once', async () => {
    const at = home()
    for (const id of ['a', 'b']) await storeCopy(at, record(id), FILES, () => {}, neverStop)
    await at.folders.write('orphan', 'x', (async function* () { yield new Uint8Array(1) })(), () => {}, neverStop)
    await removeModel(at, 'a', 1000)
    expect(await sweepModels(at, 1000 + KEPT_MS)).toEqual(['orphan'])
    expect(await sweepModels(at, 1001 + KEPT_MS)).toEqual(['a'])
    expect(await restoreModel(at, 'a')).toBeNull()
    expect(await listModels(at)).toEqual([record('b')])
  })
})
