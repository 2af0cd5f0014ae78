/** log Σ exp(xᵢ) without overflow; −∞ for an empty list. */
export function logSumExp(x: ArrayLike<number>): number {
  let max = -Infinity
  for (let i = 0; i < x.length; i++) max = Math.max(max, x[i]!)
  if (max === -Infinity) return -Infinity
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += Math.exp(x[i]! - max)
  return max + Math.log(sum)
}

/** Arithmetic mean; `null` when there is nothing to average. */
export function mean(x: readonly number[]): number | null {
  if (x.length === 0) return null
  let sum = 0
  for (const v of x) sum += v
  return sum / x.length
}

/** Sample standard deviation (ddof 1); `null` below two values. */
export function sampleStd(x: readonly number[]): number | null {
  const m = mean(x)
  if (m === null || x.length < 2) return null
  let sum = 0
  for (const v of x) sum += (v - m) * (v - m)
  return Math.sqrt(sum / (x.length - 1))
}

export function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x))
}
