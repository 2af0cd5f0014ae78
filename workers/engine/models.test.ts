import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'
import { sentence, type Result } from '../../src/base/result'
import { neverStop } from '../../src/base/stop'
import { openNodeWasm } from '../../src/engine/node'
import { goldenModel } from '../../src/engine/model/goldenModel'
import type { AdapterRecord, PretrainedRecord } from '../../src/posttrain/modelRecords'
import { memoryDatabase } from '../../src/storage/memoryDatabase'
import { memoryFolders } from '../../src/storage/modelFolders'
import { storeCopy, type DroppedFile, type ModelHome } from '../../src/storage/models'
import { ModelBench, type BenchDevice } from './models'
import type { GenerateRequest, LoadModelRequest } from './protocolModels'

beforeAll(openNodeWasm)

const { config, expected } = goldenModel()
const { input_ids, greedy } = expected[0]!
const request: LoadModelRequest = { modelId: 'm', adapterId: null, context: 128, budgetBytes: 1e9, precisions: ['f16'] }
const ask: GenerateRequest = { promptIds: input_ids, temperature: 0, maxNewTokens: 6, seed: 1, endIds: [] }
const told = (result: Result<unknown>) => (result.ok ? 'done' : `${result.kind} ${sentence(result)}`)

function files(golden: string): DroppedFile[] {
  const at = new URL(`../../src/engine/goldens/${golden}/`, import.meta.url)
  return readdirSync(at).filter((name) => name !== 'expected.json').map((name) => ({ name, file: new File([new Uint8Array(readFileSync(new URL(name, at)))], name), handle: null }))
}

/** A bench on wasm with the golden model and its adapter stored, and a device that can be lost and found. */
async function opened() {
  const home: ModelHome = { database: memoryDatabase(), folders: memoryFolders() }
  const stored = (id: string, golden: string) => ({ schema: 1 as const, id, name: id, origin: 'copy' as const, addedAt: 1, sizeBytes: 1, files: files(golden).map(({ name, file }) => ({ name, sizeBytes: file.size })) })
  await storeCopy(home, { ...stored('m', 'qwen3-tiny'), kind: 'model', config, parameters: 1, dtypes: 'F32', maxPositions: 2048, hasTokenizer: false, endIds: [] } satisfies PretrainedRecord, files('qwen3-tiny'), () => {}, neverStop)
  await storeCopy(home, { ...stored('l', 'lora'), kind: 'adapter', baseId: 'm', r: 4, alpha: 8, targets: [] } satisfies AdapterRecord, files('lora'), () => {}, neverStop)
  let lose: (reason: string) => void = () => {}
  let losing = new Promise<string>((resolve) => (lose = resolve))
  const state = { training: false, lost: null as string | null, errors: [] as string[] }
  const ready = { kind: 'ready' as const, report: { backend: 'wasm' as const, adapter: '', features: [], maxBufferBytes: null, missing: null, missingDetail: null } }
  const device: BenchDevice = {
    open: () => Promise.resolve(state.lost === null ? ready : { kind: 'lost', reason: state.lost }),
    reopen: () => {
      if (state.lost !== null) losing = new Promise<string>((resolve) => (lose = resolve))
      state.lost = null
      return Promise.resolve(ready)
    },
    opened: null,
    takeErrors: () => state.errors.splice(0),
    whenLost: () => losing,
    lostWithin: () => Promise.resolve(state.lost),
  }
  return { state, home, bench: new ModelBench(device, () => state.training, home), lose: (reason: string) => ((state.lost = reason), lose(reason)) }
}

test('plans, loads with progress, completes, frees', async () => {
  const { bench } = await opened()
  const before = tf.memory().numTensors
  expect(await bench.planModel(config, 128, 1e9, ['f16'])).toMatchObject({ ok: true, value: { engine: 'reference' } })
  expect(told(await bench.planModel(config, 128, 1e6, ['f16']))).toMatch(/^tooLarge Memory: It needs/)
  const seen: [number, number][] = []
  const loaded = await bench.loadModel(request, (done, total) => void seen.push([done, total]))
  expect(loaded).toMatchObject({ ok: true, value: { modelId: 'm', adapterId: null, context: 128, engine: 'reference', precision: 'f32' } })
  expect(seen.at(-1)![0]).toBe(seen.at(-1)![1])
  expect(await bench.loadedModel()).toMatchObject({ modelId: 'm' })
  const heard: number[] = []
  const written = await bench.generate(ask, (tokens) => void heard.push(...tokens))
  expect(written).toMatchObject({ ok: true, value: { reason: 'length', newTokens: 6, tokens: greedy.slice(0, 6).map((g) => g.token) } })
  expect(heard).toEqual(greedy.slice(0, heard.length).map((g) => g.token))
  await bench.unloadModel()
  expect([await bench.loadedModel(), tf.memory().numTensors]).toEqual([null, before])
  expect(told(await bench.generate(ask, () => {}))).toMatch(/^noModel/)
})

