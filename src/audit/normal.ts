/** The standard normal distribution, to double precision. */

/**
 * Φ(x) = P(Z ≤ x) = ½ erfc(−x/√2).
 * erfc by its Taylor series up to |x| = 3 and by Lentz's continued fraction beyond; error about 1e-15.
 * @source Abramowitz and Stegun 26.2.11 (series) and 26.2.14 (continued fraction)
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) throw new RangeError('normalCdf(NaN)')
  const size = Math.abs(x)
  if (size > 38) return x > 0 ? 1 : 0
  const density = Math.exp((-size * size) / 2) / Math.sqrt(2 * Math.PI)
  if (size <= 3) {
    let term = size
    let sum = size
    for (let k = 1; term > 1e-18 * sum; k++) sum += term *= (size * size) / (2 * k + 1)
    return x >= 0 ? 0.5 + density * sum : 0.5 - density * sum
  }
  let fraction = 0
  for (let k = 60; k >= 1; k--) fraction = k / (size + fraction)
  const tail = density / (size + fraction)
  return x >= 0 ? 1 - tail : tail
}

/**
 * The x with Φ(x) = p. Acklam's rational approximation, then two Halley steps against `normalCdf`.
 * Edges: 0 gives −∞, 1 gives +∞; outside 0..1 throws.
 * @source P. J. Acklam (2003), inverse normal distribution, relative error 1.15e-9 before the steps
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile(${p}): needs 0 ≤ p ≤ 1`)
  if (p === 0) return -Infinity
  if (p === 1) return Infinity
  if (p > 0.5) return -normalQuantile(1 - p)
  let x: number
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    x = (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783)
      / ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
  } else {
    const q = p - 0.5
    const r = q * q
    x = ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r - 3.066479806614716e1) * r + 2.506628277459239) * q)
      / (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r - 1.328068155288572e1) * r + 1)
  }
  for (let step = 0; step < 2; step++) {
    const error = (normalCdf(x) - p) * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2)
    x -= error / (1 + (x * error) / 2)
  }
  return x
}
