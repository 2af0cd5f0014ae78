/** Sequences packed into the rectangle that a training step takes. */

/** A sequence whose tokens from `promptLength` on are trained. */
export interface Sequence {
  readonly prompt: readonly number[]
  readonly completion: readonly number[]
}

export interface Rectangle {
  readonly B: number
  readonly T: number
  /** Input tokens, right-padded, [B, T]. */
  readonly ids: Int32Array
  /** The token to be predicted at each position, [B, T]; 0 where the mask is 0. */
  readonly targets: Int32Array
  /** 1 where the target is a completion token, [B, T]. */
  readonly mask: Float32Array
}

/** Lengths are rounded up to this, so that few distinct shapes occur and pooled GPU buffers are reused. */
const BUCKET = 16

export function rectangle(sequences: readonly Sequence[], pad: number): Rectangle {
  const B = sequences.length
  const longest = Math.max(...sequences.map((s) => s.prompt.length + s.completion.length - 1))
  const T = Math.ceil(longest / BUCKET) * BUCKET
  const ids = new Int32Array(B * T).fill(pad)
  const targets = new Int32Array(B * T)
  const mask = new Float32Array(B * T)
  sequences.forEach(({ prompt, completion }, b) => {
    const all = [...prompt, ...completion]
    for (let t = 0; t + 1 < all.length; t++) {
      ids[b * T + t] = all[t]!
      if (t + 1 >= prompt.length) {
        targets[b * T + t] = all[t + 1]!
        mask[b * T + t] = 1
      }
    }
  })
  return { B, T, ids, targets, mask }
}

/** Per-token values of the completions (e.g. behaviour log-probabilities) laid out like `targets`. */
export function spread(sequences: readonly Sequence[], T: number, values: (row: number, token: number) => number): Float32Array {
  const out = new Float32Array(sequences.length * T)
  sequences.forEach(({ prompt, completion }, b) => {
    for (let i = 0; i < completion.length; i++) out[b * T + prompt.length - 1 + i] = values(b, i)
  })
  return out
}
