import { beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { neverStop } from '../../base/stop'
import { trainingBytes } from '../../posttrain/trainingMemory'
import { GpuContext } from '../gpu/context'
import { initialParameters, parameterLayout } from '../model/parameters'
import { openNodeGpu } from '../node'
import { ADAMW_DEFAULTS } from '../optimiser/adamw'
import { describePolicyModel, OBJECTIVES, ODD, policySequences, referenceLoss, tokens } from '../policyModelCases'
import { FusedModel } from './fusedModel'
import { RING } from './trainingPlans'

const settings = { ...ADAMW_DEFAULTS, weightDecay: 0.01, clipNorm: 0.3 }
const devices: GPUDevice[] = []

async function device(): Promise<GPUDevice> {
  if (devices.length === 0) devices.push((await openNodeGpu()).device)
  return devices[0]!
}

// One lane a row, as on a software adapter; and rows shared by lanes, split weight gradients, as on a GPU.
describe.each([true, false])('software adapter: %s', (isSoftware) => {
  describePolicyModel('fused policy', 24, async () => {
    const gpu = new GpuContext(await device(), isSoftware)
    return (config, state) => FusedModel.create(gpu, config, state)
  })

  describe('fused only', () => {
    let gpu: GpuContext
    beforeAll(async () => void (gpu = new GpuContext(await device(), isSoftware)))
    const open = (options: Parameters<typeof FusedModel.create>[3] = {}, config = ODD) => FusedModel.create(gpu, config, { parameters: initialParameters(config, 3) }, options)

    test.each([
      ['qed-nano', ODD],
      ['grpo', { ...ODD, tie_word_embeddings: false }],
      ['dapo', { ...ODD, model_type: 'llama' as const }],
    ] as const)('gradient of %s in every tensor against finite differences of float64 loops', async (name, config) => {
      const objective = OBJECTIVES[name]!
      const sequences = policySequences(5, 17, objective.aggregation)
      const drawn = initialParameters(config, 3)
      const model = FusedModel.create(gpu, config, { parameters: drawn })
      await model.step(sequences, { kind: 'policy', ...objective }, 0, settings)
      const gradient = await model.gradient()
      model.dispose()
      const scale = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / gradient.length)
      for (const slot of parameterLayout(config))
        for (const part of [0, 0.37, 0.81]) {
          const at = slot.offset + Math.floor(slot.size * part)
          const keep = drawn[at]!
          const value = (x: number) => {
            drawn[at] = x
            return { x: drawn[at]!, loss: referenceLoss(config, drawn, sequences, objective).loss }
          }
          const [up, down] = [value(keep + 2e-3), value(keep - 2e-3)]
          drawn[at] = keep
          const want = (up.loss - down.loss) / (up.x - down.x)
          expect(Math.abs(gradient[at]! - want), `${slot.name} at ${at}`).toBeLessThan(2e-3 * Math.max(scale, Math.abs(want)))
        }
    })

    test('recomputed activations give the same bits; split batches the same numbers', async () => {
      const sequences = policySequences(9, 29, 'sum_per_sample')
      const objective = { kind: 'policy', ...OBJECTIVES['qed-nano']! } as const
      const run = async (options: Parameters<typeof open>[0]) => {
        const model = open(options)
        const metrics = []
        for (let i = 0; i < 3; i++) metrics.push(await model.step(sequences, objective, 1e-2, settings))
        const state = await model.state()
        model.dispose()
        return { metrics, state }
      }
      const plain = await run({})
      expect(await run({})).toEqual(plain) // a seed is a curve
      expect(await run({ recomputes: true })).toEqual(plain)
      const split = await run({ rows: 20 })
      split.metrics.forEach((m, i) => expect(m.loss).toBeCloseTo(plain.metrics[i]!.loss!, 4))
      split.state.parameters.forEach((p, i) => expect(Math.abs(p - plain.state.parameters[i]!)).toBeLessThan(1e-3))
    })

    test('metrics of steps that nobody waited for are in the ring', async () => {
      const sequences = policySequences(3, 31, 'sum_per_sample')
      const [waited, queued] = [open(), open()]
      const want = []
      const slots = []
      for (let i = 0; i < 5; i++) want.push(await waited.step(sequences, { kind: 'crossEntropy' }, 1e-2, settings))
      for (let i = 0; i < 5; i++) slots.push(await queued.submit(sequences, { kind: 'crossEntropy' }, 1e-2, settings))
      expect(await queued.metrics(slots, { kind: 'crossEntropy' })).toEqual(want)
      expect(RING).toBeGreaterThan(5)
      waited.dispose()
      queued.dispose()
    })

    test('steps of growing size, handed over together, keep all their numbers', async () => {
      const requests = [3, 40, 90].map((count) => ({ sequences: policySequences(count, count, 'sum_per_sample'), objective: { kind: 'crossEntropy' } as const, learningRate: 1e-3, settings }))
      const [together, apart] = [open(), open()]
      const got = await together.steps(requests)
      for (const [i, request] of requests.entries()) expect(got[i]).toEqual((await apart.steps([request]))[0])
      expect(got.every((m) => m.loss! > 0)).toBe(true)
      together.dispose()
      apart.dispose()
    })

    test('a step whose gradient is not finite changes nothing and says so', async () => {
      const model = open()
      const sequences = policySequences(3, 31, 'sum_per_sample')
      await model.step(sequences, { kind: 'crossEntropy' }, 1e-2, settings)
      const before = await model.state()
      const bad = sequences.map((s) => ({ ...s, weights: new Float32Array(s.completion.length).fill(Infinity) }))
      const metrics = await model.step(bad, { kind: 'crossEntropy' }, 1e-2, settings)
      expect(Number.isFinite(metrics.grad_norm)).toBe(false)
      const after = await model.state()
      expect(after.parameters).toEqual(before.parameters)
      expect(after.v).toEqual(before.v)
      model.dispose()
    })

    test('a logit block smaller than the batch gives the same loss', async () => {
      // 60,000 words allow 69 rows of logits at a time.
      const wide = { ...ODD, vocab_size: 60_001, num_hidden_layers: 1 }
      const model = open({}, wide)
      const sequences = policySequences(24, 37, 'sum_per_sample', wide.vocab_size)
      const logprobs = await model.logprobs(sequences, 1)
      expect(logprobs.reduce((sum, l) => sum + l.length, 0)).toBeGreaterThan(80)
      const weighted = sequences.map((s) => ({ ...s, weights: new Float32Array(s.completion.length).fill(0.01) }))
      const { loss } = await model.step(weighted, { kind: 'crossEntropy' }, 1e-3, settings)
      expect(loss).toBeCloseTo(-0.01 * logprobs.reduce((sum, l) => sum + l.reduce((a, b) => a + b, 0), 0), 2)
      model.dispose()
    })

    test('memory: steps and generations allocate nothing after the first, and disposal gives all of it back', async () => {
      const before = gpu.bytes
      const model = open()
      const once = async (seed: number) => {
        await model.step(policySequences(6, seed, 'sum_per_sample'), { kind: 'crossEntropy' }, 1e-3, settings)
        await model.sample([[1, 2, 3], [1, 2, 3], [4]], { temperature: 1, maxNewTokens: 10, seed, eos: -1, pad: 0 }, neverStop, async () => undefined)
      }
      await once(1)
      const held = gpu.bytes
      for (let i = 2; i < 12; i++) await once(i)
      expect(gpu.bytes).toBe(held)
      model.dispose()
      expect(gpu.bytes).toBe(before)
    })

    test('memory is what the estimate said before the start, within a tenth', async () => {
      const before = gpu.bytes
      const config = { ...ODD, hidden_size: 64, intermediate_size: 128, head_dim: 16, num_attention_heads: 4, num_key_value_heads: 2 }
      const model = open({}, config)
      const sequence = { prompt: tokens(Random.seed(1), 20), completion: tokens(Random.seed(2), 45), weights: new Float32Array(45).fill(1), advantage: null, behaviour: null, reference: null }
      await model.step(Array.from({ length: 16 }, () => sequence), { kind: 'crossEntropy' }, 1e-3, settings)
      await model.sample(Array.from({ length: 32 }, (_, i) => tokens(Random.seed(i >> 3), 16)), { temperature: 1, maxNewTokens: 40, seed: 1, eos: -1, pad: 0 }, neverStop, async () => undefined)
      const estimate = trainingBytes(config, { stepTokens: 16 * 64, promptTokens: 16, newTokens: 40, prompts: 4, rollouts: 32 }, isSoftware)
      expect(Math.abs(estimate / (gpu.bytes - before) - 1)).toBeLessThan(0.1)
      model.dispose()
    })

    test('a shape that the kernels cannot run is refused by name', () => {
      expect(() => open({}, { ...ODD, head_dim: 6 })).toThrow(/head_dim is 6/)
      expect(() => open({}, { ...ODD, num_key_value_heads: 2 })).toThrow(/3 query heads/)
    })
  })
})
