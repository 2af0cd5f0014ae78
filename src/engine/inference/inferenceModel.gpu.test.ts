import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { logSumExp } from '../../base/numeric'
import { ok, sentence } from '../../base/result'
import { neverStop, type Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { loadPlan, type LoadPlan } from '../../posttrain/modelMemory'
import { sampleToken } from '../../posttrain/sampling'
import type { GpuContext } from '../gpu/context'
import { decoderReference } from '../model/decoder.reference'
import { goldenModel, type GoldenName } from '../model/goldenModel'
import { initialParameters, parameterLayout } from '../model/parameters'
import { describeGenerator } from '../pretrained/generatorCases'
import type { TokenBatch } from '../pretrained/generator'
import { goldenFolder } from '../pretrained/goldenFolder'
import type { WeightReader } from '../pretrained/loadWeights'
import { adapterScale, mergeAdapter, readAdapter, type Adapter } from '../pretrained/lora'
import type { InferenceModel } from './inferenceModel'
import { inferenceBytes, openInference, type InferenceOptions } from './openInference'
import { testContext } from './testContext'
import { matricesOf, storePlan } from './storePlan'
import { encodeRows, type WeightFormat } from './weightFormat'
import { decodeRows } from './weightFormat.reference'

/** Qwen3-4B with every width divided by 16, two layers, and a vocabulary for several buffers. */
const SMALL_4B: ModelConfig = {
  vocab_size: 3001, hidden_size: 160, intermediate_size: 608, num_hidden_layers: 2, num_attention_heads: 8,
  num_key_value_heads: 2, head_dim: 32, rope_theta: 1e6, rms_norm_eps: 1e-6, tie_word_embeddings: true,
}
const plainPlan = (context: number, rows = 1, promptTokens = context): LoadPlan => ({ matrices: 'f32', embeddings: 'f32', cache: 'f32', context, rows, promptTokens })

function reader(config: ModelConfig, parameters: Float32Array): WeightReader {
  return (put) => {
    for (const slot of parameterLayout(config)) put(slot, parameters.slice(slot.offset, slot.offset + slot.size), 0)
    return Promise.resolve(ok(null))
  }
}

async function open(gpu: GpuContext, config: ModelConfig, parameters: Float32Array, options: InferenceOptions, stop: Stop = neverStop): Promise<InferenceModel> {
  const model = await openInference(gpu, config, reader(config, parameters), options, stop)
  if (!model.ok) throw new Error(sentence(model))
  return model.value
}

/** The parameters as a store of these formats holds them. */
function rounded(config: ModelConfig, parameters: Float32Array, matrices: WeightFormat, embeddings: WeightFormat): Float32Array {
  const out = parameters.slice()
  for (const { name, shape, offset, size } of parameterLayout(config)) {
    if (shape.length === 1) continue
    const format = /embed_tokens|lm_head/.test(name) ? embeddings : matrices
    out.set(decodeRows(format, encodeRows(format, parameters.subarray(offset, offset + size), shape[1]!), shape[1]!), offset)
  }
  return out
}

/** log π of each next token by plain loops in float64. */
function referenceLogprobs(config: ModelConfig, parameters: Float32Array, ids: readonly number[]): number[] {
  const logits = decoderReference(config, parameters, ids)
  return ids.slice(1).map((next, t) => logits[t]![next]! - logSumExp(logits[t]!))
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)))
}

const random = Random.seed(77)
const IDS = Array.from({ length: 40 }, () => random.below(SMALL_4B.vocab_size))

async function goldenAdapter(config: ModelConfig): Promise<Adapter> {
  const adapter = await readAdapter(goldenFolder('lora'), config)
  if (!adapter.ok) throw new Error(sentence(adapter))
  return adapter.value
}

describeGenerator('inference in float32', 24, async () => {
  const gpu = await testContext(true)
  return { load: (config, context, read, stop) => openInference(gpu, config, read, { plan: plainPlan(context, 1, 5) }, stop), held: () => gpu.bytes }
})

