/** What every policy must do, whichever engine computes it: PyTorch's numbers, float64 loops, exact resumption. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../base/random'
import { neverStop } from '../base/stop'
import type { ModelConfig } from '../posttrain/modelConfig'
import type { TrainedSequence } from '../posttrain/packing'
import { policyLoss, sequenceWeights, type PolicyObjective } from '../posttrain/policyLoss'
import { warmupConstant } from '../posttrain/schedule'
import golden from './goldens/sft-step/expected.json'
import { decoderReference } from './model/decoder.reference'
import { goldenModel } from './model/goldenModel'
import { initialParameters, parameterLayout } from './model/parameters'
import { ADAMW_DEFAULTS } from './optimiser/adamw'
import type { OpenModel } from './loops/run'
import type { PolicyModel } from './policyModel'

const breathe = () => Promise.resolve()
const settings = { ...ADAMW_DEFAULTS, weightDecay: 0.01, clipNorm: 0.3 }

/** Small, with an odd vocabulary and lengths that no tile divides. */
export const ODD: ModelConfig = {
  vocab_size: 37, hidden_size: 12, intermediate_size: 20, num_hidden_layers: 2, num_attention_heads: 3,
  num_key_value_heads: 1, head_dim: 4, rope_theta: 1e4, rms_norm_eps: 1e-5, tie_word_embeddings: true,
}

export function tokens(random: Random, length: number, V = ODD.vocab_size): number[] {
  return Array.from({ length }, () => random.below(V))
}

/** Sequences as a policy step takes them, with behaviour log-probabilities near the policy's own. */
export function policySequences(count: number, seed: number, aggregation: PolicyObjective['aggregation'], V = ODD.vocab_size): TrainedSequence[] {
  const random = Random.seed(seed)
  const lengths = Array.from({ length: count }, () => 1 + random.below(9))
  const weights = sequenceWeights(lengths, aggregation)
  const near = () => -Math.log(V) + 0.7 * random.normal()
  return lengths.map((length, i) => ({
    prompt: tokens(random, 1 + random.below(6), V),
    completion: tokens(random, length, V),
    weights: new Float32Array(length).fill(weights[i]!),
    advantage: random.normal(),
    behaviour: Float32Array.from({ length }, near),
    reference: Float32Array.from({ length }, near),
  }))
}

/** The objective of `sequences` in float64, from plain loops. */
export function referenceLoss(config: ModelConfig, parameters: Float32Array | Float64Array, sequences: readonly TrainedSequence[], objective: PolicyObjective) {
  const V = config.vocab_size
  const T = Math.max(...sequences.map((s) => s.completion.length))
  const S = sequences.length
  const logits = new Float64Array(S * T * V)
  const [token, mask, behaviour, reference] = [new Int32Array(S * T), new Float32Array(S * T), new Float64Array(S * T), new Float64Array(S * T)]
  sequences.forEach((s, i) => {
    const rows = decoderReference(config, parameters, [...s.prompt, ...s.completion].slice(0, -1))
    s.completion.forEach((target, t) => {
      const at = i * T + t
      logits.set(rows[s.prompt.length - 1 + t]!, at * V)
      token[at] = target
      mask[at] = 1
      behaviour[at] = s.behaviour![t]!
      reference[at] = s.reference![t]!
    })
  })
  return policyLoss(
    { S, T, V, logits, tokens: token, mask, behaviourLogprobs: behaviour, refLogprobs: objective.klCoefficient ? reference : null, advantages: sequences.map((s) => s.advantage!) },
    objective,
  )
}

export const OBJECTIVES: Record<string, PolicyObjective> = {
  'qed-nano': { temperature: 0.8, epsilonLow: 4, epsilonHigh: 4, klCoefficient: 0, entropyBonus: 1e-2, aggregation: 'sum_per_sample' },
  grpo: { temperature: 1, epsilonLow: 0.2, epsilonHigh: 0.28, klCoefficient: 0.04, entropyBonus: 0, aggregation: 'sequence_mean' },
  dapo: { temperature: 0.8, epsilonLow: 0.2, epsilonHigh: 0.28, klCoefficient: 0.04, entropyBonus: 0, aggregation: 'token_mean' },
}

const scored = (prompt: readonly number[], completion: readonly number[]): TrainedSequence => ({ prompt, completion, weights: [], advantage: null, behaviour: null, reference: null })

