import { gammaln } from 'simple-statistics'

/**
 * Quantile of Student's t: the x with P(T ≤ x) = p.
 *   P(T ≤ x) = 1 − ½ I_{ν/(ν+x²)}(ν/2, ½)   for x ≥ 0, I the regularised incomplete beta function
 * Solved by bisection to about 1e-12. Edges: p outside (0, 1) or ν ≤ 0 throws; p = ½ gives 0.
 * @param degrees degrees of freedom ν, not necessarily whole
 */
export function studentT(p: number, degrees: number): number {
  if (!(p > 0 && p < 1) || !(degrees > 0)) throw new RangeError(`studentT(${p}, ${degrees}): needs 0 < p < 1 and degrees > 0`)
  if (p === 0.5) return 0
  if (p < 0.5) return -studentT(1 - p, degrees)
  let low = 0
  let high = 1
  while (studentTCdf(high, degrees) < p) high *= 2
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2
    if (studentTCdf(middle, degrees) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(T ≤ x) of Student's t with ν degrees of freedom. */
export function studentTCdf(x: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + x * x), degrees / 2, 0.5) / 2
  return x >= 0 ? 1 - tail : tail
}

/**
 * Regularised incomplete beta function I_x(a, b) by Lentz's continued fraction.
 * @source Abramowitz and Stegun 26.5.8; the symmetry I_x(a,b) = 1 − I_{1−x}(b,a) keeps the fraction convergent
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1), tiny)
  let result = d
  for (let m = 1; m <= 500; m++) {
    for (const step of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / notZero(1 + step * d, tiny)
      c = notZero(1 + step / c, tiny)
      result *= c * d
    }
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return result
}

function notZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}
