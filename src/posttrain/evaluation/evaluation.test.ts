import fc from 'fast-check'
import { expect, test } from 'vitest'
import { passAtK } from '../passAtK'
import type { Attempt } from './attempt'
import { averageAtN } from './averageAtN'
import { benchSplit } from './benchSplits'
import { bestBySelector, expectedBest } from './bestOfN'
import { withoutSelfEvaluation } from './selfEvaluation'
import { evaluationStatistics, splitStatistics } from './statistics'

const attempt = (problem: string, run: number, score: number | null, tokens = 10, rest: Partial<Attempt> = {}): Attempt => ({ problem, run, score, tokens, isTruncated: false, traits: {}, ...rest })

/** Three runs over four problems; numpy: [57.142857, 39.285714, 46.428571], mean 47.619048, std(ddof=1) 8.987898. */
const TABLE = [
  [7, 1, 7, 1],
  [7, 0, 4, 0],
  [6, 0, 7, null],
]
const attempts = TABLE.flatMap((row, run) => row.map((score, p) => attempt(`p${p}`, run, score, 100 * (p + 1) + run, { isTruncated: score === null, traits: { level: p < 2 ? 'level 2' : 'level 10' } })))

test('avg@3 is the mean over runs of the grade in percent, its deviation has ddof 1', () => {
  const average = averageAtN(attempts)!
  expect(average.n).toBe(3)
  average.runs.forEach((percent, i) => expect(percent).toBeCloseTo([57.142857, 39.285714, 46.428571][i]!, 5))
  expect(average.percent).toBeCloseTo(47.619048, 5)
  expect(average.std).toBeCloseTo(8.987898, 5)
  expect(averageAtN(attempts, 'max')!.percent).toBeCloseTo(57.142857, 5)
  expect(averageAtN(attempts, 'min')!.percent).toBeCloseTo(39.285714, 5)
  expect(averageAtN([])).toBeNull()
  expect(averageAtN([attempt('a', 0, 7)])).toEqual({ n: 1, runs: [100], percent: 100, std: null })
})

test('the table of an evaluation', () => {
  const all = evaluationStatistics(attempts)!
  expect(all).toMatchObject({ problems: 4, attempts: 12, ungraded: 1, truncatedShare: 1 / 12, tokens: { min: 100, mean: 251, max: 402 }, tokensPerRun: 1004 })
  // 7/7: p0 twice, p2 twice of three, the others never.
  expect(all.atK.map((row) => row.k)).toEqual([1, 2, 3])
  expect(all.atK[0]!.pass).toBeCloseTo((2 / 3 + 2 / 3) / 4, 12)
  expect(all.atK[1]!.pass).toBeCloseTo((1 + 1) / 4, 12)
  expect(all.atK[2]!.bestPercent).toBeCloseTo((100 * (7 + 1 + 7 + 1)) / 28, 12)
  expect(all.tokensOfCorrect).toEqual({ min: 100, mean: (100 + 101 + 300 + 302) / 4, max: 302 })
  expect(evaluationStatistics(attempts, { passScore: 6, merge: 'mean' })!.atK[0]!.pass).toBeCloseTo((1 + 2 / 3) / 4, 12)
  expect(evaluationStatistics(attempts.map((a) => ({ ...a, score: 0 })))!.tokensOfCorrect).toBeNull()
  expect(evaluationStatistics([])).toBeNull()
})

test('splits are told apart in natural order; what has no such trait is left out', () => {
  const rows = splitStatistics([...attempts, attempt('x', 0, 7)], 'level')
  expect(rows.map((r) => [r.value, r.statistics.problems])).toEqual([['level 2', 2], ['level 10', 2]])
  expect(rows[0]!.statistics.grade.percent).toBeCloseTo((100 * (7 + 1 + 7 + 0 + 6 + 0)) / 42, 10)
})

test('the expected best is the mean over all subsets, and pass@k on zeros and ones', () => {
  const subsets = (list: readonly number[], k: number): number[][] =>
    k === 0 ? [[]] : list.flatMap((first, i) => subsets(list.slice(i + 1), k - 1).map((rest) => [first, ...rest]))
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 8 }), (scores, k) => {
      if (k > scores.length) {
        expect(expectedBest(scores, k)).toBeNull()
        return
      }
      const bests = subsets(scores, k).map((s) => Math.max(...s))
      expect(expectedBest(scores, k)).toBeCloseTo(bests.reduce((a, b) => a + b, 0) / bests.length, 10)
      const passes = scores.map((s) => Number(s === 7))
      expect(expectedBest(passes, k)).toBeCloseTo(passAtK(scores.length, passes.filter(Boolean).length, k)!, 10)
    }),
  )
  expect(expectedBest([], 1)).toBeNull()
})

test('a selector picks the attempt it likes; ties are the mean of a fair draw', () => {
  expect(bestBySelector([3, 7, 0], [2, 5, 1])).toBe(7)
  expect(bestBySelector([3, 7, 0], [5, 5, 1])).toBe(5)
  expect(bestBySelector([3, 7], [null, 0])).toBe(7)
  expect(bestBySelector([3, 7], [null, null])).toBe(5)
  expect(bestBySelector([], [])).toBeNull()
})

test.each([
  ['## Solution\nProof.\n\n## Self Evaluation\nI am sure.', '## Solution\nProof.'],
  ['A\n### Final Evaluation\nscore 7\n#### Detail\nx\n## Appendix\nB', 'A\n## Appendix\nB'],
  ['A\n**Self-evaluation:**\nperfect', 'A'],
  ['A\n# Evaluation #\nx\n# Evaluation\ny', 'A'],
  ['The evaluation of $f$ at 0 gives 1.\nFinal evaluation of the sum:\n$2$', 'The evaluation of $f$ at 0 gives 1.\nFinal evaluation of the sum:\n$2$'],
  ['```\n## Evaluation\n```\nB', '```\n## Evaluation\n```\nB'],
  ['', ''],
])('self-evaluation is stripped from %j', (text, expected) => expect(withoutSelfEvaluation(text)).toBe(expected))

test('ids of benchmarks tell their sub-split', () => {
  expect(['PB-Basic-001', 'PB-Advanced-030', 'USAMO-2025-3', 'IMO2024P1', 'TST-2019-2', 'x12', 'problem_20241'].map(benchSplit)).toEqual(['Basic', 'Advanced', '2024/2025', '2024/2025', 'Others', null, null])
})
