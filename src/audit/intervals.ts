/** Intervals from a bootstrap distribution. */
import { normalCdf, normalQuantile } from './normal'

export interface Interval {
  readonly low: number
  readonly high: number
}

export type IntervalMethod = 'percentile' | 'bca'

/** Place of the inverted empirical distribution at p among n ascending values: the smallest x with F(x) ≥ p. */
export function rankAt(n: number, p: number): number {
  // p·n may land a hair above a whole number: 0.025 · 40 = 1.0000000000000002.
  return Math.min(n - 1, Math.max(0, Math.ceil(p * n - 1e-9) - 1))
}

/** Quantile of ascending values by the inverted empirical distribution. No interpolation; null for none. */
export function invertedCdf(sorted: ArrayLike<number>, p: number): number | null {
  return sorted.length === 0 ? null : sorted[rankAt(sorted.length, p)]!
}

/**
 * Percentile interval: the (1−level)/2 and (1+level)/2 quantiles of the drawn statistics.
 * Null when there are none, or when any resample left the statistic undefined (NaN). Reorders `drawn`.
 */
export function percentileInterval(drawn: Float64Array, level = 0.95): Interval | null {
  return quantilePair(drawn, (1 - level) / 2, (1 + level) / 2)
}

/**
 * Bias-corrected and accelerated interval.
 *   z₀ = Φ⁻¹(share of θ* below θ̂, ties half)     a = Σ (θ̄₋ − θ₋g)³ / 6 (Σ (θ̄₋ − θ₋g)²)^{3/2}
 *   α(z) = Φ(z₀ + (z₀ + z) / (1 − a (z₀ + z)))    at z = ∓z_{(1+level)/2}
 * @param estimate θ̂ of the data
 * @param jackknife θ with problem g left out, one a problem
 * @returns null as for the percentile interval, and when every resample lies on one side of θ̂. Reorders `drawn`.
 * @source Efron 1987; Efron and Tibshirani 1993, eq. 14.9 to 14.15
 */
export function bcaInterval(drawn: Float64Array, estimate: number, jackknife: readonly number[], level = 0.95): Interval | null {
  const n = drawn.length
  if (n === 0 || jackknife.length < 2 || jackknife.some(Number.isNaN)) return null
  let below = 0
  for (let r = 0; r < n; r++) {
    const gap = drawn[r]! - estimate
    // Sums in another order differ in their last bits; such ties are ties.
    below += Math.abs(gap) <= 1e-12 ? 0.5 : gap < 0 ? 1 : 0
  }
  if (below === 0 || below === n) return null
  const z0 = normalQuantile(below / n)
  const centre = jackknife.reduce((a, b) => a + b, 0) / jackknife.length
  let cube = 0
  let square = 0
  for (const left of jackknife) {
    cube += (centre - left) ** 3
    square += (centre - left) ** 2
  }
  const a = square < 1e-30 ? 0 : cube / (6 * square ** 1.5)
  const at = (z: number) => normalCdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
  const z = normalQuantile((1 + level) / 2)
  return quantilePair(drawn, at(-z), at(z))
}

function quantilePair(drawn: Float64Array, low: number, high: number): Interval | null {
  const n = drawn.length
  for (let r = 0; r < n; r++) if (Number.isNaN(drawn[r])) return null
  if (n === 0) return null
  return { low: select(drawn, rankAt(n, low)), high: select(drawn, rankAt(n, high)) }
}

/**
 * The value of rank k, by Floyd and Rivest's selection; reorders `values`. Sorting ten thousand draws for two order
 * statistics took half of a whole matrix's time.
 * @source Floyd and Rivest 1975, algorithm 489
 */
export function select(values: Float64Array, k: number, left = 0, right = values.length - 1): number {
  while (right > left) {
    if (right - left > 600) {
      const n = right - left + 1
      const i = k - left + 1
      const z = Math.log(n)
      const s = 0.5 * Math.exp((2 * z) / 3)
      const sd = 0.5 * Math.sqrt((z * s * (n - s)) / n) * Math.sign(i - n / 2)
      select(values, k, Math.max(left, Math.floor(k - (i * s) / n + sd)), Math.min(right, Math.floor(k + ((n - i) * s) / n + sd)))
    }
    const pivot = values[k]!
    let i = left
    let j = right
    swap(values, left, k)
    if (values[right]! > pivot) swap(values, left, right)
    while (i < j) {
      swap(values, i, j)
      i++
      j--
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
    }
    if (values[left] === pivot) swap(values, left, j)
    else swap(values, ++j, right)
    if (j <= k) left = j + 1
    if (k <= j) right = j - 1
  }
  return values[k]!
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i]!
  values[i] = values[j]!
  values[j] = kept
}