test('an adapter is merged while loading; without it the log-probabilities are others', async () => {
  const { bench } = await opened()
  const logprobs = async (adapterId: string | null) => {
    expect(await bench.loadModel({ ...request, adapterId }, () => {})).toMatchObject({ ok: true, value: { adapterId } })
    const written = await bench.generate(ask, () => {})
    return written.ok ? written.value.logprobs : []
  }
  const [merged, plain] = [await logprobs('l'), await logprobs(null)]
  expect(plain.length).toBe(6)
  expect(merged).not.toEqual(plain)
  await bench.unloadModel()
})

describe('one thing at a time', () => {
  test('nothing while a run trains; no second load or completion', async () => {
    const { bench, state } = await opened()
    state.training = true
    expect(told(await bench.loadModel(request, () => {}))).toMatch(/^busy A run is training/)
    state.training = false
    const loading = bench.loadModel(request, () => {})
    expect(bench.isBusy).toBe(true)
    expect(told(await bench.loadModel(request, () => {}))).toMatch(/^busy A model is being loaded/)
    await loading
    const writing = bench.generate({ ...ask, maxNewTokens: 100 }, () => {})
    expect(told(await bench.generate(ask, () => {}))).toMatch(/^busy The model is still writing/)
    await bench.stopModel()
    const stopped = await writing
    expect(stopped).toMatchObject({ ok: true, value: { reason: 'stopped' } })
    expect(bench.isBusy).toBe(false)
    await bench.unloadModel()
  })

  test('a stop in the middle of an answer is heard at once, between two tokens', async () => {
    const { bench } = await opened()
    await bench.loadModel(request, () => {})
    let heardAfter = 0
    let isStopped = false
    const written = await bench.generate({ ...ask, maxNewTokens: 100 }, (tokens) => {
      if (isStopped) heardAfter += tokens.length
      isStopped = true
      void bench.stopModel()
    })
    expect(written).toMatchObject({ ok: true, value: { reason: 'stopped' } })
    expect(heardAfter).toBe(0)
    await bench.unloadModel()
  })

  test('a cancelled load leaves nothing; a refused one leaves the model that was loaded', async () => {
    const { bench } = await opened()
    const before = tf.memory().numTensors
    const loading = bench.loadModel(request, () => void bench.stopModel())
    expect(told(await loading)).toMatch(/^cancelled/)
    expect([await bench.loadedModel(), tf.memory().numTensors]).toEqual([null, before])
    await bench.loadModel(request, () => {})
    expect(told(await bench.loadModel({ ...request, budgetBytes: 1e6 }, () => {}))).toMatch(/^tooLarge/)
    expect(told(await bench.loadModel({ ...request, modelId: 'other' }, () => {}))).toMatch(/^noModel/)
    expect(await bench.loadedModel()).toMatchObject({ modelId: 'm' })
    await bench.unloadModel()
  })
})

describe('what can go wrong', () => {
  test('a prompt that fills the context is refused in numbers', async () => {
    const { bench } = await opened()
    await bench.loadModel({ ...request, context: 16 }, () => {})
    expect(told(await bench.generate(ask, () => {}))).toBe('tooLong Prompt: The prompt has 17 tokens; the context of 16 leaves no room for an answer. Shorten it, or load the model with a longer context.')
    await bench.unloadModel()
  })

  test('a device lost in the middle of an answer is told, the model is gone, and loading it again works', async () => {
    const { bench, lose } = await opened()
    await bench.loadModel(request, () => {})
    const writing = bench.generate({ ...ask, maxNewTokens: 100 }, () => lose('driver reset'))
    expect(told(await writing)).toMatch(/^device GPU device: The device was lost: driver reset/)
    expect(await bench.loadedModel()).toBeNull()
    expect(told(await bench.generate(ask, () => {}))).toMatch(/^device .*driver reset/)
    expect((await bench.loadModel(request, () => {})).ok).toBe(true)
    expect((await bench.generate(ask, () => {})).ok).toBe(true)
    await bench.unloadModel()
  })

  test('an error of the GPU during an answer throws the answer away', async () => {
    const { bench, state } = await opened()
    await bench.loadModel(request, () => {})
    const written = await bench.generate({ ...ask, maxNewTokens: 3 }, () => {})
    expect(written.ok).toBe(true)
    const spoilt = bench.generate({ ...ask, maxNewTokens: 60 }, () => void state.errors.push('out of memory'))
    expect(told(await spoilt)).toMatch(/^device .*out of memory/)
    await bench.unloadModel()
  })

  test('a file that changed behind the record is told before anything is freed', async () => {
    const { bench, home } = await opened()
    await bench.loadModel(request, () => {})
    await home.folders.remove('m')
    expect(told(await bench.loadModel(request, () => {}))).toMatch(/^moved `m`, file/)
    expect(await bench.loadedModel()).toMatchObject({ modelId: 'm' })
    await bench.unloadModel()
  })
})
