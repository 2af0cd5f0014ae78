import { inverted } from './regression'
import { normalQuantile } from './normal'

export interface PoolCell {
  /** Row and column effects, e.g. judge and domain. */
  readonly row: string
  readonly column: string
  /** Mean of the cell, over its problems' means. */
  readonly mean: number
  readonly problems: number
  /** Sample variance between the problems' means; null for one problem. */
  readonly variance: number | null
}

export interface PooledCell extends PoolCell {
  /** What rows and columns alone predict. */
  readonly fitted: number
  readonly shrunk: number
  readonly low: number
  readonly high: number
  /** Weight of the cell's own mean, 0..1. */
  readonly weight: number
}

export interface Pooling {
  readonly cells: readonly PooledCell[]
  /** Standard deviation of the interaction, in score units. */
  readonly tau: number
  /** Common standard deviation between problems. */
  readonly sigma: number
}

/**
 * Partial pooling of small cells.
 *   ȳ_jd = μ + α_j + β_d + δ_jd + ε_jd,   δ ~ N(0, τ²),   ε ~ N(0, σ²/G_jd)
 *   shrunk = fit + w (ȳ − fit),   w = τ² / (τ² + σ²/G)
 *   variance = w σ²/G + (1 − w)² v_fit,   v_fit that of the fitted main effects
 * σ² is pooled over all cells by their degrees of freedom (a cell of six problems estimates its own far too badly); τ² is
 * Paule and Mandel's: the value at which the weighted squared residuals equal their degrees of freedom.
 * @returns null when there are not more cells than main effects, or no cell has two problems
 * @source Efron and Morris 1975; Paule and Mandel 1982; Miller, arXiv 2411.00640, problems as the random unit
 */
export function partialPooling(cells: readonly PoolCell[], level = 0.95): Pooling | null {
  const rows = [...new Set(cells.map((c) => c.row))].sort()
  const columns = [...new Set(cells.map((c) => c.column))].sort()
  const k = rows.length + columns.length - 1
  let squares = 0
  let degrees = 0
  for (const { variance, problems } of cells)
    if (variance !== null && problems > 1) {
      squares += variance * (problems - 1)
      degrees += problems - 1
    }
  if (cells.length <= k || degrees === 0) return null
  const sigma2 = squares / degrees
  const design = cells.map((c) => [...rows.map((r) => Number(r === c.row)), ...columns.slice(1).map((d) => Number(d === c.column))])
  const fitAt = (tau2: number) => {
    const w = cells.map((c) => 1 / (tau2 + sigma2 / c.problems + 1e-12))
    const cross = Array.from({ length: k }, (_, a) => Array.from({ length: k }, (_, b) => design.reduce((s, x, i) => s + w[i]! * x[a]! * x[b]!, 0)))
    const inverse = inverted(cross)
    if (inverse === null) return null
    const right = Array.from({ length: k }, (_, a) => design.reduce((s, x, i) => s + w[i]! * x[a]! * cells[i]!.mean, 0))
    const beta = inverse.map((r) => r.reduce((s, v, b) => s + v * right[b]!, 0))
    const fitted = design.map((x) => x.reduce((s, v, a) => s + v * beta[a]!, 0))
    const q = cells.reduce((s, c, i) => s + w[i]! * (c.mean - fitted[i]!) ** 2, 0)
    return { fitted, q, inverse }
  }
  const goal = cells.length - k
  let low = 0
  let high = 1
  const atZero = fitAt(0)
  if (atZero === null) return null
  if (atZero.q <= goal) high = 0
  else for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (fitAt(middle)!.q > goal) low = middle
    else high = middle
  }
  const tau2 = high
  const { fitted, inverse } = fitAt(tau2)!
  const z = normalQuantile((1 + level) / 2)
  return {
    tau: Math.sqrt(tau2), sigma: Math.sqrt(sigma2),
    cells: cells.map((cell, i) => {
      const own = sigma2 / cell.problems
      const weight = tau2 / (tau2 + own)
      const x = design[i]!
      const fitVariance = x.reduce((s, v, a) => s + v * x.reduce((t, u, b) => t + u * inverse[a]![b]!, 0), 0)
      const shrunk = fitted[i]! + weight * (cell.mean - fitted[i]!)
      const margin = z * Math.sqrt(weight * own + (1 - weight) ** 2 * fitVariance)
      return { ...cell, fitted: fitted[i]!, shrunk, low: shrunk - margin, high: shrunk + margin, weight }
    }),
  }
}
