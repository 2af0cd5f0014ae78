/** Rotated heads by plain loops, in float64. */

export interface CacheHeadsCase {
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** [rows, (H + 2·Hk)·d] */
  readonly qkv: Float32Array
  readonly positions: readonly number[]
  readonly theta: number
  /** Norm weights of q and k; none for Llama. */
  readonly norms?: { readonly q: Float32Array; readonly k: Float32Array; readonly epsilon: number }
}

/** q [rows, H·d] and keys before values [rows, 2·Hk·d]. */
export function cacheHeadsReference({ heads: H, kvHeads: Hk, headDim: d, qkv, positions, theta, norms }: CacheHeadsCase): { q: Float32Array; kv: Float32Array } {
  const all = H + 2 * Hk
  const q = new Float32Array(positions.length * H * d)
  const kv = new Float32Array(positions.length * 2 * Hk * d)
  positions.forEach((position, row) => {
    for (let head = 0; head < all; head++) {
      const from = qkv.subarray((row * all + head) * d, (row * all + head + 1) * d)
      const [to, at] = head < H ? [q, (row * H + head) * d] : [kv, (row * 2 * Hk + head - H) * d]
      if (head >= H + Hk) {
        to.set(from, at)
        continue
      }
      const weight = norms && (head < H ? norms.q : norms.k)
      const scale = norms ? 1 / Math.sqrt(from.reduce((sum, v) => sum + v * v, 0) / d + norms.epsilon) : 1
      for (let c = 0; c < d / 2; c++) {
        const angle = position * theta ** (-c / (d / 2))
        const [left, right] = [from[c]! * scale * (weight?.[c] ?? 1), from[d / 2 + c]! * scale * (weight?.[d / 2 + c] ?? 1)]
        to[at + c] = left * Math.cos(angle) - right * Math.sin(angle)
        to[at + d / 2 + c] = right * Math.cos(angle) + left * Math.sin(angle)
      }
    }
  })
  return { q, kv }
}
