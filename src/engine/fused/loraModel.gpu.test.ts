import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { sentence, type Result } from '../../base/result'
import { neverStop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { GpuContext } from '../gpu/context'
import { fingerprint } from '../kernels/fingerprint'
import { goldenModel } from '../model/goldenModel'
import { initialParameters, parameterLayout } from '../model/parameters'
import { openNodeGpu } from '../node'
import { ADAMW_DEFAULTS } from '../optimiser/adamw'
import { goldenBatch, OBJECTIVES, ODD, policySequences, referenceLoss } from '../policyModelCases'
import { arraySource } from '../pretrained/byteSource'
import { goldenFolder } from '../pretrained/goldenFolder'
import { mergeAdapter, PROJECTIONS, readAdapter, writeAdapter, type AdapterConfig } from '../pretrained/lora'
import { FrozenBase } from './frozenBase'
import { FusedModel } from './fusedModel'
import { adapterFrom, adapterLayout, initialAdapter } from './loraLayout'
import { LoraModel } from './loraModel'

const settings = { ...ADAMW_DEFAULTS, weightDecay: 0.01, clipNorm: 0.3 }
const breathe = () => Promise.resolve()
const expected = JSON.parse(readFileSync(new URL('../goldens/lora/expected.json', import.meta.url), 'utf8')) as {
  loss: number
  logprobs_of_next_first: number[]
  grad_l2: Record<string, [number, number]>
}
const ALL: AdapterConfig = { r: 3, alpha: 6, targets: PROJECTIONS, isRankStabilised: false }

function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(sentence(result))
  return result.value
}

const GRADIENT_CASES: readonly [string, ModelConfig, AdapterConfig][] = [
  ['qed-nano', ODD, ALL],
  ['grpo', { ...ODD, tie_word_embeddings: false }, { ...ALL, r: 8, isRankStabilised: true }],
  ['dapo', { ...ODD, model_type: 'llama' }, { ...ALL, r: 1, alpha: 1 }],
  ['qed-nano', ODD, { ...ALL, r: 5, targets: ['v_proj', 'up_proj', 'down_proj'] }],
]

/** An adapter that has been somewhere: B is not zero. */
function drawnAdapter(config: ModelConfig, adapter: AdapterConfig, seed: number) {
  const layout = adapterLayout(config, adapter)
  const flat = initialAdapter(layout, seed)
  const random = Random.seed(seed, 1000)
  for (const { name, offset, size } of layout.slots) if (name.includes('lora_B')) for (let i = offset; i < offset + size; i++) flat[i] = 0.1 * random.normal()
  return { layout, flat }
}

/** W + s·B·A in float64, so that differences of a loss are its own and not a rounding's. */
function merged(config: ModelConfig, parameters: Float32Array, { layout, flat }: ReturnType<typeof drawnAdapter>, values: ArrayLike<number> = flat): Float64Array {
  const out = Float64Array.from(parameters)
  const { r, alpha, isRankStabilised } = layout.config
  const scale = alpha / (isRankStabilised ? Math.sqrt(r) : r)
  const at = new Map(layout.slots.map((slot) => [slot.name, slot]))
  for (const { name, offset, shape } of parameterLayout(config)) {
    const module = `base_model.model.${name.slice(0, -'.weight'.length)}`
    const [a, b] = [at.get(`${module}.lora_A.weight`), at.get(`${module}.lora_B.weight`)]
    if (!a || !b) continue
    const [rows, columns] = shape as [number, number]
    for (let o = 0; o < rows; o++)
      for (let i = 0; i < columns; i++)
        for (let k = 0; k < r; k++) out[offset + o * columns + i]! += scale * values[b.offset + o * r + k]! * values[a.offset + k * columns + i]!
  }
  return out
}

let device: GPUDevice
beforeAll(async () => void (device = (await openNodeGpu()).device))

