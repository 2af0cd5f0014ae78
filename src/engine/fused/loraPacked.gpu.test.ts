/** Adapters over packed weights: what they compute is what they compute over the numbers that the packed weights stand for. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { neverStop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { GpuContext } from '../gpu/context'
import { encodeRows, type WeightFormat } from '../inference/weightFormat'
import { decodeRows } from '../inference/weightFormat.reference'
import { WeightStore } from '../inference/weightStore'
import { initialParameters, parameterLayout } from '../model/parameters'
import { openNodeGpu } from '../node'
import { ADAMW_DEFAULTS } from '../optimiser/adamw'
import { OBJECTIVES, ODD, policySequences } from '../policyModelCases'
import { PROJECTIONS, type AdapterConfig } from '../pretrained/lora'
import { FrozenBase } from './frozenBase'
import { adapterFrom, adapterLayout, initialAdapter } from './loraLayout'
import { LoraModel } from './loraModel'

/** Rows of weights that fill neither a group of 32 nor 16 bytes; a vocabulary that ends inside a part and inside a vector. */
const GAPS: ModelConfig = { ...ODD, vocab_size: 101, hidden_size: 36, intermediate_size: 44, head_dim: 12 }
/** QED-Nano (Qwen3-4B) with every width divided by 16. */
const SMALL_4B: ModelConfig = {
  vocab_size: 299, hidden_size: 160, intermediate_size: 608, num_hidden_layers: 2, num_attention_heads: 8,
  num_key_value_heads: 2, head_dim: 32, rope_theta: 1e6, rms_norm_eps: 1e-6, tie_word_embeddings: true,
}
const adapter: AdapterConfig = { r: 4, alpha: 8, targets: PROJECTIONS, isRankStabilised: false }
const settings = { ...ADAMW_DEFAULTS, weightDecay: 0, clipNorm: 1 }
const breathe = () => Promise.resolve()

/** The parameters as formats hold them. */
function rounded(config: ModelConfig, parameters: Float32Array, matrices: WeightFormat, embeddings: WeightFormat): Float32Array {
  const out = parameters.slice()
  for (const { name, shape, offset, size } of parameterLayout(config)) {
    if (shape.length === 1) continue
    const format = /embed_tokens|lm_head/.test(name) ? embeddings : matrices
    out.set(decodeRows(format, encodeRows(format, parameters.subarray(offset, offset + size), shape[1]!), shape[1]!), offset)
  }
  return out
}

function stored(gpu: GpuContext, config: ModelConfig, parameters: Float32Array, matrices: WeightFormat, embeddings: WeightFormat, mostBytes?: number): WeightStore {
  const store = WeightStore.create(gpu, config, { matrices, embeddings }, mostBytes)
  for (const slot of parameterLayout(config)) store.put(slot, parameters.subarray(slot.offset, slot.offset + slot.size), 0)
  return store
}

/** An adapter whose B is not zero. */
function drawn(config: ModelConfig) {
  const layout = adapterLayout(config, adapter)
  const flat = initialAdapter(layout, 3)
  const random = Random.seed(9)
  for (const { name, offset, size } of layout.slots) if (name.includes('lora_B')) for (let i = offset; i < offset + size; i++) flat[i] = 0.1 * random.normal()
  return adapterFrom(layout, flat)
}

let device: GPUDevice
beforeAll(async () => void (device = (await openNodeGpu()).device))

