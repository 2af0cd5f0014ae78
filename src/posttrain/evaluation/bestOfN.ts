/** Best of n: what an oracle would pick, and what a selector that scores the attempts picks. */
import { mean } from '../../base/numeric'

/**
 * Expected best score of k attempts drawn without replacement from those made.
 *   E[max] = Σ_{i=k..n} s₍ᵢ₎ · C(i−1, k−1) / C(n, k),   s₍₁₎ ≤ … ≤ s₍ₙ₎
 * For scores of 0 and 1 it is pass@k.
 * @returns null when k > n or k < 1
 * @source order statistics of a sample without replacement; Chen et al., arXiv 2107.03374, for the case of 0 and 1
 */
export function expectedBest(scores: readonly number[], k: number): number | null {
  const n = scores.length
  if (k < 1 || k > n) return null
  const sorted = [...scores].sort((a, b) => b - a)
  // P(the best is the i-th largest, i from 0) = C(n−1−i, k−1) / C(n, k), each from the one before.
  let share = k / n
  let expected = 0
  for (let i = 0; i <= n - k; i++) {
    expected += share * sorted[i]!
    share *= (n - k - i) / (n - 1 - i)
  }
  return expected
}

/**
 * True score of the attempt that the selector likes best; among equals, the mean of theirs: what a fair draw gives.
 * Attempts that the selector could not score (null) are chosen only when it scored none.
 * @param scores true scores @param selector the selector's scores of the same attempts
 * @returns null without an attempt
 */
export function bestBySelector(scores: readonly number[], selector: readonly (number | null)[]): number | null {
  if (scores.length !== selector.length) throw new RangeError(`${scores.length} scores, but ${selector.length} of the selector`)
  const liked = Math.max(...selector.map((s) => s ?? -Infinity))
  return mean(scores.filter((_, i) => (selector[i] ?? -Infinity) === liked))
}