// One lane a row, as on a software adapter; and rows shared by lanes, split weight gradients, as on a GPU.
describe.each([true, false])('adapters over frozen weights, software adapter: %s', (isSoftware) => {
  let gpu: GpuContext
  beforeAll(() => void (gpu = new GpuContext(device, isSoftware)))
  const { config, parameters, expected: prompts } = goldenModel()
  const golden = async () => taken(await readAdapter(goldenFolder('lora'), config))
  const onOdd = async (run: (base: FrozenBase, drawn: Float32Array) => Promise<void>, shape: ModelConfig = ODD) => {
    const drawn = initialParameters(shape, 3)
    const base = await FrozenBase.upload(gpu, shape, drawn)
    await run(base, drawn)
    base.dispose()
  }
  const policy = { kind: 'policy', ...OBJECTIVES['qed-nano']! } as const

  test('the golden adapter: loss, log-probabilities and the norm of every gradient', async () => {
    const base = await FrozenBase.upload(gpu, config, parameters)
    const adapter = await golden()
    const model = LoraModel.of(base, adapter)
    const batch = goldenBatch()
    const [first] = await model.logprobs(batch.slice(0, 1), 1)
    expected.logprobs_of_next_first.forEach((want, t) => expect(Math.abs(first![t]! - want)).toBeLessThan(2e-4))
    const { loss } = await model.step(batch, { kind: 'crossEntropy' }, 0, settings)
    expect(Math.abs(loss! - expected.loss)).toBeLessThan(1e-5 * expected.loss)
    const gradient = await model.gradient()
    for (const { name, offset, size } of adapterLayout(config, adapter.config).slots) {
      const [module, half] = name.slice('base_model.model.'.length).split('.lora_') as [string, string]
      const want = expected.grad_l2[module]![half.startsWith('A') ? 0 : 1]
      const norm = Math.sqrt(gradient.subarray(offset, offset + size).reduce((sum, g) => sum + g * g, 0))
      expect(Math.abs(norm / want - 1), name).toBeLessThan(1e-3)
    }
    model.dispose()
    base.dispose()
  })

  test('decoding with the golden adapter: the tokens of the merged model', async () => {
    const base = await FrozenBase.upload(gpu, config, parameters)
    const adapter = await golden()
    const model = LoraModel.of(base, adapter)
    const whole = parameters.slice()
    for (const { name, offset, size } of parameterLayout(config)) mergeAdapter(adapter, name, whole.subarray(offset, offset + size))
    const plain = FusedModel.create(gpu, config, { parameters: whole })
    const greedy = { temperature: 0, maxNewTokens: 12, seed: 1, eos: -1, pad: 0 }
    const texts = prompts.map((p) => p.input_ids)
    const [got, want] = [await model.sample(texts, greedy, neverStop, breathe), await plain.sample(texts, greedy, neverStop, breathe)]
    expect(got.map((row) => row.tokens)).toEqual(want.map((row) => row.tokens))
    got.forEach((row, i) => row.logprobs.forEach((logprob, n) => expect(Math.abs(logprob - want[i]!.logprobs[n]!)).toBeLessThan(2e-4)))
    for (const one of [model, plain, base]) one.dispose()
  })

  // Layouts do not depend on the tiling: other tilings take the first case only.
  test.each(GRADIENT_CASES.slice(0, isSoftware ? undefined : 1))('gradient of %s in every A and B against finite differences of float64 loops', async (name, shape, adapter) => {
    const objective = OBJECTIVES[name]!
    const sequences = policySequences(5, 17, objective.aggregation)
    await onOdd(async (base, drawn) => {
      const own = drawnAdapter(shape, adapter, 5)
      const model = LoraModel.of(base, adapterFrom(own.layout, own.flat))
      const got = await model.step(sequences, { kind: 'policy', ...objective }, 0, settings)
      const gradient = await model.gradient()
      model.dispose()
      const loss = (values: ArrayLike<number>) => referenceLoss(shape, merged(shape, drawn, own, values), sequences, objective).loss
      expect(Math.abs(got.loss! - loss(own.flat))).toBeLessThan(1e-4)
      const scale = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / gradient.length)
      for (const slot of own.layout.slots)
        for (const part of [0, 0.37, 0.81]) {
          const at = slot.offset + Math.floor(slot.size * part)
          const moved = Float64Array.from(own.flat)
          const value = (x: number) => {
            moved[at] = x
            return loss(moved)
          }
          const want = (value(own.flat[at]! + 1e-4) - value(own.flat[at]! - 1e-4)) / 2e-4
          expect(Math.abs(gradient[at]! - want), `${slot.name} at ${at}`).toBeLessThan(2e-3 * Math.max(scale, Math.abs(want)))
        }
    }, shape)
  })

  test('a fresh adapter is the base, bit for bit, and so is the reference however far the adapter went', async () => {
    await onOdd(async (base, drawn) => {
      const sequences = policySequences(6, 7, 'sum_per_sample')
      const plain = FusedModel.create(gpu, ODD, { parameters: drawn })
      const want = await plain.logprobs(sequences, 0.8)
      plain.dispose()
      const model = LoraModel.fresh(base, ALL, 1)
      expect(await model.logprobs(sequences, 0.8)).toEqual(want)
      for (let i = 0; i < 3; i++) await model.step(sequences, policy, 5e-2, settings)
      expect(await model.logprobs(sequences, 0.8)).not.toEqual(want)
      expect(await model.logprobs(sequences, 0.8, 'reference')).toEqual(want)
      model.dispose()
    })
  })

  test('before the first update the ratio of training to sampling is 1 ± 1e-3 on every token', async () => {
    const base = await FrozenBase.upload(gpu, config, parameters)
    const model = LoraModel.of(base, await golden())
    const texts = [prompts[0]!.input_ids, prompts[1]!.input_ids, [3, 4, 5]]
    const rows = await model.sample(texts, { temperature: 0.8, maxNewTokens: 16, seed: 5, eos: -1, pad: 0 }, neverStop, breathe)
    const logprobs = await model.logprobs(rows.map((row, i) => ({ prompt: texts[i]!, completion: row.tokens, weights: [], advantage: null, behaviour: null, reference: null })), 0.8)
    rows.forEach((row, i) => row.logprobs.forEach((behaviour, t) => expect(Math.abs(Math.exp(logprobs[i]![t]! - behaviour) - 1)).toBeLessThan(1e-3)))
    model.dispose()
    base.dispose()
  })

  test('training moves the adapter and never the base; B alone at first, and A by decay', async () => {
    await onOdd(async (base, drawn) => {
      const model = LoraModel.fresh(base, ALL, 1)
      const before = await model.state()
      const losses = []
      for (let i = 0; i < 12; i++) losses.push((await model.step(goldenLike(), { kind: 'crossEntropy' }, 2e-2, { ...settings, weightDecay: 0.5 })).loss!)
      expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!)
      expect(await fingerprint(gpu, [base.weights.norms])).toBe(base.fingerprint)
      const [bytes] = await gpu.read([{ buffer: base.weights.norms, byteLength: drawn.byteLength }])
      expect(new Float32Array(bytes!)).toEqual(drawn)
      model.dispose()
      // With B at zero no gradient reaches A: its first step is decay and nothing else.
      const once = LoraModel.fresh(base, ALL, 1)
      await once.step(goldenLike(), { kind: 'crossEntropy' }, 2e-2, { ...settings, weightDecay: 0.5 })
      const after = await once.state()
      once.dispose()
      for (const { name, offset, size } of adapterLayout(ODD, ALL).slots)
        for (let i = offset; i < offset + size; i++)
          if (name.includes('lora_A')) expect(after.parameters[i]).toBeCloseTo(before.parameters[i]! * (1 - 2e-2 * 0.5), 6)
    })
  })

  test('a state taken and given back continues bit for bit; it holds adapters, and asks for its own base', async () => {
    await onOdd(async (base, drawn) => {
      const sequences = policySequences(4, 23, 'sum_per_sample')
      const straight = LoraModel.fresh(base, ALL, 2)
      for (let i = 0; i < 3; i++) await straight.step(sequences, policy, 1e-2, settings)
      const want = await straight.state()
      straight.resetOptimiser()
      const fresh = await straight.state()
      straight.dispose()
      const before = LoraModel.fresh(base, ALL, 2)
      await before.step(sequences, policy, 1e-2, settings)
      const saved = await before.state()
      before.dispose()
      const after = taken(LoraModel.resume(base, saved))
      for (let i = 0; i < 2; i++) await after.step(sequences, policy, 1e-2, settings)
      expect(await after.state()).toEqual(want)
      after.dispose()
      expect(fresh.parameters).toEqual(want.parameters)
      expect([fresh.t, Math.max(...fresh.m), Math.max(...fresh.v)]).toEqual([0, 0, 0])
      const { size } = adapterLayout(ODD, ALL)
      expect([saved.parameters, saved.m, saved.v].map((part) => part.length)).toEqual([size, size, size])
      expect(saved.adapter).toEqual({ config: ALL, base: base.fingerprint })

      const other = drawn.slice()
      other[other.length - 1] = Math.fround(other[other.length - 1]! + 2 ** -20)
      const wrong = await FrozenBase.upload(gpu, ODD, other)
      expect(LoraModel.resume(wrong, saved)).toMatchObject({ ok: false, kind: 'otherBase' })
      wrong.dispose()
      const { adapter, ...whole } = saved
      expect(adapter).toBeDefined()
      expect(LoraModel.resume(base, whole)).toMatchObject({ ok: false, kind: 'notAnAdapter' })
    })
  })

  test('recomputed activations give the same bits; split batches the same numbers', async () => {
    await onOdd(async (base) => {
      const sequences = policySequences(9, 29, 'sum_per_sample')
      const run = async (options: Parameters<typeof LoraModel.fresh>[3]) => {
        const own = drawnAdapter(ODD, ALL, 5)
        const model = LoraModel.of(base, adapterFrom(own.layout, own.flat), options)
        const metrics = []
        for (let i = 0; i < 3; i++) metrics.push(await model.step(sequences, policy, 1e-2, settings))
        const state = await model.state()
        model.dispose()
        return { metrics, state }
      }
      const plain = await run({})
      expect(await run({})).toEqual(plain)
      expect(await run({ recomputes: true })).toEqual(plain)
      const split = await run({ rows: 20 })
      split.metrics.forEach((m, i) => expect(m.loss).toBeCloseTo(plain.metrics[i]!.loss!, 4))
      split.state.parameters.forEach((p, i) => expect(Math.abs(p - plain.state.parameters[i]!)).toBeLessThan(1e-3))
    })
  })

  test('PEFT files in, a step, files out, in again: the same bits', async () => {
    const base = await FrozenBase.upload(gpu, config, parameters)
    const model = LoraModel.of(base, await golden())
    const imported = await model.state()
    await model.step(goldenBatch(), { kind: 'crossEntropy' }, 1e-2, settings)
    const state = await model.state()
    const files = new Map([...writeAdapter(await model.adapter(), config, 'qwen3-tiny')].map(([name, bytes]) => [name, arraySource(bytes)]))
    model.dispose()
    const again = LoraModel.of(base, taken(await readAdapter(files, config)))
    expect((await again.state()).parameters).toEqual(state.parameters)
    expect(state.parameters).not.toEqual(imported.parameters)
    again.dispose()
    base.dispose()
  })

  test('memory: the adapter and its moments; no step or generation adds to it, and disposal gives all of it back', async () => {
    const untouched = gpu.bytes
    const wide: ModelConfig = { ...ODD, hidden_size: 64, intermediate_size: 256, vocab_size: 997 }
    await onOdd(async (base, drawn) => {
      const before = gpu.bytes
      const { size } = adapterLayout(wide, ALL)
      const model = LoraModel.fresh(base, ALL, 1)
      expect(gpu.bytes - before).toBe(3 * size * 4)
      const once = async (one: LoraModel | FusedModel, seed: number, of: 'policy' | 'reference') => {
        const sequences = policySequences(6, seed, 'sum_per_sample')
        await one.step(sequences, policy, 1e-3, settings)
        await one.logprobs(sequences, 1, of)
        await one.sample([[1, 2, 3], [1, 2, 3], [4]], { temperature: 1, maxNewTokens: 10, seed, eos: -1, pad: 0 }, neverStop, breathe)
      }
      await once(model, 1, 'reference')
      const held = gpu.bytes
      for (let i = 2; i < 7; i++) await once(model, i, 'reference')
      expect(gpu.bytes).toBe(held)
      model.dispose()
      expect(gpu.bytes).toBe(before)
      // A whole model has a gradient and two moments for every weight, an adapter for its own floats only.
      const full = FusedModel.create(gpu, wide, { parameters: drawn })
      for (let i = 1; i < 7; i++) await once(full, i, 'policy')
      const weights = drawn.byteLength
      expect(held - before).toBeLessThan(gpu.bytes - before - weights - 0.9 * 3 * (drawn.length - size) * 4)
      full.dispose()
    }, wide)
    expect(gpu.bytes).toBe(untouched)
  })
})

/** Cross-entropy over a few sequences of the odd vocabulary. */
function goldenLike() {
  return policySequences(6, 41, 'token_mean').map((s) => ({ ...s, advantage: null, behaviour: null, reference: null }))
}
