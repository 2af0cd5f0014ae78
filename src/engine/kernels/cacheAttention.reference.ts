/** Attention over listed rows of a cache by plain loops, float64 sums. */

export interface CacheAttentionCase {
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** [rows, H·d] */
  readonly q: Float32Array
  /** As it is after decoding, [cache rows, 2·Hk·d], keys before values. */
  readonly cache: Float32Array
  /** The cache rows that each row of q sees. */
  readonly seen: readonly (readonly number[])[]
}

/** o = softmax(q·kᵀ/√d)·v → [rows, H·d] */
export function cacheAttentionReference({ heads: H, kvHeads: Hk, headDim: d, q, cache, seen }: CacheAttentionCase): Float32Array {
  const o = new Float32Array(q.length)
  const width = 2 * Hk * d
  seen.forEach((keys, row) => {
    for (let head = 0; head < H; head++) {
      const column = Math.floor((head * Hk) / H) * d
      const query = (row * H + head) * d
      const scores = keys.map((key) => {
        let dot = 0
        for (let c = 0; c < d; c++) dot += q[query + c]! * cache[key * width + column + c]!
        return dot / Math.sqrt(d)
      })
      const top = Math.max(...scores)
      const weights = scores.map((s) => Math.exp(s - top))
      const total = weights.reduce((a, b) => a + b, 0)
      for (let c = 0; c < d; c++) o[query + c] = keys.reduce((sum, key, i) => sum + weights[i]! * cache[key * width + Hk * d + column + c]!, 0) / total
    }
  })
  return o
}
