/** Low-rank adapters of one product by plain loops, float64 sums, one projection after the other. */
import type { LowRankShape } from './lora'

export interface LowRankPair {
  /** [width, inputs] */
  readonly a: ArrayLike<number>
  /** [adapted outputs, r] */
  readonly b: ArrayLike<number>
}

/** u = x·Aᵀ [R, width] and what it adds to the product, s·u·Bᵀ [R, outputs].   x [R, inputs] */
export function lowRankReference({ inputs: K, outputs: N, r, scale, width, parts }: LowRankShape, x: ArrayLike<number>, { a, b }: LowRankPair): { u: Float64Array; y: Float64Array } {
  const rows = x.length / K
  const u = new Float64Array(rows * width)
  const y = new Float64Array(rows * N)
  for (let m = 0; m < rows; m++) {
    for (let j = 0; j < width; j++) for (let k = 0; k < K; k++) u[m * width + j]! += x[m * K + k]! * a[j * K + k]!
    for (const { from, to, low, row } of parts)
      for (let n = from; n < to; n++) for (let j = 0; j < r; j++) y[m * N + n]! += scale * u[m * width + low + j]! * b[(n - from + row) * r + j]!
  }
  return { u, y }
}

/**
 * Gradients of Σ dy·s·u·Bᵀ: for u, du = s·dy·B; through it for x and A; and for B, s·dyᵀ·u.   dy [R, outputs]
 * @returns du [R, width], dx [R, inputs], da and db shaped as a and b
 */
export function lowRankBackwardReference(shape: LowRankShape, dy: ArrayLike<number>, x: ArrayLike<number>, pair: LowRankPair): { du: Float64Array; dx: Float64Array; da: Float64Array; db: Float64Array } {
  const { inputs: K, outputs: N, r, scale, width, parts } = shape
  const { u } = lowRankReference(shape, x, pair)
  const rows = x.length / K
  const du = new Float64Array(rows * width)
  const dx = new Float64Array(rows * K)
  const da = new Float64Array(pair.a.length)
  const db = new Float64Array(pair.b.length)
  for (let m = 0; m < rows; m++) {
    for (const { from, to, low, row } of parts)
      for (let n = from; n < to; n++)
        for (let j = 0; j < r; j++) {
          du[m * width + low + j]! += scale * dy[m * N + n]! * pair.b[(n - from + row) * r + j]!
          db[(n - from + row) * r + j]! += scale * dy[m * N + n]! * u[m * width + low + j]!
        }
    for (let j = 0; j < width; j++)
      for (let k = 0; k < K; k++) {
        dx[m * K + k]! += du[m * width + j]! * pair.a[j * K + k]!
        da[j * K + k]! += du[m * width + j]! * x[m * K + k]!
      }
  }
  return { du, dx, da, db }
}
