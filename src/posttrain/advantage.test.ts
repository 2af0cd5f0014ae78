import { expect, test } from 'vitest'
import fc from 'fast-check'
import { groupAdvantages } from './advantage'

test('the worked example of the paper’s code: scores 7, 0, 1, 0', () => {
  const rewards = [7, 0, 1, 0].map((s) => s / 7)
  const want = [0.714286, -0.285714, -0.142857, -0.285714]
  groupAdvantages(rewards).forEach((a, i) => expect(a).toBeCloseTo(want[i]!, 6))
  const divided = [1.484913, -0.593965, -0.296983, -0.593965]
  groupAdvantages(rewards, true).forEach((a, i) => expect(a).toBeCloseTo(divided[i]!, 4))
})

test('advantages of a group sum to zero, and a rollout without a grade takes no part', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 16 }), (rewards) => {
      const advantages = groupAdvantages(rewards)
      expect(advantages.reduce<number>((sum, a) => sum + (a ?? 0), 0)).toBeCloseTo(0, 9)
      advantages.forEach((a, i) => expect(a === null).toBe(rewards[i] === null))
    }),
  )
})

test('equal rewards give no signal', () => expect(groupAdvantages([0.5, 0.5, 0.5], true)).toEqual([0, 0, 0]))