// One lane a row, as on a software adapter; and rows and columns shared by lanes, with keys in parts, as on a GPU.
describe.each([true, false])('software adapter: %s', (isSoftware) => {
  let gpu: GpuContext
  beforeAll(async () => void (gpu = await testContext(isSoftware)))

  test.each<GoldenName>(['qwen3-tiny', 'qwen3-tiny-untied-bf16'])('%s: the golden log-probabilities, and the greedy tokens of both prompts side by side', async (name) => {
    const { config, parameters, expected } = goldenModel(name)
    const model = await open(gpu, config, parameters, { plan: plainPlan(128, 2, 7) })
    for (const { input_ids, logprobs_of_next } of expected) expect(worst((await model.logprobs(input_ids, neverStop))!, logprobs_of_next)).toBeLessThan(2e-4)
    const rows: TokenBatch[][] = []
    await model.generateGroup(expected.map((e) => e.input_ids), { temperature: 0, maxNewTokens: 24, seed: 0, endIds: [] }, (batch) => Promise.resolve(void rows.push([...batch])), neverStop)
    expected.forEach(({ greedy }, r) => {
      const tokens = rows.flatMap((batch) => batch[r]!.tokens)
      const logprobs = rows.flatMap((batch) => batch[r]!.logprobs)
      expect(tokens.length).toBe(24)
      greedy.forEach(({ token, logprob, margin }, n) => {
        if (margin > 1e-3) expect(tokens[n]).toBe(token)
        expect(Math.abs(logprobs[n]! - logprob)).toBeLessThan(2e-4)
      })
    })
    expect(model.dispatches.layer).toBeLessThanOrEqual(8)
    model.dispose()
  })

  test('the shape of Qwen3-4B in int4 with its vocabulary over several buffers: float64 loops over the same rounded weights', async () => {
    const parameters = initialParameters(SMALL_4B, 5)
    const mostBytes = 128 * 1024
    const plan: LoadPlan = { ...loadPlan('int4', 64), cache: 'f32', promptTokens: 16 }
    expect(storePlan(SMALL_4B, plan, mostBytes).embedding.length).toBeGreaterThan(3)
    const model = await open(gpu, SMALL_4B, parameters, { plan, mostBytes })
    const want = rounded(SMALL_4B, parameters, 'int4', 'int8')
    const logprobs = (await model.logprobs(IDS, neverStop))!
    expect(worst(logprobs, referenceLogprobs(SMALL_4B, want, IDS))).toBeLessThan(1e-3)
    expect(worst(logprobs, referenceLogprobs(SMALL_4B, parameters, IDS))).toBeGreaterThan(1e-2) // rounding shows
    const tokens: number[] = []
    await model.generate(IDS.slice(0, 5), { temperature: 0.9, maxNewTokens: 6, seed: 3, endIds: [] }, (batch) => Promise.resolve(void tokens.push(...batch.tokens)), neverStop)
    const ids = IDS.slice(0, 5)
    for (const [n, token] of tokens.entries()) {
      expect(token).toBe(sampleToken(decoderReference(SMALL_4B, want, ids).at(-1)!, 0.9, 3, 0, n).token)
      ids.push(token)
    }
    expect(tokens.length).toBe(6)
    expect(model.dispatches.layer).toBeLessThanOrEqual(8)
    model.dispose()
  })

  test('an adapter beside the weights: the golden log-probabilities when it is on, those of the base when it is off', async () => {
    const { config, parameters, expected } = goldenModel()
    const adapter = await goldenAdapter(config)
    const golden = JSON.parse(readFileSync(new URL('../goldens/lora/expected.json', import.meta.url), 'utf8')) as { logprobs_of_next_first: number[] }
    const batch = JSON.parse(readFileSync(new URL('../goldens/sft-step/expected.json', import.meta.url), 'utf8')) as { input_ids: number[][] }
    const model = await open(gpu, config, parameters, { plan: plainPlan(64), adapter })
    expect(worst((await model.logprobs(batch.input_ids[0]!, neverStop))!, golden.logprobs_of_next_first)).toBeLessThan(2e-4)
    const decoded: number[] = []
    const { input_ids } = expected[0]!
    await model.generate(input_ids, { temperature: 0, maxNewTokens: 3, seed: 0, endIds: [] }, (b) => Promise.resolve(void decoded.push(...b.tokens)), neverStop)
    const merged = parameters.slice()
    for (const slot of parameterLayout(config)) mergeAdapter(adapter, slot.name, merged.subarray(slot.offset, slot.offset + slot.size), 0)
    const ids = [...input_ids]
    for (const token of decoded) {
      expect(token).toBe(sampleToken(decoderReference(config, merged, ids).at(-1)!, 0, 0, 0, 0).token)
      ids.push(token)
    }
    model.usesAdapter = false
    for (const { input_ids, logprobs_of_next } of expected) expect(worst((await model.logprobs(input_ids, neverStop))!, logprobs_of_next)).toBeLessThan(2e-4)
    model.dispose()
  })
})

