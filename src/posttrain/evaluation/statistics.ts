/** The table of an evaluation: grade, pass@k, ends and lengths, overall and by what the problems are split by. */
import { mean } from '../../base/numeric'
import { passAtK } from '../passAtK'
import { byProblem, type Attempt } from './attempt'
import { averageAtN, type AverageAtN, type Merge } from './averageAtN'
import { expectedBest } from './bestOfN'

export interface Spread {
  readonly min: number
  readonly mean: number
  readonly max: number
}

export interface EvaluationStatistics {
  readonly problems: number
  readonly attempts: number
  readonly grade: AverageAtN
  /** pass@k and expected best grade in percent, for the k that every problem has attempts for. */
  readonly atK: readonly { readonly k: number; readonly pass: number; readonly bestPercent: number }[]
  readonly truncatedShare: number
  /** Attempts without a grade; they count 0 in `grade`. */
  readonly ungraded: number
  readonly tokens: Spread
  readonly tokensPerRun: number
  /** Null when there is no such attempt. */
  readonly tokensOfCorrect: Spread | null
  readonly tokensOfIncorrect: Spread | null
}

export interface StatisticsSettings {
  /** Lowest score that passes. The released code counts 6 of 7 in one run and 5 when runs are merged; the paper's success is 7. */
  readonly passScore: number
  readonly merge: Merge
}

export const STATISTICS: StatisticsSettings = { passScore: 7, merge: 'mean' }

/**
 * Statistics over all attempts. pass@k is the mean over problems of the unbiased estimate; k doubles from 1 to the fewest
 * attempts that a problem has, and that number itself is always there.
 * @returns null without an attempt
 * @source QED-Nano, released evaluation code, `stats.py`; pass@k: arXiv 2107.03374
 */
export function evaluationStatistics(attempts: readonly Attempt[], { passScore, merge }: StatisticsSettings = STATISTICS): EvaluationStatistics | null {
  const grade = averageAtN(attempts, merge)
  if (!grade) return null
  const groups = [...byProblem(attempts).values()].map((group) => group.map((a) => a.score ?? 0))
  const fewest = Math.min(...groups.map((g) => g.length))
  const correct = attempts.filter((a) => (a.score ?? 0) >= passScore)
  const incorrect = attempts.filter((a) => (a.score ?? 0) < passScore)
  const tokens = spread(attempts)!
  return {
    problems: groups.length,
    attempts: attempts.length,
    grade,
    atK: doublings(fewest).map((k) => ({
      k,
      pass: mean(groups.map((g) => passAtK(g.length, g.filter((s) => s >= passScore).length, k)!))!,
      bestPercent: (100 * mean(groups.map((g) => expectedBest(g, k)!))!) / 7,
    })),
    truncatedShare: attempts.filter((a) => a.isTruncated).length / attempts.length,
    ungraded: attempts.filter((a) => a.score === null).length,
    tokens,
    tokensPerRun: (tokens.mean * attempts.length) / grade.n,
    tokensOfCorrect: spread(correct),
    tokensOfIncorrect: spread(incorrect),
  }
}

/** Statistics of the attempts under each value of a trait, in natural order of the values; attempts without the trait are left out. */
export function splitStatistics(attempts: readonly Attempt[], trait: string, settings: StatisticsSettings = STATISTICS): { readonly value: string; readonly statistics: EvaluationStatistics }[] {
  const values = [...new Set(attempts.flatMap((a) => a.traits[trait] ?? []))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return values.flatMap((value) => {
    const statistics = evaluationStatistics(attempts.filter((a) => a.traits[trait] === value), settings)
    return statistics ? [{ value, statistics }] : []
  })
}

function doublings(most: number): number[] {
  const list: number[] = []
  for (let k = 1; k < most; k *= 2) list.push(k)
  return [...list, most]
}

function spread(attempts: readonly Attempt[]): Spread | null {
  const tokens = attempts.map((a) => a.tokens)
  const average = mean(tokens)
  if (average === null) return null
  return { min: tokens.reduce((a, b) => Math.min(a, b), Infinity), mean: average, max: tokens.reduce((a, b) => Math.max(a, b), 0) }
}
