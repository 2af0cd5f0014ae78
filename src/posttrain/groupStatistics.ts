/** What GRPO groups of K rollouts would look like, told from the scores of the attempts that were made. */
import { missShare } from './passAtK'

/** How many attempts got 0, 1, … 7 points. */
export type ScoreCounts = ArrayLike<number>

export interface GroupStatistics {
  /** Chance that all K scores are equal: such a group has no advantage and teaches nothing. */
  readonly zeroVariance: number
  /** Of that, the chance that all are 0, and that all are 7. */
  readonly allZero: number
  readonly allFull: number
  /** Root of E[mean over the group of A²], A = R − group mean, R = score/7. */
  readonly advantageRms: number
  /** E[best score of the group], 0–7. */
  readonly bestScore: number
}

/**
 * Groups of K drawn without replacement from the n attempts of one problem.
 *   P(all equal) = Σ_v C(c_v, K) / C(n, K)
 *   E[mean A²]   = (K−1)/K · S²,   S² = Σ(R−R̄)²/(n−1)
 *   E[best]      = Σ_{v≥1} P(best ≥ v) = Σ_{v≥1} 1 − C(#below v, K) / C(n, K)
 * The second holds because the variance within a group (÷ K−1) is unbiased for S² under drawing without replacement.
 * @returns null when n < K; for K = 1 every group has zero variance
 * @source QED-Nano, arXiv 2604.04898: A = R − mean, no division by the deviation
 */
export function groupStatistics(counts: ScoreCounts, K: number): GroupStatistics | null {
  let n = 0
  let sum = 0
  for (let v = 0; v <= 7; v++) {
    n += counts[v]!
    sum += v * counts[v]!
  }
  if (K < 1 || n < K || n === 0) return null
  const mean = sum / n
  let squares = 0
  let zeroVariance = 0
  let below = 0
  let bestScore = 0
  for (let v = 0; v <= 7; v++) {
    const count = counts[v]!
    squares += count * (v - mean) ** 2
    zeroVariance += missShare(n, n - count, K)
    if (v >= 1) bestScore += 1 - missShare(n, n - below, K)
    below += count
  }
  const variance = n > 1 ? squares / (n - 1) / 49 : 0
  return {
    zeroVariance, allZero: missShare(n, n - counts[0]!, K), allFull: missShare(n, n - counts[7]!, K),
    advantageRms: Math.sqrt(((K - 1) / K) * variance), bestScore,
  }
}
