import { clusterError } from './clusterRobust'
import { clustersOf } from './clusters'
import { sampleStd } from '../base/numeric'
import { clusteredRegression } from './regression'
import type { PairedGrade } from './pairs'
import { studentT } from './studentT'
import { pearson } from './correlation'

export interface BlandAltman {
  readonly proofs: number
  readonly problems: number
  readonly bias: number
  /** Sample standard deviation of the differences. */
  readonly sd: number
  /** bias ∓ 1.96 sd. */
  readonly low: number
  readonly high: number
  /** Half width of the 95 % interval of each limit; null for one problem. */
  readonly limitMargin: number | null
  /** Half width of the 95 % interval of the bias (CR1); null for one problem. */
  readonly biasMargin: number | null
  /** Difference regressed on the mean of both grades; null when the means do not vary. */
  readonly slope: number | null
  readonly intercept: number | null
  readonly slopeError: number | null
}

/**
 * Difference against mean.
 *   d = judge − human,   limits = d̄ ± 1.96 sd(d),   d = intercept + slope · (judge + human)/2
 * A slope away from 0 says that leniency depends on the level, which one bias hides.
 * The limits' own error is sd √(1/n_eff + 1.96²/(2 (n_eff − 1))), with n_eff = n divided by the design effect of the
 * clustered mean, since proofs of one problem are not independent.
 * @returns null below two pairs
 * @source Bland and Altman 1986, 1999; the clustered n_eff is ours
 */
export function blandAltman(pairs: readonly PairedGrade[]): BlandAltman | null {
  const n = pairs.length
  const d = pairs.map((p) => p.judge - p.human)
  const sd = sampleStd(d)
  if (sd === null) return null
  const bias = d.reduce((a, b) => a + b, 0) / n
  const middle = pairs.map((p) => (p.judge + p.human) / 2)
  const error = clusterError(clustersOf(pairs))
  const t = error === null ? null : studentT(0.975, error.clusters - 1)
  const line = pearson(middle, middle) === null ? null : clusteredRegression([middle], d, pairs.map((p) => p.problemId))
  let limitMargin: number | null = null
  if (error !== null && t !== null && sd > 0) {
    const effect = Math.max(1, error.standardError ** 2 / (sd ** 2 / n))
    const effective = Math.max(2, n / effect)
    limitMargin = t * sd * Math.sqrt(1 / effective + 1.96 ** 2 / (2 * (effective - 1)))
  }
  return {
    proofs: n, problems: new Set(pairs.map((p) => p.problemId)).size, bias, sd, low: bias - 1.96 * sd, high: bias + 1.96 * sd, limitMargin,
    biasMargin: error === null || t === null ? null : t * error.standardError,
    intercept: line?.coefficients[0] ?? null, slope: line?.coefficients[1] ?? null, slopeError: line?.errors?.[1] ?? null,
  }
}