describe.each([true, false])('adapters over packed weights, software adapter: %s', (isSoftware) => {
  let gpu: GpuContext
  beforeAll(() => void (gpu = new GpuContext(device, isSoftware)))

  test.each<[string, ModelConfig, WeightFormat, WeightFormat, number | undefined]>([
    ['int4, vocabulary in parts of int8', GAPS, 'int4', 'int8', 3500],
    ['int8, head of its own in int4', { ...GAPS, tie_word_embeddings: false }, 'int8', 'int4', undefined],
    ['float16 of the Llama family, vocabulary in parts', { ...GAPS, model_type: 'llama' }, 'f16', 'f16', 8000],
    ['float32, matrix by matrix', GAPS, 'f32', 'f32', 14_000],
    ['QED-Nano divided by 16', SMALL_4B, 'int4', 'int8', undefined],
  ])('%s: log-probabilities, gradient, sampling and reference', async (_, config, matrices, embeddings, mostBytes) => {
    const parameters = initialParameters(config, 5)
    const packed = await FrozenBase.over(gpu, config, stored(gpu, config, parameters, matrices, embeddings, mostBytes))
    const plain = await FrozenBase.upload(gpu, config, rounded(config, parameters, matrices, embeddings))
    if (mostBytes) expect(packed.weights.head.length).toBeGreaterThan(1)
    const sequences = policySequences(7, 17, 'sum_per_sample', config.vocab_size)
    const run = async (base: FrozenBase) => {
      const model = LoraModel.of(base, drawn(config))
      const of = { policy: await model.logprobs(sequences, 0.8), reference: await model.logprobs(sequences, 0.8, 'reference') }
      const { loss } = await model.step(sequences, { kind: 'policy', ...OBJECTIVES['qed-nano']! }, 1e-3, settings)
      const gradient = await model.gradient()
      const rows = await model.sample([[1, 2, 3], [7], [1, 2, 3]], { temperature: 0.9, maxNewTokens: 9, seed: 2, eos: -1, pad: 0 }, neverStop, breathe)
      const scored = await model.logprobs(rows.map((row, i) => ({ prompt: i === 1 ? [7] : [1, 2, 3], completion: row.tokens, weights: [], advantage: null, behaviour: null, reference: null })), 0.9)
      rows.forEach((row, i) => row.logprobs.forEach((behaviour, t) => expect(Math.abs(Math.exp(scored[i]![t]! - behaviour) - 1)).toBeLessThan(1e-3)))
      model.dispose()
      return { of, loss: loss!, gradient, rows }
    }
    const [got, want] = [await run(packed), await run(plain)]
    for (const which of ['policy', 'reference'] as const)
      got.of[which].forEach((row, i) => row.forEach((logprob, t) => expect(Math.abs(logprob - want.of[which][i]![t]!)).toBeLessThan(1e-5)))
    expect(got.of.policy).not.toEqual(got.of.reference)
    expect(got.loss).toBeCloseTo(want.loss, 5)
    const scale = Math.sqrt(want.gradient.reduce((sum, g) => sum + g * g, 0) / want.gradient.length)
    got.gradient.forEach((g, i) => expect(Math.abs(g - want.gradient[i]!)).toBeLessThan(1e-4 * scale + 1e-4 * Math.abs(want.gradient[i]!)))
    expect(got.rows.map((row) => row.tokens)).toEqual(want.rows.map((row) => row.tokens))
    packed.dispose()
    plain.dispose()
  })

  test('it learns, resumes bit for bit, and its memory is the packed weights and the adapter', async () => {
    const untouched = gpu.bytes
    const parameters = initialParameters(SMALL_4B, 5)
    const store = stored(gpu, SMALL_4B, parameters, 'int4', 'int8')
    const base = await FrozenBase.over(gpu, SMALL_4B, store)
    expect(gpu.bytes - untouched).toBeLessThan(0.2 * 4 * parameters.length)
    const sequences = policySequences(6, 41, 'token_mean', SMALL_4B.vocab_size).map((s) => ({ ...s, advantage: null, behaviour: null, reference: null }))
    const steps = async (model: LoraModel, count: number) => {
      const losses = []
      for (let i = 0; i < count; i++) losses.push((await model.step(sequences, { kind: 'crossEntropy' }, 1e-2, settings)).loss!)
      return losses
    }
    const straight = LoraModel.fresh(base, adapter, 1)
    const losses = await steps(straight, 8)
    expect(losses[7]).toBeLessThan(0.8 * losses[0]!)
    const want = await straight.state()
    straight.dispose()
    const before = LoraModel.fresh(base, adapter, 1)
    await steps(before, 3)
    const after = LoraModel.resume(base, await before.state())
    before.dispose()
    if (!after.ok) throw new Error(after.what)
    expect(await steps(after.value, 5)).toEqual(losses.slice(3))
    expect(await after.value.state()).toEqual(want)
    after.value.dispose()
    base.dispose()
    expect(gpu.bytes).toBe(untouched)
  })
})
