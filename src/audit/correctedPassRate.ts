import { normalQuantile } from './normal'

export interface CorrectedRate {
  readonly theta: number
  readonly low: number
  readonly high: number
}

/**
 * Pass rate with the judge's errors taken out.
 *   θ = (p + q₀ − 1) / (q₀ + q₁ − 1)      p judge's pass rate, q₁ sensitivity, q₀ specificity
 *   SE² = [p(1−p)/n + (1−θ)² q₀(1−q₀)/m₀ + θ² q₁(1−q₁)/m₁] / (q₀ + q₁ − 1)²
 * The interval counts both the n judged proofs and the m₀ + m₁ calibration labels, with the adjusted proportions of the
 * paper (z²/2 added to p, one success and one failure to each of q₀, q₁) and its shift of the centre; clipped to 0..1.
 * @param calibration m0 proofs that humans fail, m1 that humans pass
 * @returns null when q₀ + q₁ ≤ 1: such a judge says nothing about the truth
 * @source Lee et al., arXiv 2511.21140, eq. for θ̂ and its interval; Rogan and Gladen 1978
 */
export function correctedPassRate(p: number, n: number, calibration: { q0: number; q1: number; m0: number; m1: number }): CorrectedRate | null {
  const { q0, q1, m0, m1 } = calibration
  if (q0 + q1 <= 1 + 1e-12 || m0 <= 0 || m1 <= 0 || n <= 0) return null
  const clip = (x: number) => Math.min(1, Math.max(0, x))
  const z = normalQuantile(0.975)
  const pA = (n * p + z ** 2 / 2) / (n + z ** 2)
  const q0A = (m0 * q0 + 1) / (m0 + 2)
  const q1A = (m1 * q1 + 1) / (m1 + 2)
  const below = q0A + q1A - 1
  if (below <= 0) return null
  const theta = (pA + q0A - 1) / below
  const v0 = (q0A * (1 - q0A)) / (m0 + 2)
  const v1 = (q1A * (1 - q1A)) / (m1 + 2)
  const shift = 2 * z ** 2 * (-(1 - theta) * v0 + theta * v1)
  const se = Math.sqrt((pA * (1 - pA)) / (n + z ** 2) + (1 - theta) ** 2 * v0 + theta ** 2 * v1) / below
  return { theta: clip((p + q0 - 1) / (q0 + q1 - 1)), low: clip(theta + shift - z * se), high: clip(theta + shift + z * se) }
}

/**
 * How to split m calibration labels between proofs that fail (m₀) and pass (m₁): in proportion to
 * (1−θ) √(q₀(1−q₀)) and θ √(q₁(1−q₁)), which makes the variance above least. At least one each.
 * @source Neyman 1934, applied to the variance of Lee et al.
 */
export function calibrationSplit(m: number, theta: number, q0: number, q1: number): { m0: number; m1: number } {
  const w0 = (1 - theta) * Math.sqrt(q0 * (1 - q0))
  const w1 = theta * Math.sqrt(q1 * (1 - q1))
  const m0 = w0 + w1 === 0 ? Math.round(m / 2) : Math.round((m * w0) / (w0 + w1))
  const kept = Math.min(m - 1, Math.max(1, m0))
  return { m0: kept, m1: m - kept }
}
