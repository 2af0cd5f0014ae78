import { describe, expect, test } from 'vitest'
import golden from './goldens/grpo.json'
import { groupAdvantages } from './advantage'
import { policyLoss, sequenceWeights, tokenWeights, type PolicyBatch, type PolicyObjective } from './policyLoss'

const { groups, K, T, V } = golden.shape
const S = groups * K
const objectives: Record<string, PolicyObjective> = {
  'qed-nano': { temperature: 0.8, epsilonLow: 4, epsilonHigh: 4, klCoefficient: 0, entropyBonus: 1e-4, aggregation: 'sum_per_sample' },
  'trl-grpo': { temperature: 0.8, epsilonLow: 0.2, epsilonHigh: 0.28, klCoefficient: 0.04, entropyBonus: 0, aggregation: 'sequence_mean' },
  'trl-dapo': { temperature: 0.8, epsilonLow: 0.2, epsilonHigh: 0.28, klCoefficient: 0.04, entropyBonus: 0, aggregation: 'token_mean' },
}

function batchOf(advantages: number[]): PolicyBatch {
  return {
    S, T, V,
    logits: golden.logits,
    tokens: golden.tokens,
    mask: golden.mask,
    behaviourLogprobs: golden.behaviour_logprobs,
    refLogprobs: golden.ref_logprobs,
    advantages,
  }
}

describe.each(Object.keys(objectives))('%s against PyTorch', (name) => {
  const want = golden.cases[name as keyof typeof golden.cases]
  const divide = name !== 'qed-nano'
  const advantages = golden.scores.flatMap((g) => groupAdvantages(g.map((s) => s / 7), divide)) as number[]

  test('advantages', () => advantages.forEach((a, i) => expect(a).toBeCloseTo(want.advantages[i]!, 6)))

  test('loss, statistics and gradient', () => {
    const got = policyLoss(batchOf(advantages), objectives[name]!)
    expect(got.loss).toBeCloseTo(want.loss, 6)
    expect(got.clipFractionLow).toBeCloseTo(want.clip_frac_low, 10)
    expect(got.clipFractionHigh).toBeCloseTo(want.clip_frac_high, 10)
    expect(got.meanK3).toBeCloseTo(want.mean_k3, 6)
    expect(got.meanEntropy).toBeCloseTo(want.mean_entropy, 6)
    expect(got.ess).toBeCloseTo(want.ess, 6)
    want.dlogits.forEach((d, i) => expect(got.dlogits[i]).toBeCloseTo(d, 7))
  })

  test('gradient against finite differences', () => {
    const logits = golden.logits.slice()
    const got = policyLoss({ ...batchOf(advantages), logits }, objectives[name]!)
    for (let i = 0; i < logits.length; i += 37) {
      const h = 1e-5
      const keep = logits[i]!
      logits[i] = keep + h
      const up = policyLoss({ ...batchOf(advantages), logits }, objectives[name]!).loss
      logits[i] = keep - h
      const down = policyLoss({ ...batchOf(advantages), logits }, objectives[name]!).loss
      logits[i] = keep
      expect(got.dlogits[i]).toBeCloseTo((up - down) / (2 * h), 6)
    }
  })
})

/** One token, two words, log-probability chosen so that the ratio is `r`: loss = −surrogate. */
test.each([
  [10, 1, 5],
  [10, -1, -10],
  [0.01, 1, 0.01],
  [0.01, -1, -0.01],
])('ratio %f with advantage %f has surrogate %f at ε = 4', (r, A, want) => {
  const { loss } = policyLoss(
    { S: 1, T: 1, V: 2, logits: [0, 0], tokens: [0], mask: [1], behaviourLogprobs: [Math.log(0.5) - Math.log(r)], refLogprobs: null, advantages: [A] },
    { ...objectives['qed-nano']!, temperature: 1, entropyBonus: 0 },
  )
  expect(-loss).toBeCloseTo(want, 9)
})

test.each([
  [0.1, 0.005171],
  [-0.1, 0.004837],
  [1, 0.718282],
  [6, 142.4132],
])('k3 at d = %f', (d, want) => {
  const { meanK3 } = policyLoss(
    { S: 1, T: 1, V: 2, logits: [0, 0], tokens: [0], mask: [1], behaviourLogprobs: [Math.log(0.5)], refLogprobs: [Math.log(0.5) + d], advantages: [0] },
    { ...objectives['trl-grpo']!, temperature: 1 },
  )
  expect(meanK3).toBeCloseTo(want, 4)
})

test('a batch without generated tokens costs nothing', () => {
  const { loss, dlogits } = policyLoss(
    { S: 1, T: 1, V: 2, logits: [1, 2], tokens: [0], mask: [0], behaviourLogprobs: [0], refLogprobs: null, advantages: [1] },
    objectives['qed-nano']!,
  )
  expect(loss).toBeCloseTo(0, 12)
  expect([...dlogits]).toEqual([0, 0])
})

describe('weights of a sample', () => {
  const lengths = [4, 0, 1, 5]

  test.each([
    ['sum_per_sample', [1 / 4, 0, 1 / 4, 1 / 4]],
    ['token_mean', [1 / 10, 0, 1 / 10, 1 / 10]],
    ['sequence_mean', [1 / 16, 0, 1 / 4, 1 / 20]],
  ] as const)('%s', (aggregation, want) => expect(sequenceWeights(lengths, aggregation)).toEqual(want))

  test('an empty sample counts among the samples, so that means are over all that were drawn', () => {
    const total = sequenceWeights(lengths, 'sequence_mean').reduce((sum, w, i) => sum + w * lengths[i]!, 0)
    expect(total).toBeCloseTo(3 / 4, 12)
  })

  test('no sample, or none with a token', () => {
    expect(sequenceWeights([], 'token_mean')).toEqual([])
    expect(sequenceWeights([0, 0], 'token_mean')).toEqual([0, 0])
  })

  test('by token: the sample\'s weight where the mask is set', () => {
    const mask = [1, 1, 0, 0, 1, 0]
    expect([...tokenWeights({ S: 2, T: 3, mask }, 'sequence_mean')]).toEqual([1 / 4, 1 / 4, 0, 0, 1 / 2, 0])
  })
})
