import type { Cluster } from './clusters'
import { studentT } from './studentT'

export interface ClusterError {
  /** Σ difference / Σ count. */
  readonly mean: number
  readonly standardError: number
  /** Number of clusters G. */
  readonly clusters: number
}

/**
 * Standard error of a mean whose items come in clusters.
 *   CR0: SE² = Σ_g (Σ_{i∈g} (d_i − d̄))² / n²        CR1: SE² · G/(G−1)
 * Edges: null without items; null for CR1 with one cluster, since one problem shows no spread between problems.
 * @source Miller, arXiv 2411.00640, clustered standard errors; CR1 is the small-sample factor G/(G−1)
 */
export function clusterError(clusters: readonly Cluster[], kind: 'CR0' | 'CR1' = 'CR1'): ClusterError | null {
  const G = clusters.length
  let n = 0
  let total = 0
  for (const { count, difference } of clusters) {
    n += count
    total += difference
  }
  if (n === 0 || (kind === 'CR1' && G < 2)) return null
  const mean = total / n
  let squares = 0
  for (const { count, difference } of clusters) squares += (difference - count * mean) ** 2
  const factor = kind === 'CR1' ? G / (G - 1) : 1
  return { mean, standardError: Math.sqrt(factor * squares) / n, clusters: G }
}

/**
 * Interval of the mean: d̄ ± t_{(1+level)/2}(G − 1) · SE_CR1. With few problems 1.96 would be too narrow
 * (at G = 10 it covers 91.5 % instead of 95 %). Null with fewer than two problems.
 */
export function clusterInterval(clusters: readonly Cluster[], level = 0.95): { low: number; high: number } | null {
  const error = clusterError(clusters, 'CR1')
  if (error === null) return null
  const margin = studentT((1 + level) / 2, error.clusters - 1) * error.standardError
  return { low: error.mean - margin, high: error.mean + margin }
}
