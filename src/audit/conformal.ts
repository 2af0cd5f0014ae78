import type { Random } from '../base/random'
import { nearestLevel } from './kappa'
import { order, type PairedGrade } from './pairs'

/**
 * Half width of a split-conformal interval.
 *   q̂ = the k-th smallest |residual|,   k = ⌈(n + 1)(1 − α)⌉
 * @returns Infinity when k > n: too few residuals for this α
 * @source Vovk et al. 2005; for judges arXiv 2509.18658
 */
export function conformalWidth(residuals: readonly number[], alpha: number): { readonly k: number; readonly width: number } {
  const sorted = residuals.map(Math.abs).sort((a, b) => a - b)
  const k = Math.ceil((sorted.length + 1) * (1 - alpha) - 1e-9)
  return { k, width: k > sorted.length ? Infinity : sorted[Math.max(0, k - 1)]! }
}

/** judge ∓ width, cut to 0..1, widened to the rubric's levels when there are any (an interval of grades a human can give). */
export function conformalInterval(judge: number, width: number, levels: readonly number[] | null): { low: number; high: number } {
  const low = Math.max(0, judge - width)
  const high = Math.min(1, judge + width)
  if (levels === null) return { low, high }
  return {
    low: [...levels].reverse().find((l) => l <= low + 1e-9) ?? levels[nearestLevel(low, levels)]!,
    high: levels.find((l) => l >= high - 1e-9) ?? levels[nearestLevel(high, levels)]!,
  }
}

export interface ConformalSplit {
  readonly width: number
  readonly calibrationProofs: number
  readonly testProofs: number
  /** Share of held-out proofs whose human grade lies in its interval. */
  readonly coverage: number
  /** Mean width of the held-out intervals, after cutting and snapping. */
  readonly meanWidth: number
  readonly intervals: readonly { readonly pair: PairedGrade; readonly low: number; readonly high: number }[]
}

/**
 * Splits by problem, half to set the width, half to check it.
 * @returns null below two problems on either side, or when there are too few proofs for α
 */
export function conformalSplit(pairs: readonly PairedGrade[], alpha: number, levels: readonly number[] | null, random: Random): ConformalSplit | null {
  const problems = random.shuffled([...new Set(pairs.map((p) => p.problemId))].sort(order))
  const half = new Set(problems.slice(0, Math.floor(problems.length / 2)))
  const calibration = pairs.filter((p) => half.has(p.problemId))
  const test = pairs.filter((p) => !half.has(p.problemId))
  if (half.size < 2 || test.length === 0) return null
  const { width } = conformalWidth(calibration.map((p) => p.judge - p.human), alpha)
  if (width === Infinity) return null
  const intervals = test.map((pair) => ({ pair, ...conformalInterval(pair.judge, width, levels) }))
  const held = intervals.filter(({ pair, low, high }) => pair.human >= low - 1e-9 && pair.human <= high + 1e-9).length
  return {
    width, calibrationProofs: calibration.length, testProofs: test.length, coverage: held / test.length,
    meanWidth: intervals.reduce((sum, i) => sum + i.high - i.low, 0) / test.length, intervals,
  }
}
