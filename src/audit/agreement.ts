import type { PairedGrade } from './pairs'

export interface Agreement {
  readonly proofs: number
  /** mean |d|, d = judge − human, over all proofs (micro). */
  readonly mae: number
  /** √ mean d². */
  readonly rmse: number
  /** Share with d = 0. */
  readonly exact: number
  /** Share with |d| ≤ `within`. */
  readonly near: number
  readonly within: number
  /** Null when either side is constant: a correlation with a constant is undefined. */
  readonly pearson: number | null
}

/** How closely a judge follows the humans, proof by proof; null for no pairs. Equality is taken to 1e-9. */
export function agreement(pairs: readonly PairedGrade[], within = 0.25): Agreement | null {
  const n = pairs.length
  if (n === 0) return null
  let absolute = 0
  let square = 0
  let exact = 0
  let near = 0
  for (const { judge, human } of pairs) {
    const d = Math.abs(judge - human)
    absolute += d
    square += d * d
    if (d <= 1e-9) exact++
    if (d <= within + 1e-9) near++
  }
  return {
    proofs: n, mae: absolute / n, rmse: Math.sqrt(square / n), exact: exact / n, near: near / n, within,
    pearson: pearson(pairs.map((p) => p.judge), pairs.map((p) => p.human)),
  }
}

/** Pearson correlation of two equally long lists; null when one of them does not vary. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  const n = x.length
  if (n < 2) return null
  let mx = 0
  let my = 0
  for (let i = 0; i < n; i++) {
    mx += x[i]! / n
    my += y[i]! / n
  }
  let xx = 0
  let yy = 0
  let xy = 0
  for (let i = 0; i < n; i++) {
    xx += (x[i]! - mx) ** 2
    yy += (y[i]! - my) ** 2
    xy += (x[i]! - mx) * (y[i]! - my)
  }
  return xx < 1e-18 || yy < 1e-18 ? null : xy / Math.sqrt(xx * yy)
}
