/** Two-way table of proofs × raters, one grade each: mean squares, intraclass correlations, variance components. */

export interface TwoWayAnova {
  readonly proofs: number
  readonly raters: number
  readonly msProof: number
  readonly msRater: number
  readonly msResidual: number
  /** Variance between proofs: (MS_proof − MS_residual) / raters, never below 0. */
  readonly varProof: number
  /** Variance between raters: (MS_rater − MS_residual) / proofs, never below 0. */
  readonly varRater: number
  /** Interaction and error together, which one grade a cell cannot tell apart. */
  readonly varResidual: number
}

/**
 * Mean squares of a complete block.
 * @param grades [proofs][raters], none missing
 * @returns null below two proofs or two raters
 * @source Shrout and Fleiss 1979; Brennan 2001, p × r design
 */
export function twoWayAnova(grades: readonly (readonly number[])[]): TwoWayAnova | null {
  const n = grades.length
  const k = grades[0]?.length ?? 0
  if (n < 2 || k < 2) return null
  const rowMeans = grades.map((row) => row.reduce((a, b) => a + b, 0) / k)
  const columnMeans = Array.from({ length: k }, (_, j) => grades.reduce((sum, row) => sum + row[j]!, 0) / n)
  const grand = rowMeans.reduce((a, b) => a + b, 0) / n
  let residual = 0
  grades.forEach((row, i) => row.forEach((v, j) => (residual += (v - rowMeans[i]! - columnMeans[j]! + grand) ** 2)))
  const msProof = (k * rowMeans.reduce((sum, m) => sum + (m - grand) ** 2, 0)) / (n - 1)
  const msRater = (n * columnMeans.reduce((sum, m) => sum + (m - grand) ** 2, 0)) / (k - 1)
  const msResidual = residual / ((n - 1) * (k - 1))
  return {
    proofs: n, raters: k, msProof, msRater, msResidual, varResidual: msResidual,
    varProof: Math.max(0, (msProof - msResidual) / k), varRater: Math.max(0, (msRater - msResidual) / n),
  }
}

/**
 * Agreement of single raters, raters as a random sample.
 *   ICC(2,1) = (MS_p − MS_e) / (MS_p + (k − 1) MS_e + k (MS_r − MS_e)/n)
 */
export function icc21({ proofs, raters, msProof, msRater, msResidual }: TwoWayAnova): number | null {
  const below = msProof + (raters - 1) * msResidual + (raters * (msRater - msResidual)) / proofs
  return Math.abs(below) < 1e-18 ? null : (msProof - msResidual) / below
}

/** Consistency of single raters, raters fixed: ICC(3,1) = (MS_p − MS_e) / (MS_p + (k − 1) MS_e). */
export function icc31({ raters, msProof, msResidual }: TwoWayAnova): number | null {
  const below = msProof + (raters - 1) * msResidual
  return Math.abs(below) < 1e-18 ? null : (msProof - msResidual) / below
}

/**
 * Reliability of the mean of m raters (D-study).
 *   relative G = σ²_p / (σ²_p + σ²_e/m)          order of proofs only
 *   absolute Φ = σ²_p / (σ²_p + (σ²_r + σ²_e)/m)  the score itself, severity included
 * @source Brennan 2001; Cronbach et al. 1972
 */
export function dependability({ varProof, varRater, varResidual }: TwoWayAnova, m: number): { relative: number | null; absolute: number | null } {
  const relative = varProof + varResidual / m
  const absolute = varProof + (varRater + varResidual) / m
  return { relative: relative < 1e-18 ? null : varProof / relative, absolute: absolute < 1e-18 ? null : varProof / absolute }
}
