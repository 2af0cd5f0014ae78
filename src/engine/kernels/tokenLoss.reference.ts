/** Both training losses of one row of logits, with the gradient, and the sums over rows, by plain loops, float64. */
import { logSumExp } from '../../base/numeric'
import type { StepNumbers } from '../gpu/kernel'
import type { METRIC, STAT } from './tokenLoss'

export interface TokenTarget {
  readonly token: number
  readonly weight: number
  readonly advantage: number
  readonly behaviour: number
  readonly reference: number
}

/** One row's results by the names of `STAT`. */
export type TokenStats = Record<keyof typeof STAT, number>

/**
 * With π = softmax(z/T), L = log π(token), r = exp(L − behaviour), d = clamp(reference − L, ±5), k3 = eᵈ − d − 1:
 *
 *   cross-entropy   loss = −w·L
 *   policy          loss = −w·[ min(r·A, clamp(r, 1−ε_low, 1+ε_high)·A) − β·k3 + η·H ]
 *
 * @returns the row's results, and d loss / d z [V]; a ratio that is clamped passes no gradient, nor does a clamped d
 */
export function tokenLossReference(z: ArrayLike<number>, target: TokenTarget, step: StepNumbers): { stats: TokenStats; dlogits: Float64Array } {
  const heat = step.inverseTemperature
  const scaled = Float64Array.from(z, (x) => x * heat)
  const total = logSumExp(scaled)
  const logp = scaled.map((x) => x - total)
  const entropy = -logp.reduce((sum, l) => sum + (l === -Infinity ? 0 : Math.exp(l) * l), 0)
  const { token, weight: w, advantage: A } = target
  const logprob = logp[token]!
  const isPolicy = step.objective === 1
  const ratio = isPolicy ? Math.exp(logprob - target.behaviour) : 1
  const held = Math.min(1 + step.epsilonHigh, Math.max(1 - step.epsilonLow, ratio))
  const isClipped = isPolicy && held * A < ratio * A
  const surrogate = isPolicy ? Math.min(ratio * A, held * A) : logprob
  const gap = target.reference - logprob
  const d = Math.min(5, Math.max(-5, gap))
  const usesKl = isPolicy && step.klCoefficient !== 0
  const k3 = usesKl ? Math.exp(d) - d - 1 : 0
  const bonus = isPolicy ? step.entropyBonus : 0
  const value = surrogate + bonus * entropy - (usesKl ? step.klCoefficient * k3 : 0)
  /** d (surrogate − β·k3) / d L */
  const slope = (isPolicy ? (isClipped ? 0 : ratio * A) : 1) + (usesKl && d === gap ? step.klCoefficient * (Math.exp(d) - 1) : 0)
  const best = scaled.indexOf(Math.max(...scaled))
  return {
    stats: { loss: -w * value, entropy, logprob, ratio, clipped: isClipped ? (held < ratio ? 1 : -1) : 0, k3, hit: best === token ? 1 : 0, surrogate: -w * surrogate },
    dlogits: logp.map((l, v) => {
      const p = Math.exp(l)
      return -w * heat * (slope * ((v === token ? 1 : 0) - p) - bonus * p * (l + entropy))
    }),
  }
}

/** Sums of the rows' results, by the names of `METRIC` but the gradient's norm and clip. */
export function reduceMetricsReference(rows: readonly TokenStats[]): Record<Exclude<keyof typeof METRIC, 'norm' | 'clip'>, number> {
  const sum = (of: (row: TokenStats) => number) => rows.reduce((total, row) => total + of(row), 0)
  return {
    loss: sum((r) => r.loss),
    entropy: sum((r) => r.entropy),
    ratio: sum((r) => r.ratio),
    ratioSquares: sum((r) => r.ratio ** 2),
    clippedLow: sum((r) => (r.clipped < 0 ? 1 : 0)),
    clippedHigh: sum((r) => (r.clipped > 0 ? 1 : 0)),
    k3: sum((r) => r.k3),
    hits: sum((r) => r.hit),
    surrogate: sum((r) => r.surrogate),
    trained: rows.length,
  }
}
