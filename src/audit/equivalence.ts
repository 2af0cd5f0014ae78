import { clusterError } from './clusterRobust'
import type { Cluster } from './clusters'
import { studentT, studentTCdf } from './studentT'

/** `equivalent`: surely within ±margin. `different`: surely not 0 and not equivalent. `cannotTell`: neither. */
export type Verdict = 'equivalent' | 'different' | 'cannotTell'

export interface Equivalence {
  readonly mean: number
  /** 1 − 2α interval of the mean, the one that TOST reads. */
  readonly low: number
  readonly high: number
  /** The larger of the two one-sided p-values. */
  readonly p: number
  /** Two-sided p of mean = 0. */
  readonly pZero: number
  readonly verdict: Verdict
}

/**
 * Two one-sided tests: is |inflation| < margin?
 *   t₁ = (d̄ + δ)/SE, t₂ = (d̄ − δ)/SE, both against t(G − 1);   equivalent when both reject at α
 * A mean that differs from 0 but lies surely within the margin is equivalent: the margin says what matters.
 * @returns null for fewer than two problems
 * @source Schuirmann 1987; SE is CR1, clustered by problem
 */
export function equivalence(clusters: readonly Cluster[], margin: number, alpha = 0.05): Equivalence | null {
  if (!(margin > 0)) throw new RangeError('equivalence: the margin must be positive')
  const error = clusterError(clusters)
  if (error === null) return null
  const { mean, standardError: se } = error
  const degrees = error.clusters - 1
  const tail = (t: number) => (se === 0 ? (t > 0 ? 0 : 1) : 1 - studentTCdf(t / se, degrees))
  const p = Math.max(tail(mean + margin), tail(margin - mean))
  const pZero = se === 0 ? (mean === 0 ? 1 : 0) : 2 * (1 - studentTCdf(Math.abs(mean) / se, degrees))
  const half = studentT(1 - alpha, degrees) * se
  return { mean, low: mean - half, high: mean + half, p, pZero, verdict: p < alpha ? 'equivalent' : pZero < alpha ? 'different' : 'cannotTell' }
}
