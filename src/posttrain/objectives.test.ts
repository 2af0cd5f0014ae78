import { expect, test } from 'vitest'
import { groupAdvantages } from './advantage'
import { objectiveOf, OBJECTIVES, shippedBy, type ObjectiveName } from './objectives'
import { policyLoss, type PolicyBatch } from './policyLoss'
import { PRESETS } from './presets'

const settings = { ...PRESETS.micro!.grpo, maxNewTokens: 4 }

/** Two samples of 1 and 3 tokens, on-policy and of two words: every token's surrogate is its advantage. */
const batch: PolicyBatch = {
  S: 2, T: 3, V: 2, logits: new Array<number>(12).fill(0), tokens: [0, 0, 0, 0, 0, 0], mask: [1, 0, 0, 1, 1, 1],
  behaviourLogprobs: new Array<number>(6).fill(Math.log(0.5)), refLogprobs: null, advantages: [1, -2],
}

// Σ over tokens: 1·1 + 3·(−2) = −5; loss = −Σ w A
test.each([
  ['qed-nano', 5 / 2],
  ['grpo', -(1 - 2) / 2],
  ['dr_grpo', 5 / (2 * 4)],
  ['dapo', 5 / 4],
] as [ObjectiveName, number][])('%s weighs tokens as its source does', (variant, want) => {
  const { loss } = policyLoss(batch, { ...objectiveOf({ ...settings, ...shippedBy(variant) }), entropyBonus: 0 })
  expect(loss).toBeCloseTo(want, 12)
})

test('a run without a variant has the paper\'s objective, and its own clamp and bonus', () => {
  const { divideByStd, ...objective } = objectiveOf(settings)
  expect(divideByStd).toBe(false)
  expect(objective).toEqual({ temperature: 0.8, epsilonLow: 4, epsilonHigh: 4, klCoefficient: 0, entropyBonus: 1e-4, aggregation: 'sum_per_sample', maxLength: 4 })
  expect(objectiveOf({ ...settings, ...shippedBy('dapo') })).toMatchObject({ epsilonLow: 0.2, epsilonHigh: 0.28, divideByStd: true })
})

test('advantages of the published example, plain and divided', () => {
  const rewards = [7, 0, 1, 0].map((s) => s / 7)
  const rounded = (x: readonly (number | null)[]) => x.map((a) => Number(a!.toFixed(6)))
  expect(rounded(groupAdvantages(rewards, OBJECTIVES['qed-nano'].divideByStd))).toEqual([0.714286, -0.285714, -0.142857, -0.285714])
  expect(rounded(groupAdvantages(rewards, OBJECTIVES.grpo.divideByStd))).toEqual([1.484913, -0.593965, -0.296983, -0.593965])
})

test('a constant length must be known', () => {
  expect(() => policyLoss(batch, { ...objectiveOf({ ...settings, ...shippedBy('dr_grpo') }), maxLength: 0 })).toThrow(/longest completion/)
})