/** The golden batch: mean cross-entropy over its unmasked next tokens. */
export function goldenBatch(): TrainedSequence[] {
  const trained = golden.labels.flat().filter((label) => label !== -100).length - golden.labels.filter((row) => row[0] !== -100).length
  return golden.input_ids.map((row, b) => ({
    ...scored(row.slice(0, 1), row.slice(1)),
    weights: golden.labels[b]!.slice(1).map((label) => (label === -100 ? 0 : 1 / trained)),
  }))
}

/** @param most golden tokens to decode: slow engines take fewer */
export function describePolicyModel(name: string, most: number, open: () => Promise<OpenModel>): void {
  describe(name, () => {
    let openModel: OpenModel
    let model: PolicyModel
    const { config, parameters, expected } = goldenModel()

    beforeAll(async () => {
      openModel = await open()
      model = openModel(config, { parameters })
    })
    afterAll(() => model?.dispose())

    test('log-probabilities of the golden prompts', async () => {
      const got = await model.logprobs(expected.map(({ input_ids }) => scored(input_ids.slice(0, 1), input_ids.slice(1))), 1)
      expected.forEach(({ logprobs_of_next }, i) => logprobs_of_next.forEach((want, t) => expect(Math.abs(got[i]![t]! - want)).toBeLessThan(2e-4)))
    })

    test('greedy decoding with the cache, both prompts in one batch', async () => {
      const rows = await model.sample(expected.map((e) => e.input_ids), { temperature: 0, maxNewTokens: most, seed: 1, eos: -1, pad: 0 }, neverStop, breathe)
      rows.forEach((row, i) => {
        expect(row.tokens.length).toBe(most)
        expected[i]!.greedy.slice(0, most).forEach((want, n) => {
          if (want.margin > 1e-3) expect(row.tokens[n]).toBe(want.token)
          expect(Math.abs(row.logprobs[n]! - want.logprob)).toBeLessThan(2e-4)
        })
      })
    })

    test('a bf16 model with a head of its own', async () => {
      const untied = goldenModel('qwen3-tiny-untied-bf16')
      const own = openModel(untied.config, { parameters: untied.parameters })
      const [{ input_ids, greedy, logprobs_of_next }] = [untied.expected[1]!]
      const [row] = await own.sample([input_ids], { temperature: 0, maxNewTokens: Math.min(most, 8), seed: 1, eos: -1, pad: 0 }, neverStop, breathe)
      const [logprobs] = await own.logprobs([scored(input_ids.slice(0, 1), input_ids.slice(1))], 1)
      own.dispose()
      logprobs_of_next.forEach((want, t) => expect(Math.abs(logprobs![t]! - want)).toBeLessThan(2e-4))
      row!.tokens.forEach((token, n) => greedy[n]!.margin > 1e-3 && expect(token).toBe(greedy[n]!.token))
    })

    test.each([true, false])('the Llama family, tied head %s, like the plain loops', async (isTied) => {
      const llama: ModelConfig = { ...ODD, model_type: 'llama', tie_word_embeddings: isTied }
      const drawn = initialParameters(llama, 11)
      const ids = [5, 0, 36, 7, 7, 21, 30]
      const own = openModel(llama, { parameters: drawn })
      const [got] = await own.logprobs([scored(ids.slice(0, 1), ids.slice(1))], 1)
      own.dispose()
      decoderReference(llama, drawn, ids.slice(0, -1)).forEach((row, t) => {
        const total = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0))
        expect(Math.abs(got![t]! - (row[ids[t + 1]!]! - total))).toBeLessThan(1e-4)
      })
    })

    test('before the first update the ratio of training to sampling is 1 ± 1e-3 on every token', async () => {
      const prompts = [expected[0]!.input_ids, expected[1]!.input_ids, [3, 4, 5]]
      const rows = await model.sample(prompts, { temperature: 0.8, maxNewTokens: most, seed: 5, eos: -1, pad: 0 }, neverStop, breathe)
      const logprobs = await model.logprobs(rows.map((row, i) => scored(prompts[i]!, row.tokens)), 0.8)
      rows.forEach((row, i) => row.logprobs.forEach((behaviour, t) => expect(Math.abs(Math.exp(logprobs[i]![t]! - behaviour) - 1)).toBeLessThan(1e-3)))
    })

    test('a row draws the same whoever its neighbours are, and stops at its end token', async () => {
      const draw = { temperature: 0.8, maxNewTokens: most, seed: 5, eos: -1, pad: 0 }
      const [alone] = await model.sample([expected[0]!.input_ids], draw, neverStop, breathe)
      const [first] = await model.sample([expected[0]!.input_ids, [3, 4, 5], [9]], draw, neverStop, breathe)
      expect(first!.tokens).toEqual(alone!.tokens)
      const end = alone!.tokens[2]!
      const [ended] = await model.sample([expected[0]!.input_ids], { ...draw, eos: end }, neverStop, breathe)
      expect(ended!.tokens).toEqual(alone!.tokens.slice(0, alone!.tokens.indexOf(end) + 1))
      expect([alone!.isTruncated, ended!.isTruncated]).toEqual([true, false])
    })

    test('an empty prompt is refused by name, for sampling and for scoring', async () => {
      const draw = { temperature: 0.8, maxNewTokens: 2, seed: 5, eos: -1, pad: 0 }
      await expect(model.sample([[3], []], draw, neverStop, breathe)).rejects.toThrow(/Prompt 2 of 2 is empty/)
      await expect(model.logprobs([scored([], [3])], 0.8)).rejects.toThrow(/Prompt 1 of 1 is empty/)
    })

    test('five AdamW steps: losses and gradient norms of PyTorch', async () => {
      const own = openModel(config, { parameters })
      const sequences = goldenBatch()
      const { lr, warmup_steps, weight_decay_matrices, clip } = golden.adamw
      for (const [i, want] of golden.adamw.trace.entries()) {
        const rate = warmupConstant(lr, warmup_steps, i + 1)
        expect(rate).toBeCloseTo(want.lr, 12)
        const got = await own.step(sequences, { kind: 'crossEntropy' }, rate, { ...ADAMW_DEFAULTS, weightDecay: weight_decay_matrices, clipNorm: clip })
        expect(Math.abs(got.loss! - want.loss) / want.loss).toBeLessThan(5e-5)
        expect(Math.abs(got.grad_norm! - want.grad_norm) / want.grad_norm).toBeLessThan(1e-3)
      }
      own.dispose()
    })

    test.each(Object.keys(OBJECTIVES))('objective %s: loss and diagnostics of the pure reference', async (objectiveName) => {
      const objective = OBJECTIVES[objectiveName]!
      const drawn = initialParameters(ODD, 3)
      const sequences = policySequences(5, 17, objective.aggregation)
      const own = openModel(ODD, { parameters: drawn })
      const got = await own.step(sequences, { kind: 'policy', ...objective }, 1e-3, settings)
      own.dispose()
      const want = referenceLoss(ODD, drawn, sequences, objective)
      expect(got.loss).toBeCloseTo(want.loss, 4)
      expect(got.entropy).toBeCloseTo(want.meanEntropy, 4)
      expect(got['clip_ratio/low_mean']).toBeCloseTo(want.clipFractionLow, 6)
      expect(got['clip_ratio/high_mean']).toBeCloseTo(want.clipFractionHigh, 6)
      expect(got['rl/ess']).toBeCloseTo(want.ess, 4)
      if (objective.klCoefficient) expect(got.kl).toBeCloseTo(want.meanK3!, 4)
    })

    test('a state taken and given back continues bit for bit; a new stage starts with an optimiser that has seen nothing', async () => {
      const drawn = initialParameters(ODD, 4)
      const sequences = policySequences(4, 23, 'sum_per_sample')
      const objective = { kind: 'policy', ...OBJECTIVES['qed-nano']! } as const
      const straight = openModel(ODD, { parameters: drawn })
      for (let i = 0; i < 3; i++) await straight.step(sequences, objective, 1e-2, settings)
      const want = await straight.state()
      straight.resetOptimiser()
      const fresh = await straight.state()
      straight.dispose()
      const before = openModel(ODD, { parameters: drawn })
      await before.step(sequences, objective, 1e-2, settings)
      const saved = await before.state()
      before.dispose()
      const after = openModel(ODD, saved)
      for (let i = 0; i < 2; i++) await after.step(sequences, objective, 1e-2, settings)
      const got = await after.state()
      after.dispose()
      expect(got).toEqual(want)
      expect(fresh.parameters).toEqual(want.parameters)
      expect([fresh.t, Math.max(...fresh.m), Math.max(...fresh.v)]).toEqual([0, 0, 0])
    })

    test('the reference stands still where it was frozen, through steps, a new stage and a resumption', async () => {
      const drawn = initialParameters(ODD, 4)
      const sequences = policySequences(4, 23, 'sum_per_sample')
      const objective = { kind: 'policy', ...OBJECTIVES.grpo! } as const
      const own = openModel(ODD, { parameters: drawn })
      await expect(own.logprobs(sequences, 0.8, 'reference')).rejects.toThrow(/freezeReference/)
      expect((await own.state()).reference).toBeUndefined()
      await own.step(sequences, objective, 1e-2, settings)
      const want = await own.logprobs(sequences, 0.8)
      const frozen = (await own.state()).parameters
      own.resetOptimiser()
      own.freezeReference()
      expect(await own.logprobs(sequences, 0.8, 'reference')).toEqual(want)
      for (let i = 0; i < 2; i++) await own.step(sequences, objective, 1e-2, settings)
      expect(await own.logprobs(sequences, 0.8, 'reference')).toEqual(want)
      expect(await own.logprobs(sequences, 0.8)).not.toEqual(want)
      const state = await own.state()
      expect(state.reference).toEqual(frozen)
      own.dispose()
      const resumed = openModel(ODD, state)
      expect(await resumed.logprobs(sequences, 0.8, 'reference')).toEqual(want)
      resumed.freezeReference()
      expect((await resumed.state()).reference).toEqual(state.parameters)
      resumed.dispose()
    })

    test('the KL term alone pulls a policy that went astray back to its reference', async () => {
      const own = openModel(ODD, { parameters: initialParameters(ODD, 4) })
      own.freezeReference()
      const sequences = policySequences(6, 23, 'token_mean')
      for (let i = 0; i < 3; i++) await own.step(sequences, { kind: 'crossEntropy' }, 1e-2, settings)
      own.resetOptimiser()
      const reference = await own.logprobs(sequences, 1, 'reference')
      const objective = { kind: 'policy', ...OBJECTIVES.grpo!, klCoefficient: 1, aggregation: 'token_mean' } as const
      const kl = []
      for (let i = 0; i < 12; i++) {
        const behaviour = await own.logprobs(sequences, 1)
        const pulled = sequences.map((s, at) => ({ ...s, advantage: 0, behaviour: behaviour[at]!, reference: reference[at]! }))
        kl.push((await own.step(pulled, objective, 3e-3, settings)).kl!)
      }
      own.dispose()
      expect(kl[0]).toBeGreaterThan(1e-2)
      expect(kl.at(-1)).toBeLessThan(kl[0]! / 3)
    })

    test('decoupled decay touches matrices only', async () => {
      const drawn = initialParameters(ODD, 4)
      const own = openModel(ODD, { parameters: drawn })
      // A weight that no gradient reaches moves by decay alone: a token that never occurs is such a row only untied, so the
      // learning rate is the judge: with 0 nothing moves, whatever the decay.
      await own.step(policySequences(2, 5, 'sum_per_sample'), { kind: 'crossEntropy' }, 0, { ...settings, weightDecay: 0.5 })
      expect((await own.state()).parameters).toEqual(drawn)
      own.dispose()
      const untied: ModelConfig = { ...ODD, tie_word_embeddings: false }
      const start = initialParameters(untied, 4)
      const model = openModel(untied, { parameters: start })
      const sequences = policySequences(2, 5, 'sum_per_sample')
      const used = new Set(sequences.flatMap((s) => [...s.prompt, ...s.completion]))
      const idle = Array.from({ length: untied.vocab_size }, (_, v) => v).find((v) => !used.has(v))!
      await model.step(sequences, { kind: 'crossEntropy' }, 0.1, { ...settings, weightDecay: 0.5 })
      const end = (await model.state()).parameters
      model.dispose()
      const row = parameterLayout(untied)[0]!.offset + idle * untied.hidden_size
      for (let c = 0; c < untied.hidden_size; c++) expect(end[row + c]).toBeCloseTo(start[row + c]! * (1 - 0.1 * 0.5), 6)
    })
  })
}
