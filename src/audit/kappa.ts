/** Chance-corrected agreement of two raters on a fixed set of levels. */

export type KappaWeights = 'none' | 'linear' | 'quadratic'

/**
 * Cohen's κ, weighted or not.
 *   κ = 1 − Σ w_ab O_ab / Σ w_ab E_ab,   w = [a ≠ b], |a − b| or (a − b)²,   E from the two margins
 * Levels are fixed by the rubric's grid, not by what was observed: a level nobody gave must not change the weights.
 * @param levels ascending; a score off the grid goes to its nearest level
 * @returns null for no pairs, or when chance agreement is already perfect
 * @source Cohen 1960, 1968
 */
export function kappa(x: readonly number[], y: readonly number[], levels: readonly number[], weights: KappaWeights = 'none'): number | null {
  const n = x.length
  if (n === 0) return null
  const atX = new Float64Array(levels.length)
  const atY = new Float64Array(levels.length)
  let observed = 0
  const weight = (a: number, b: number) => {
    const gap = Math.abs(levels[a]! - levels[b]!)
    return weights === 'none' ? (a === b ? 0 : 1) : weights === 'linear' ? gap : gap * gap
  }
  for (let i = 0; i < n; i++) {
    const [a, b] = [nearestLevel(x[i]!, levels), nearestLevel(y[i]!, levels)]
    atX[a]!++
    atY[b]!++
    observed += weight(a, b)
  }
  let expected = 0
  for (let a = 0; a < levels.length; a++) for (let b = 0; b < levels.length; b++) expected += (weight(a, b) * atX[a]! * atY[b]!) / n
  return expected < 1e-12 ? null : 1 - observed / expected
}

/** Index of the level nearest to a score; the higher one at the same distance. */
export function nearestLevel(score: number, levels: readonly number[]): number {
  let best = 0
  for (let i = 1; i < levels.length; i++) if (Math.abs(levels[i]! - score) <= Math.abs(levels[best]! - score) + 1e-12) best = i
  return best
}

/**
 * The coarsest usual grid that holds every score: halves, thirds, quarters, fifths, sixths, sevenths, tenths or hundredths
 * of full marks, as ascending levels from 0 to 1. Null when none does.
 */
export function gridOf(scores: Iterable<number>): number[] | null {
  const seen = [...new Set(scores)]
  if (seen.length === 0) return null
  const steps = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 20, 21, 28, 100].find((k) => seen.every((s) => Math.abs(s * k - Math.round(s * k)) < 1e-6))
  return steps === undefined ? null : levelsOf(steps)
}

/** Levels 0, 1/k, …, 1. */
export function levelsOf(k: number): number[] {
  return Array.from({ length: k + 1 }, (_, i) => i / k)
}
