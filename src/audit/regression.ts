import { studentT, studentTCdf } from './studentT'

export interface Regression {
  /** Intercept first, then one a predictor. */
  readonly coefficients: readonly number[]
  /** CR1 standard errors; null for a single cluster. */
  readonly errors: readonly number[] | null
  readonly clusters: number
  readonly n: number
  readonly residualSd: number
}

/**
 * Least squares with errors clustered by problem.
 *   β = (XᵀX)⁻¹ Xᵀy     V = c · (XᵀX)⁻¹ (Σ_g X_gᵀ u_g u_gᵀ X_g) (XᵀX)⁻¹,   c = G/(G−1) · (n−1)/(n−k)
 * @param predictors columns of length n; an intercept is added
 * @returns null when n ≤ k or the columns are collinear
 * @source Liang and Zeger 1986; the factor c is Stata's, used by most software
 */
export function clusteredRegression(predictors: readonly (readonly number[])[], y: readonly number[], clusters: readonly string[]): Regression | null {
  const n = y.length
  const k = predictors.length + 1
  if (n <= k) return null
  const row = (i: number) => [1, ...predictors.map((x) => x[i]!)]
  const cross = Array.from({ length: k }, () => new Array<number>(k).fill(0))
  const right = new Array<number>(k).fill(0)
  for (let i = 0; i < n; i++) {
    const x = row(i)
    for (let a = 0; a < k; a++) {
      right[a]! += x[a]! * y[i]!
      for (let b = 0; b < k; b++) cross[a]![b]! += x[a]! * x[b]!
    }
  }
  const inverse = inverted(cross)
  if (inverse === null) return null
  const coefficients = inverse.map((r) => r.reduce((sum, v, b) => sum + v * right[b]!, 0))
  const scores = new Map<string, number[]>()
  let squares = 0
  for (let i = 0; i < n; i++) {
    const x = row(i)
    const residual = y[i]! - x.reduce((sum, v, a) => sum + v * coefficients[a]!, 0)
    squares += residual * residual
    const score = scores.get(clusters[i]!) ?? new Array<number>(k).fill(0)
    scores.set(clusters[i]!, score)
    for (let a = 0; a < k; a++) score[a]! += x[a]! * residual
  }
  const G = scores.size
  let errors: number[] | null = null
  if (G > 1) {
    const factor = ((G / (G - 1)) * (n - 1)) / (n - k)
    errors = inverse.map((r) => {
      let variance = 0
      for (const score of scores.values()) variance += r.reduce((sum, v, b) => sum + v * score[b]!, 0) ** 2
      return Math.sqrt(factor * variance)
    })
  }
  return { coefficients, errors, clusters: G, n, residualSd: Math.sqrt(squares / (n - k)) }
}

/** Interval and two-sided p of one coefficient by t(G − 1); null without errors. */
export function coefficientTest({ coefficients, errors, clusters }: Regression, at: number): { low: number; high: number; p: number } | null {
  const error = errors?.[at]
  if (error === undefined || error === 0) return null
  const value = coefficients[at]!
  const margin = studentT(0.975, clusters - 1) * error
  return { low: value - margin, high: value + margin, p: 2 * (1 - studentTCdf(Math.abs(value / error), clusters - 1)) }
}

/** Gauss–Jordan with scaled pivots; null when singular to 1e-11 of the diagonal. */
export function inverted(matrix: readonly (readonly number[])[]): number[][] | null {
  const k = matrix.length
  const work = matrix.map((r, i) => [...r, ...Array.from({ length: k }, (_, j) => (i === j ? 1 : 0))])
  const scale = matrix.map((r, i) => Math.max(1e-300, Math.abs(r[i]!)))
  for (let c = 0; c < k; c++) {
    let pivot = c
    for (let r = c + 1; r < k; r++) if (Math.abs(work[r]![c]!) > Math.abs(work[pivot]![c]!)) pivot = r
    if (Math.abs(work[pivot]![c]!) < 1e-11 * scale[c]!) return null
    const kept = work[c]!
    work[c] = work[pivot]!
    work[pivot] = kept
    const by = work[c]![c]!
    work[c] = work[c]!.map((v) => v / by)
    for (let r = 0; r < k; r++) {
      const factor = work[r]![c]!
      if (r !== c && factor !== 0) work[r] = work[r]!.map((v, j) => v - factor * work[c]![j]!)
    }
  }
  return work.map((r) => r.slice(k))
}
