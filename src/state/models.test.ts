import { describe, expect, test } from 'vitest'
import { fail, ok, type Result } from '../base/result'
import type { AdapterRecord, PretrainedRecord } from '../posttrain/modelRecords'
import type { LoadedModel, LoadModelFault, ModelEngineApi } from '../../workers/engine/protocolModels'
import type { Imported, ImportFault, ModelProgress, ModelsApi } from '../../workers/models/protocol'
import { adaptersOf, createModelsStore } from './models'

const config = { vocab_size: 8, hidden_size: 4, intermediate_size: 4, num_hidden_layers: 1, num_attention_heads: 1, num_key_value_heads: 1, head_dim: 4, rope_theta: 1e4, rms_norm_eps: 1e-6, tie_word_embeddings: true }
const files = { schema: 1 as const, origin: 'copy' as const, files: [], sizeBytes: 10 }
const model = (id: string, addedAt = 1): PretrainedRecord => ({ ...files, kind: 'model', id, name: id, addedAt, config, parameters: 1, dtypes: 'F32', maxPositions: null, hasTokenizer: true, endIds: [] })
const adapter = (id: string, baseId: string): AdapterRecord => ({ ...files, kind: 'adapter', id, name: id, addedAt: 2, baseId, r: 4, alpha: 8, targets: ['q_proj'] })
const loaded = (modelId: string, adapterId: string | null = null) => ({ modelId, adapterId, name: modelId, context: 64 }) as LoadedModel

/** A library and an engine that play what the test tells them to. */
function scripted() {
  const calls: string[] = []
  let finish: (result: Result<Imported, ImportFault>) => void = () => {}
  let tell: (progress: ModelProgress) => void = () => {}
  let progress: (done: number, total: number) => void = () => {}
  const state = { models: [model('a')] as (PretrainedRecord | AdapterRecord)[], loaded: null as LoadedModel | null, load: ok(loaded('a')) as Result<LoadedModel, LoadModelFault>, persisted: 0 }
  const library = {
    models: () => Promise.resolve(state.models),
    importModel: (_job: string, _files: unknown, _options: unknown, onProgress: typeof tell) => ((tell = onProgress), new Promise<Result<Imported, ImportFault>>((resolve) => (finish = resolve))),
    cancel: (job: string) => Promise.resolve(void calls.push(job === '' ? 'ping' : 'cancel')),
    remove: (id: string) => Promise.resolve(void calls.push(`remove ${id}`)),
    restore: (id: string) => Promise.resolve(state.models.find((m) => m.id === id) ?? null),
  } as unknown as ModelsApi
  const engine = {
    loadModel: (_: unknown, onProgress: typeof progress) => ((progress = onProgress), Promise.resolve(state.load)),
    loadedModel: () => Promise.resolve(state.loaded),
    unloadModel: () => Promise.resolve(void (calls.push('unload'), (state.loaded = null))),
  } as unknown as ModelEngineApi
  const store = createModelsStore(library, engine, () => Promise.resolve(state.persisted++))
  return { calls, state, store, get: () => store.getState(), finish: (r: Result<Imported, ImportFault>) => finish(r), tell: (p: ModelProgress) => tell(p), progress: (d: number, t: number) => progress(d, t) }
}

describe('an import', () => {
  test('shows its progress, enters the list, and asks the browser to keep it', async () => {
    const { get, tell, finish, state } = scripted()
    await get().load()
    const importing = get().importModel('QED-Nano', [], 'copy', null)
    expect(get().importing).toEqual({ name: 'QED-Nano', progress: null })
    tell({ doneBytes: 1, totalBytes: 4, text: 'Checking' })
    expect(get().importing?.progress?.text).toBe('Checking')
    finish(ok({ record: model('b'), ignored: [] }))
    expect((await importing).ok).toBe(true)
    tell({ doneBytes: 4, totalBytes: 4, text: 'Storing' })
    expect(get().importing).toBeNull()
    expect([get().models.map((m) => m.id), state.persisted]).toEqual([['a', 'b'], 1])
  })
  test('that fails changes nothing; a second one waits its turn; a cancel reaches the worker', async () => {
    const { get, finish, calls, state } = scripted()
    await get().load()
    const first = get().importModel('x', [], 'copy', null)
    expect(await get().importModel('y', [], 'copy', null)).toMatchObject({ ok: false, kind: 'busy' })
    get().cancelImport()
    expect(calls).toEqual(['cancel'])
    finish(fail('cancelled', 'The import was cancelled; nothing was stored.'))
    expect(await first).toMatchObject({ kind: 'cancelled' })
    expect([get().importing, get().models.length, state.persisted]).toEqual([null, 1, 0])
  })
  test('underway when a list arrives that was read before: the list does not undo it', async () => {
    const { get, finish } = scripted()
    const importing = get().importModel('x', [], 'copy', null)
    const loading = get().load()
    finish(ok({ record: model('b'), ignored: [] }))
    await importing
    await loading
    expect(get().models.some((m) => m.id === 'b')).toBe(true)
  })
})

describe('a removal', () => {
  test('frees the model that is loaded, and can be undone', async () => {
    const { get, calls, state } = scripted()
    state.models = [model('a', 1), model('b', 2)]
    state.loaded = loaded('a')
    await get().load()
    await get().refreshLoaded()
    await get().remove(model('a', 1))
    expect(calls).toEqual(['unload', 'remove a'])
    expect([get().loaded, get().models.map((m) => m.id), get().removed?.id]).toEqual([null, ['b'], 'a'])
    await get().undoRemove()
    expect([get().models.map((m) => m.id), get().removed]).toEqual([['a', 'b'], null])
  })
  test('of an adapter that is merged into the loaded model frees that model', async () => {
    const { get, calls, state } = scripted()
    state.loaded = loaded('a', 'l')
    await get().refreshLoaded()
    await get().remove(adapter('l', 'a'))
    expect(calls).toEqual(['unload', 'remove l'])
  })
})

describe('loading', () => {
  const request = { modelId: 'a', adapterId: null, context: 64, budgetBytes: 1e9, precisions: ['f32' as const] }
  test('tells how far it is, then what is loaded', async () => {
    const { get, progress } = scripted()
    const loading = get().loadModel(request)
    expect(get().loading).toEqual({ modelId: 'a', doneBytes: 0, totalBytes: 0 })
    progress(5, 10)
    expect(get().loading).toEqual({ modelId: 'a', doneBytes: 5, totalBytes: 10 })
    await loading
    expect([get().loading, get().loaded?.modelId]).toEqual([null, 'a'])
    progress(10, 10)
    expect(get().loading).toBeNull()
  })
  test('that is refused leaves the earlier model; one that failed after it was freed does not pretend', async () => {
    const { get, state } = scripted()
    state.load = fail('tooLarge', 'It needs 9 GB.')
    state.loaded = loaded('b')
    await get().loadModel(request)
    expect(get().loaded?.modelId).toBe('b')
    state.loaded = null
    await get().loadModel(request)
    expect(get().loaded).toBeNull()
  })
})

test('adapters belong to their model', () => {
  expect(adaptersOf([model('a'), adapter('l', 'a'), adapter('m', 'b')], 'a').map((a) => a.id)).toEqual(['l'])
})
