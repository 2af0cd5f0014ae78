/** Per-head RMSNorm and rotary positions, with their gradients, by plain loops, float64. */
import type { HeadShape } from './heads'
import { rmsNormBackwardReference, rmsNormReference } from './rmsNorm.reference'

export interface HeadWeights {
  /** Weights of the norms of q and k, [d] each; unread where the shape has no norms. */
  readonly q: ArrayLike<number>
  readonly k: ArrayLike<number>
}

/** Rotates one head at `position`, by its transpose when `sign` is −1.   x [d] → [d] */
function rotated(x: ArrayLike<number>, position: number, theta: number, sign = 1): Float64Array {
  const half = x.length / 2
  const y = new Float64Array(x.length)
  for (let c = 0; c < half; c++) {
    const angle = sign * position * theta ** (-c / half)
    y[c] = x[c]! * Math.cos(angle) - x[half + c]! * Math.sin(angle)
    y[half + c] = x[half + c]! * Math.cos(angle) + x[c]! * Math.sin(angle)
  }
  return y
}

const slice = (x: ArrayLike<number>, at: number, length: number) => Float64Array.from({ length }, (_, i) => x[at + i]!)

/**
 * q̂ = rope(norm(q)), k̂ = rope(norm(k)), v as it is, at each row's position.
 * qkv [rows, (H + 2·Hk)·d] → q [rows, H·d], kv [rows, 2·Hk·d], keys before values
 * @source Su et al., arXiv 2104.09864, in the rotate-half layout of Hugging Face; Qwen3, arXiv 2505.09388
 */
export function rotateHeadsReference(
  qkv: ArrayLike<number>,
  weights: HeadWeights,
  positions: ArrayLike<number>,
  theta: number,
  { heads: H, kvHeads: Hk, headDim: d, epsilon, hasNorm }: HeadShape,
): { q: Float64Array; kv: Float64Array } {
  const rows = positions.length
  const [q, kv] = [new Float64Array(rows * H * d), new Float64Array(rows * 2 * Hk * d)]
  for (let row = 0; row < rows; row++)
    for (let head = 0; head < H + 2 * Hk; head++) {
      const x = slice(qkv, (row * (H + 2 * Hk) + head) * d, d)
      const turned = (w: ArrayLike<number>) => rotated(hasNorm ? rmsNormReference(x, w, epsilon) : x, positions[row]!, theta)
      if (head < H) q.set(turned(weights.q), (row * H + head) * d)
      else kv.set(head < H + Hk ? turned(weights.k) : x, (row * 2 * Hk + head - H) * d)
    }
  return { q, kv }
}

/** Gradients of Σ dq·q̂ + Σ dkv·[k̂, v]: the rotation's transpose, then the norm's gradient. dWeights are zero without norms. */
export function rotateHeadsBackwardReference(
  qkv: ArrayLike<number>,
  weights: HeadWeights,
  positions: ArrayLike<number>,
  theta: number,
  { heads: H, kvHeads: Hk, headDim: d, epsilon, hasNorm }: HeadShape,
  dq: ArrayLike<number>,
  dkv: ArrayLike<number>,
): { dqkv: Float64Array; dWeights: { q: Float64Array; k: Float64Array } } {
  const dqkv = new Float64Array(qkv.length)
  const dWeights = { q: new Float64Array(d), k: new Float64Array(d) }
  for (let row = 0; row < positions.length; row++)
    for (let head = 0; head < H + 2 * Hk; head++) {
      const at = (row * (H + 2 * Hk) + head) * d
      if (head >= H + Hk) {
        dqkv.set(slice(dkv, (row * 2 * Hk + head - H) * d, d), at)
        continue
      }
      const name = head < H ? 'q' : 'k'
      const along = head < H ? slice(dq, (row * H + head) * d, d) : slice(dkv, (row * 2 * Hk + head - H) * d, d)
      const back = rotated(along, positions[row]!, theta, -1)
      if (!hasNorm) {
        dqkv.set(back, at)
        continue
      }
      const { dx, dw } = rmsNormBackwardReference(slice(qkv, at, d), weights[name], back, epsilon)
      dqkv.set(dx, at)
      dw.forEach((g, c) => (dWeights[name][c]! += g))
    }
  return { dqkv, dWeights }
}
