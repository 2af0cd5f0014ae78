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
 *   at a given τ:  shrunk = fit + w (ȳ − fit),   w = τ²/(τ² + σ²/G),   variance = w σ²/G + (1 − w)² v_fit
 * σ² is pooled over all cells by their degrees of freedom (a cell of six problems estimates its own far too badly). τ is
 * not fixed at one value, which made intervals too narrow (92 % in simulation): everything is averaged over its restricted
 * likelihood on a grid, flat in τ, and the interval is mean ± z · √(mean variance + variance of the means).
 * @returns null when there are not more cells than main effects, or no cell has two problems
 * @source Efron and Morris 1975; Gelman et al. 2013, ch. 5.4 (integration over τ); problems as the random unit
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
    return { tau2, fitted, inverse, logLikelihood: w.reduce((s, v) => s + Math.log(v), 0) / 2 + logDeterminant(inverse) / 2 - q / 2 }
  }
  const centre = cells.reduce((s, c) => s + c.mean, 0) / cells.length
  const widest = 2 * Math.sqrt(cells.reduce((s, c) => s + (c.mean - centre) ** 2, 0) / cells.length) + 1e-6
  const fits = Array.from({ length: GRID }, (_, i) => fitAt(((widest * i) / (GRID - 1)) ** 2))
  if (fits.some((f) => f === null)) return null
  const top = Math.max(...fits.map((f) => f!.logLikelihood))
  const masses = fits.map((f) => Math.exp(f!.logLikelihood - top))
  const whole = masses.reduce((a, b) => a + b, 0)
  const averaged = (of: (fit: NonNullable<ReturnType<typeof fitAt>>) => number) => fits.reduce((sum, f, i) => sum + (masses[i]! / whole) * of(f!), 0)
  const z = normalQuantile((1 + level) / 2)
  return {
    tau: averaged((f) => Math.sqrt(f.tau2)), sigma: Math.sqrt(sigma2),
    cells: cells.map((cell, i) => {
      const own = sigma2 / cell.problems
      const x = design[i]!
      const weightAt = (tau2: number) => tau2 / (tau2 + own)
      const shrunkAt = (f: { tau2: number; fitted: readonly number[] }) => f.fitted[i]! + weightAt(f.tau2) * (cell.mean - f.fitted[i]!)
      const shrunk = averaged(shrunkAt)
      const variance = averaged((f) => {
        const w = weightAt(f.tau2)
        const fitVariance = x.reduce((s, v, a) => (v === 0 ? s : s + x.reduce((t, u, b) => t + u * f.inverse[a]![b]!, 0)), 0)
        return w * own + (1 - w) ** 2 * fitVariance + (shrunkAt(f) - shrunk) ** 2
      })
      const margin = z * Math.sqrt(variance)
      return { ...cell, fitted: averaged((f) => f.fitted[i]!), shrunk, low: shrunk - margin, high: shrunk + margin, weight: averaged((f) => weightAt(f.tau2)) }
    }),
  }
}

const GRID = 41

/** Of a positive definite matrix, by Cholesky's pivots. */
function logDeterminant(matrix: readonly (readonly number[])[]): number {
  const k = matrix.length
  const lower = matrix.map((r) => [...r])
  let sum = 0
  for (let i = 0; i < k; i++)
    for (let j = 0; j <= i; j++) {
      let v = lower[i]![j]!
      for (let m = 0; m < j; m++) v -= lower[i]![m]! * lower[j]![m]!
      if (i === j) sum += Math.log(Math.max(1e-300, v))
      lower[i]![j] = i === j ? Math.sqrt(Math.max(1e-300, v)) : v / lower[j]![j]!
    }
  return sum
}
