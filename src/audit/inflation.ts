import { clusterError, clusterInterval } from './clusterRobust'
import { clustersOf } from './clusters'
import type { PairedGrade } from './pairs'

/** One cell: how much more a judge gives than humans do, and how sure that is. */
export interface Inflation {
  /** mean(judge − human) in score units; positive is lenient. */
  readonly mean: number
  readonly humanMean: number
  readonly judgeMean: number
  /** mean / (1 − human mean): the part of the possible leniency that was used; null when humans gave full marks. */
  readonly share: number | null
  readonly proofs: number
  readonly problems: number
  /** CR1; null for a single problem. */
  readonly standardError: number | null
  /** mean ± t(G − 1) · CR1; null for a single problem. */
  readonly robust: { readonly low: number; readonly high: number } | null
}

/**
 * Score inflation of the given pairs, with its cluster-robust 95 % interval.
 *   inflation = Σ (judge − human) / n,   share = inflation / (1 − human mean)
 * Raw inflation is squeezed by the ceiling at full marks, so cells with different human means compare by share only.
 * @param pairs one judge's pairs under one rubric
 * @returns null for no pairs
 * @source QEDBench, arXiv 2602.20629 (inflation); Miller, arXiv 2411.00640 (clustered errors)
 */
export function inflation(pairs: readonly PairedGrade[]): Inflation | null {
  if (pairs.length === 0) return null
  const clusters = clustersOf(pairs)
  let n = 0
  let difference = 0
  let headroom = 0
  for (const cluster of clusters) {
    n += cluster.count
    difference += cluster.difference
    headroom += cluster.headroom
  }
  const mean = difference / n
  const humanMean = 1 - headroom / n
  return {
    mean, humanMean, judgeMean: humanMean + mean,
    share: headroom > 1e-12 ? difference / headroom : null,
    proofs: n, problems: clusters.length,
    standardError: clusterError(clusters)?.standardError ?? null,
    robust: clusterInterval(clusters),
  }
}
