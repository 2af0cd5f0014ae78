/** Causal grouped-query attention and its gradients by plain loops, float64; one list of keys a query. */
import type { AttentionShape } from './attention'

/** Keys and values as the kernels lay them out: rows [2·Hk·d], keys before values. */
export interface AttentionInputs {
  /** [rows, H·d] */
  readonly q: ArrayLike<number>
  readonly kv: ArrayLike<number>
  /** The rows of `kv` that each query sees. */
  readonly seen: readonly (readonly number[])[]
}

/** What the queries of a packed batch see: the rows of their own sequence up to themselves. `first` as in `PackedBatch`. */
export function packedKeys(first: ArrayLike<number>): number[][] {
  return Array.from({ length: first.length }, (_, row) => Array.from({ length: row - first[row]! + 1 }, (_, j) => first[row]! + j))
}

/** Softmax over the seen keys of every row and head, [rows][H][seen], and the log of its denominator, [rows, H]. */
function probabilities({ q, kv, seen }: AttentionInputs, { heads: H, kvHeads: Hk, headDim: d }: AttentionShape): { p: number[][][]; lse: Float64Array } {
  const lse = new Float64Array(seen.length * H)
  const p = seen.map((keys, row) =>
    Array.from({ length: H }, (_, head) => {
      const column = Math.floor(head / (H / Hk)) * d
      const scores = keys.map((j) => {
        let dot = 0
        for (let c = 0; c < d; c++) dot += q[(row * H + head) * d + c]! * kv[j * 2 * Hk * d + column + c]!
        return dot / Math.sqrt(d)
      })
      const top = Math.max(...scores)
      const total = scores.reduce((sum, s) => sum + Math.exp(s - top), 0)
      lse[row * H + head] = top + Math.log(total)
      return scores.map((s) => Math.exp(s - top) / total)
    }),
  )
  return { p, lse }
}

/**
 * o = softmax(q·kᵀ/√d)·v over the keys that each row sees, [rows, H·d], and the log of the softmax's denominator, [rows, H].
 * Query head h reads key-value head ⌊h·Hk/H⌋.
 * @source Vaswani et al., arXiv 1706.03762, section 3.2; Ainslie et al., arXiv 2305.13245 (grouped queries)
 */
export function attentionReference(inputs: AttentionInputs, shape: AttentionShape): { o: Float64Array; lse: Float64Array } {
  const { heads: H, kvHeads: Hk, headDim: d } = shape
  const { p, lse } = probabilities(inputs, shape)
  const o = new Float64Array(inputs.seen.length * H * d)
  inputs.seen.forEach((keys, row) => {
    for (let head = 0; head < H; head++) {
      const column = (Hk + Math.floor(head / (H / Hk))) * d
      keys.forEach((j, i) => {
        for (let c = 0; c < d; c++) o[(row * H + head) * d + c]! += p[row]![head]![i]! * inputs.kv[j * 2 * Hk * d + column + c]!
      })
    }
  })
  return { o, lse }
}

/**
 * Gradients of Σ dO·o.   With ds = p·(dO·v − delta) and delta = Σ dO·o of the row and head:
 *
 *   dq = Σ_j ds·k_j/√d,   dk_j = Σ ds·q/√d,   dv_j = Σ p·dO
 */
export function attentionBackwardReference(inputs: AttentionInputs, dO: ArrayLike<number>, shape: AttentionShape): { dq: Float64Array; dkv: Float64Array; delta: Float64Array } {
  const { heads: H, kvHeads: Hk, headDim: d } = shape
  const { q, kv, seen } = inputs
  const { p } = probabilities(inputs, shape)
  const { o } = attentionReference(inputs, shape)
  const [dq, dkv, delta] = [new Float64Array(q.length), new Float64Array(kv.length), new Float64Array(seen.length * H)]
  seen.forEach((keys, row) => {
    for (let head = 0; head < H; head++) {
      const query = (row * H + head) * d
      for (let c = 0; c < d; c++) delta[row * H + head]! += dO[query + c]! * o[query + c]!
      keys.forEach((j, i) => {
        const key = j * 2 * Hk * d + Math.floor(head / (H / Hk)) * d
        const value = key + Hk * d
        const probability = p[row]![head]![i]!
        let along = 0
        for (let c = 0; c < d; c++) along += dO[query + c]! * kv[value + c]!
        const ds = (probability * (along - delta[row * H + head]!)) / Math.sqrt(d)
        for (let c = 0; c < d; c++) {
          dq[query + c]! += ds * kv[key + c]!
          dkv[key + c]! += ds * q[query + c]!
          dkv[value + c]! += probability * dO[query + c]!
        }
      })
    }
  })
  return { dq, dkv, delta }
}
