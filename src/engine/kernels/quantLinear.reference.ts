/** The products of `quantLinear` by plain loops, float64 sums. */
import { gatedLinearReference, linearReference } from './gemm.reference'

export interface QuantLinearCase {
  /** [rows, inputs] */
  readonly x: Float32Array
  /** As it is after decoding, [outputs, inputs]; gate then up for a gated product. */
  readonly w: Float32Array
  readonly inputs: number
  readonly norm?: { readonly weight: Float32Array; readonly epsilon: number }
  readonly residual?: Float32Array
  readonly isGated?: boolean
  /** a [parts·rank, inputs], b [rows of w, rank]; row `o` of w belongs to part `partOf(o)`. */
  readonly lowRank?: { readonly a: Float32Array; readonly b: Float32Array; readonly rank: number; readonly partOf: (output: number) => number }
}

/** y = norm(x)·(w + b·a)ᵀ (+ r), or silu(gate)·up of it. → [rows, outputs] */
export function quantLinearReference({ x, w, inputs, norm, residual, isGated, lowRank }: QuantLinearCase): Float64Array {
  const effective = Float64Array.from(w)
  if (lowRank) {
    const { a, b, rank, partOf } = lowRank
    for (let o = 0; o < w.length / inputs; o++)
      for (let i = 0; i < inputs; i++) for (let k = 0; k < rank; k++) effective[o * inputs + i]! += b[o * rank + k]! * a[(partOf(o) * rank + k) * inputs + i]!
  }
  const input = norm ? normed(x, norm.weight, norm.epsilon) : x
  if (isGated) return gatedLinearReference(input, effective, inputs)
  return linearReference(input, effective, inputs, residual)
}

function normed(x: Float32Array, weight: Float32Array, epsilon: number): Float64Array {
  const C = weight.length
  return Float64Array.from(x, (v, i) => {
    const row = x.subarray(i - (i % C), i - (i % C) + C)
    return (v * weight[i % C]!) / Math.sqrt(row.reduce((sum, e) => sum + e * e, 0) / C + epsilon)
  })
}