describe('packed', () => {
  let gpu: GpuContext
  beforeAll(async () => void (gpu = await testContext(true)))
  const parameters = initialParameters(SMALL_4B, 5)

  test('a float16 cache moves a log-probability by less than 2e-3', async () => {
    const of = async (cache: LoadPlan['cache']) => {
      const model = await open(gpu, SMALL_4B, parameters, { plan: { ...loadPlan('int4', 64), cache } })
      const logprobs = await model.logprobs(IDS, neverStop)
      model.dispose()
      return logprobs!
    }
    const moved = worst(await of('f16'), await of('f32'))
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(2e-3)
  })

  test('the shape of SmolLM2-135M, whose widths are no multiples of a group, untied: float64 loops over the same rounded weights', async () => {
    const config: ModelConfig = { ...SMALL_4B, model_type: 'llama', vocab_size: 301, hidden_size: 36, intermediate_size: 100, num_attention_heads: 9, num_key_value_heads: 3, head_dim: 4, tie_word_embeddings: false }
    const drawn = initialParameters(config, 6)
    const ids = IDS.slice(0, 20).map((id) => id % 301)
    for (const [matrices, embeddings] of [['int4', 'int8'], ['f16', 'f16'], ['int8', 'int4']] as const) {
      const model = await open(gpu, config, drawn, { plan: { ...loadPlan('int4', 32), matrices, embeddings, cache: 'f32' } })
      expect(worst((await model.logprobs(ids, neverStop))!, referenceLogprobs(config, rounded(config, drawn, matrices, embeddings), ids))).toBeLessThan(1e-3)
      model.dispose()
    }
  })

  test('an adapter over int4: float64 loops over the rounded weights with it added', async () => {
    const { config, parameters } = goldenModel()
    const adapter = await goldenAdapter(config)
    const model = await open(gpu, config, parameters, { plan: { ...loadPlan('int4', 64), cache: 'f32' }, adapter })
    const want = rounded(config, parameters, 'int4', 'int8')
    const base = referenceLogprobs(config, want, IDS.slice(0, 12).map((id) => id % 512))
    const ids = IDS.slice(0, 12).map((id) => id % 512)
    for (const slot of parameterLayout(config)) mergeAdapter(adapter, slot.name, want.subarray(slot.offset, slot.offset + slot.size), 0)
    expect(adapterScale(adapter.config)).toBe(2)
    expect(worst((await model.logprobs(ids, neverStop))!, referenceLogprobs(config, want, ids))).toBeLessThan(1e-3)
    model.usesAdapter = false
    expect(worst((await model.logprobs(ids, neverStop))!, base)).toBeLessThan(1e-3)
    model.dispose()
  })

  test('a group on one prompt: each row draws its own stream, whoever stands beside it, and ends by itself', async () => {
    const model = await open(gpu, SMALL_4B, parameters, { plan: { ...loadPlan('int4', 48, 5), cache: 'f32', promptTokens: 6 } })
    const [prompt, other] = [IDS.slice(0, 9), IDS.slice(20, 23)]
    const draw = async (prompts: number[][], endIds: number[] = []) => {
      const rows = prompts.map((): number[] => [])
      const { rows: ends } = await model.generateGroup(prompts, { temperature: 1, maxNewTokens: 12, seed: 9, endIds }, (batch) => Promise.resolve(batch.forEach((b, r) => rows[r]!.push(...b.tokens))), neverStop)
      return { rows, ends }
    }
    const group = await draw([prompt, prompt, other, prompt])
    const want = rounded(SMALL_4B, parameters, 'int4', 'int8')
    ;[prompt, prompt, other, prompt].forEach((start, r) => {
      const ids = [...start]
      group.rows[r]!.slice(0, 3).forEach((token, n) => {
        expect(token).toBe(sampleToken(decoderReference(SMALL_4B, want, ids).at(-1)!, 1, 9, r, n).token)
        ids.push(token)
      })
    })
    expect((await draw([prompt, other])).rows[0]).toEqual(group.rows[0])
    expect(new Set(group.rows.map(String)).size).toBe(4)
    const early = group.rows[1]![4]!
    const ended = await draw([prompt, prompt, other, prompt], [early])
    ended.rows.forEach((row, r) => {
      const at = group.rows[r]!.indexOf(early)
      expect(row).toEqual(at < 0 ? group.rows[r] : group.rows[r]!.slice(0, at + 1))
      expect(ended.ends[r]!.reason).toBe(at < 0 ? 'length' : 'end')
      expect(ended.ends[r]!.newTokens).toBe(row.length)
    })
    await expect(draw(Array<number[]>(6).fill(prompt))).rejects.toThrow(/6 prompts .* 1 to 5/)
    model.dispose()
  })

  test('a stop while the prompt is read ends without a token; a second call while one computes is refused', async () => {
    const model = await open(gpu, SMALL_4B, parameters, { plan: { ...loadPlan('int4', 64), promptTokens: 4 } })
    const stop = { aborted: true }
    const told: TokenBatch[] = []
    const settings = { temperature: 0, maxNewTokens: 4, seed: 0, endIds: [] }
    const first = model.generate(IDS, settings, (b) => Promise.resolve(void told.push(b)), stop)
    await expect(model.generate(IDS, settings, () => Promise.resolve(), neverStop)).rejects.toThrow(/still computing/)
    expect(await first).toMatchObject({ reason: 'stopped', newTokens: 0 })
    expect(told).toEqual([])
    expect((await model.generate(IDS, settings, () => Promise.resolve(), neverStop)).newTokens).toBe(4)
    model.dispose()
  })

  test('what it takes is what was counted, to the byte, beside the few of its plans; nothing grows with use; all comes back', async () => {
    const before = gpu.bytes
    const plan = loadPlan('int4', 64, 3)
    const model = await open(gpu, SMALL_4B, parameters, { plan, mostBytes: 128 * 1024 })
    const held = gpu.bytes - before
    const plans = 4 * 96 + 256 * (model.dispatches.step + 2 * 20 + 20)
    const counted = inferenceBytes(gpu, SMALL_4B, plan, 128 * 1024)
    expect(held).toBeGreaterThan(counted)
    expect(held - counted).toBeLessThan(plans)
    for (let seed = 0; seed < 3; seed++) await model.generateGroup([IDS, IDS], { temperature: 1, maxNewTokens: 5, seed, endIds: [] }, () => Promise.resolve(), neverStop)
    expect(gpu.bytes - before).toBe(held)
    model.dispose()
    expect(gpu.bytes).toBe(before)
  })

  test('weights that come in pieces of any length make the same model; a piece out of order or missing is refused', async () => {
    const plan = { ...loadPlan('int4', 32), embeddings: 'f16' as const }
    const whole = await open(gpu, SMALL_4B, parameters, { plan })
    const want = await whole.logprobs(IDS.slice(0, 8), neverStop)
    whole.dispose()
    const before = gpu.bytes
    const { WeightStore } = await import('./weightStore')
    const store = WeightStore.create(gpu, SMALL_4B, plan)
    const layout = parameterLayout(SMALL_4B)
    for (const slot of layout)
      for (let at = 0, n = 0; at < slot.size; at += n) {
        n = Math.min(1 + ((at * 7919) % 5003), slot.size - at)
        store.put(slot, parameters.slice(slot.offset + at, slot.offset + at + n), at)
      }
    expect(store.missing()).toEqual([])
    for (const matrix of store.layers[1] ? [store.layers[1].gateUp, store.embedding[0]!] : []) {
      const [words] = await gpu.read([{ buffer: matrix.words, byteLength: matrix.words.size }])
      const names = matrix.format === 'f16' ? ['model.embed_tokens.weight'] : ['model.layers.1.mlp.gate_proj.weight', 'model.layers.1.mlp.up_proj.weight']
      const values = names.flatMap((name) => {
        const slot = layout.find((s) => s.name === name)!
        return [...encodeRows(matrix.format, parameters.subarray(slot.offset, slot.offset + slot.size), matrix.inputs).words]
      })
      expect([...new Uint32Array(words!)]).toEqual(values)
    }
    expect(() => store.put(layout[1]!, new Float32Array(1), 3)).toThrow(/out of order/)
    store.dispose()
    expect(gpu.bytes).toBe(before)
    const short: WeightReader = (put) => {
      for (const slot of layout.slice(0, -1)) put(slot, parameters.slice(slot.offset, slot.offset + slot.size), 0)
      return Promise.resolve(ok(null))
    }
    await expect(openInference(gpu, SMALL_4B, short, { plan }, neverStop)).rejects.toThrow(/before model\.norm\.weight was whole/)
    expect(gpu.bytes).toBe(before)
    expect(want!.length).toBe(7)
  })

  test('a buffer that the device cannot give is refused in numbers, and nothing is left behind', async () => {
    const before = gpu.bytes
    await expect(open(gpu, SMALL_4B, parameters, { plan: loadPlan('int4', 32), mostBytes: 40_000 })).rejects.toThrow(/layer 0 gate and up takes 109440 bytes in int4; this adapter binds 40000/)
    expect(gpu.bytes).toBe(before)
    expect(matricesOf(storePlan(SMALL_4B, loadPlan('int4', 32), 1e9)).length).toBe(1 + 4 * 2)
  })
})
