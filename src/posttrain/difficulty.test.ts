import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { difficulty, isKept, meanReward, PAPER_SETTINGS, type ScoreTable } from './difficulty'
import { groupStatistics } from './groupStatistics'
import { passAtK } from './passAtK'

const countsOf = (scores: readonly number[]) => Array.from({ length: 8 }, (_, v) => scores.filter((s) => s === v).length)

function table(lists: readonly (readonly number[])[], written: readonly number[] = []): ScoreTable {
  return { rows: lists.length, counts: Int32Array.from(lists.flatMap(countsOf)), writtenMeans: Float64Array.from(lists, (_, i) => written[i] ?? Number.NaN) }
}

/** Every K-subset of the attempts, as lists of scores. */
function subsets(scores: readonly number[], K: number): number[][] {
  if (K === 0) return [[]]
  return scores.flatMap((score, i) => subsets(scores.slice(i + 1), K - 1).map((rest) => [score, ...rest]))
}

describe('pass@k', () => {
  // numpy, as in arXiv 2107.03374: 1 - np.prod(1 - k / np.arange(n - c + 1, n + 1))
  test.each([
    [10, 3, 1, 0.3], [10, 3, 5, 0.9166666666666666], [128, 1, 16, 0.125], [128, 5, 64, 0.9711811023622047], [128, 0, 128, 0], [128, 128, 1, 1], [5, 1, 5, 1],
  ])('of n = %i with %i right, k = %i: %f', (n, c, k, expected) => expect(passAtK(n, c, k)).toBeCloseTo(expected, 12))

  test('more draws than attempts tell nothing', () => expect([passAtK(62, 3, 64), passAtK(0, 0, 1), passAtK(5, 2, 0)]).toEqual([null, null, null]))

  test('is the share of subsets that hold a right one', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 9 }), (right, k) => {
      if (k > right.length) return
      const all = subsets(right.map(Number), k)
      expect(passAtK(right.length, right.filter(Boolean).length, k)).toBeCloseTo(all.filter((s) => s.includes(1)).length / all.length, 12)
    }))
  })
})

describe('groups of K', () => {
  test('agree with every group that could be drawn', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 2, maxLength: 9 }), fc.integer({ min: 1, max: 6 }), (scores, K) => {
      const found = groupStatistics(countsOf(scores), K)
      expect(found === null).toBe(K > scores.length)
      if (found === null) return
      const groups = subsets(scores, K)
      const share = (is: (group: number[]) => boolean) => groups.filter(is).length / groups.length
      const squares = groups.map((group) => {
        const mean = group.reduce((a, b) => a + b, 0) / K / 7
        return group.reduce((sum, s) => sum + (s / 7 - mean) ** 2, 0) / K
      })
      expect(found!.zeroVariance).toBeCloseTo(share((g) => g.every((s) => s === g[0])), 10)
      expect(found!.allZero).toBeCloseTo(share((g) => g.every((s) => s === 0)), 10)
      expect(found!.allFull).toBeCloseTo(share((g) => g.every((s) => s === 7)), 10)
      expect(found!.advantageRms ** 2).toBeCloseTo(squares.reduce((a, b) => a + b, 0) / groups.length, 10)
      expect(found!.bestScore).toBeCloseTo(groups.reduce((sum, g) => sum + Math.max(...g), 0) / groups.length, 10)
    }), { numRuns: 60 })
  })

  test('a base model that solves one attempt in 128 leaves nearly all groups of 16 without signal', () => {
    const one = groupStatistics(countsOf([7, ...Array.from({ length: 127 }, () => 0)]), 16)!
    expect(one.zeroVariance).toBeCloseTo(112 / 128, 12)
    expect(one.bestScore).toBeCloseTo(7 / 8, 12)
  })
})

describe('a set of problems', () => {
  const lists = [[0, 0, 0, 0], [7, 7, 7, 7], [0, 7, 7, 7], [0, 0, 0, 7], []]
  test('means, cut and histogram', () => {
    const found = difficulty(table(lists, [0, 1, 0.75, 0.25, 0.6]), { ...PAPER_SETTINGS, groupSize: 2 })
    expect(found).toMatchObject({ problems: 5, neverSolved: 1, alwaysSolved: 1, median: 0.6, kept: { count: 2, tooHard: 1, tooEasy: 2, unknown: 0 } })
    expect(found.mean).toBeCloseTo(2.6 / 5, 12)
    expect([found.histogram[0], found.histogram[5], found.histogram[12], found.histogram[15], found.histogram[19]]).toEqual([1, 1, 1, 1, 1])
    expect(found.passCurve.slice(0, 3)).toEqual([{ k: 1, pass: 0.5, problems: 4 }, { k: 2, pass: (0 + 1 + 1 + 0.5) / 4, problems: 4 }, { k: 4, pass: 0.75, problems: 4 }])
    expect(found.passCurve[3]).toEqual({ k: 8, pass: null, problems: 0 })
    expect(found.groups.before).toMatchObject({ problems: 4 })
    expect(found.groups.before!.zeroVariance).toBeCloseTo((1 + 1 + 0.5 + 0.5) / 4, 12)
    expect(found.groups.after).toMatchObject({ problems: 1 })
    expect(found.groups.after!.zeroVariance).toBeCloseTo(0.5, 12)
  })

  test('the cut keeps what it says, at its edges too', () => {
    expect([0, 1e-9, 0.7, 0.7000001, 1, Number.NaN].map((mean) => isKept(mean, PAPER_SETTINGS))).toEqual([false, true, true, false, false, false])
    expect(meanReward(table([[]], [Number.NaN]), 0)).toBeNaN()
    expect(difficulty(table([]), PAPER_SETTINGS)).toMatchObject({ problems: 0, mean: null, median: null, std: null, groups: { before: null, after: null } })
  })

  test('5,000 problems of 128 attempts stay under a tenth of a second', () => {
    const many: ScoreTable = { rows: 5000, counts: Int32Array.from({ length: 40_000 }, (_, i) => (i * 7) % 33), writtenMeans: new Float64Array(5000) }
    const start = performance.now()
    expect(difficulty(many, PAPER_SETTINGS).problems).toBe(5000)
    expect(performance.now() - start).toBeLessThan(1000) // ten times the aim: a busy machine is no fault
  })
})
