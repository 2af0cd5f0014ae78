/** Sequences padded into the rectangle that the reference engine takes. */
import type { TrainedSequence } from '../../posttrain/packing'

export interface Rectangle {
  readonly B: number
  readonly T: number
  /** Input tokens, right-padded, [B, T]. */
  readonly ids: Int32Array
  /** The token to be predicted at each position, [B, T]; 0 where the mask is 0. */
  readonly targets: Int32Array
  /** 1 where the target is trained, [B, T]. */
  readonly mask: Float32Array
  /** Weight of the target in the loss, [B, T]. */
  readonly weights: Float32Array
  readonly advantages: Float32Array
  readonly behaviour: Float32Array
  readonly reference: Float32Array
}

/** Lengths are rounded up to this, so that few distinct shapes occur and pooled GPU buffers are reused. */
const BUCKET = 16

/** @param pad any token: what it computes is masked */
export function rectangle(sequences: readonly TrainedSequence[], pad = 0): Rectangle {
  const B = sequences.length
  const longest = Math.max(1, ...sequences.map((s) => s.prompt.length + s.completion.length - 1))
  const T = Math.ceil(longest / BUCKET) * BUCKET
  const zeros = () => new Float32Array(B * T)
  const out = { ids: new Int32Array(B * T).fill(pad), targets: new Int32Array(B * T), mask: zeros(), weights: zeros(), advantages: zeros(), behaviour: zeros(), reference: zeros() }
  sequences.forEach((sequence, b) => {
    const all = [...sequence.prompt, ...sequence.completion]
    for (let t = 0; t + 1 < all.length; t++) {
      const at = b * T + t
      out.ids[at] = all[t]!
      const i = t + 1 - sequence.prompt.length // index of the target in the completion
      if (i < 0 || !sequence.weights[i]) continue
      out.targets[at] = all[t + 1]!
      out.mask[at] = 1
      out.weights[at] = sequence.weights[i]!
      out.advantages[at] = sequence.advantage ?? 0
      out.behaviour[at] = sequence.behaviour?.[i] ?? 0
      out.reference[at] = sequence.reference?.[i] ?? 0
    }
  })
  return { B, T, ...out }
}
