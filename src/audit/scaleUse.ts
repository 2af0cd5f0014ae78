export interface ScaleUse {
  readonly grades: number
  readonly mean: number
  readonly sd: number
  /** Shares at exactly 0 and exactly full marks. */
  readonly atZero: number
  readonly atFull: number
  /** Shannon entropy of the histogram, bits; 0 when all grades fall in one bin. */
  readonly entropy: number
  /** Share of grades in each of `bins` equal bins of 0..1; the last holds 1. */
  readonly histogram: readonly number[]
}

/**
 * How a rater uses the scale. A rater who says 1 to nearly everything has low entropy however well it correlates.
 * @returns null for no grades
 */
export function scaleUse(scores: readonly number[], bins = 10): ScaleUse | null {
  const n = scores.length
  if (n === 0) return null
  const counts = new Array<number>(bins).fill(0)
  for (const s of scores) counts[Math.min(bins - 1, Math.max(0, Math.floor(s * bins + 1e-9)))]!++
  const mean = scores.reduce((a, b) => a + b, 0) / n
  return {
    grades: n, mean, sd: Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / n),
    atZero: scores.filter((s) => s <= 1e-9).length / n, atFull: scores.filter((s) => s >= 1 - 1e-9).length / n,
    entropy: counts.reduce((sum, c) => (c === 0 ? sum : sum - (c / n) * Math.log2(c / n)), 0),
    histogram: counts.map((c) => c / n),
  }
}
