/** Batched decoding with a fixed-capacity cache: every row one token a step, exact log-probabilities at the policy's temperature. */
import * as tf from '@tensorflow/tfjs-core'
import { sampleToken } from '../../posttrain/sampling'
import type { Stop } from '../../base/stop'
import { MASKED, type Decoder, type KeysValues } from '../model/decoder'
import { rotaryTables } from '../model/ops'

export interface SampleSettings {
  readonly temperature: number
  readonly maxNewTokens: number
  /** Row r draws with the counter-based stream (seed, r, position): independent of batching. */
  readonly seed: number
  readonly eos: number
  readonly pad: number
}

export interface SampledRow {
  /** Completion tokens, the end token included when it was sampled. */
  readonly tokens: number[]
  /** log π at the sampling temperature, one a token, in nats. */
  readonly logprobs: number[]
  /** True when the limit came before the end token. */
  readonly isTruncated: boolean
}

/** Cache capacity is rounded up to this, so that few shapes occur. */
const BUCKET = 16

/**
 * Completions of B prompts. Prompts are padded on the left, so that all rows write the same cache column at a step;
 * positions are each row's own, so that a row's numbers do not depend on its neighbours' lengths.
 * @param breathe awaited between tokens: lets a worker hear a pause or stop
 * @param onTokens told after every token which tokens the rows have so far
 */
export async function sample(
  decoder: Decoder,
  parameters: tf.Tensor1D,
  prompts: readonly (readonly number[])[],
  settings: SampleSettings,
  stop: Stop,
  breathe: () => Promise<void>,
  onTokens?: (rows: readonly SampledRow[]) => void,
): Promise<SampledRow[]> {
  const { config } = decoder
  const B = prompts.length
  const P = Math.max(...prompts.map((p) => p.length))
  const capacity = Math.ceil((P + settings.maxNewTokens) / BUCKET) * BUCKET
  const pads = prompts.map((p) => P - p.length)
  const rows: { tokens: number[]; logprobs: number[]; done: boolean }[] = prompts.map(() => ({ tokens: [], logprobs: [], done: false }))
  const views = decoder.views(parameters)
  const weights = decoder.weights(views)

  /** Columns a row may see at cache slot `last`: from its first prompt token up to `last`. */
  const visible = new Float32Array(B * capacity).fill(MASKED)
  for (let b = 0; b < B; b++) visible.fill(0, b * capacity + pads[b]!, b * capacity + P)

  const take = async (logits: tf.Tensor2D, position: number) => {
    const data = await logits.data<'float32'>()
    logits.dispose()
    const V = config.vocab_size
    rows.forEach((row, b) => {
      if (row.done) return
      const draw = sampleToken(data.subarray(b * V, (b + 1) * V), settings.temperature, settings.seed, b, position)
      row.tokens.push(draw.token)
      row.logprobs.push(draw.logprob)
      row.done = draw.token === settings.eos
    })
    onTokens?.(sampledRows(rows))
  }

  let cache: KeysValues[] = []
  try {
    const first = prefill(decoder, weights, prompts, P, capacity, settings.pad)
    cache = first.cache
    await take(first.logits, 0)
    for (let n = 1; n < settings.maxNewTokens && rows.some((r) => !r.done); n++) {
      await breathe()
      if (stop.aborted) break
      const slot = P + n - 1
      for (let b = 0; b < B; b++) visible[b * capacity + slot] = 0
      const ids = Int32Array.from(rows, (r) => (r.done ? settings.pad : r.tokens[r.tokens.length - 1]!))
      const positions = Int32Array.from(pads, (pad) => slot - pad)
      const before = cache
      const logits = tf.tidy(() => {
        const mask = tf.tensor(visible.slice(), [B, 1, capacity])
        const out = decoder.step(weights, ids, positions, before, capacity, slot, mask)
        cache = out.cache.map(kept)
        return out.logits
      })
      disposeCache(before)
      await take(logits, n)
    }
  } finally {
    tf.dispose(views)
    disposeCache(cache)
  }
  return sampledRows(rows)
}

function sampledRows(rows: readonly { tokens: number[]; logprobs: number[]; done: boolean }[]): SampledRow[] {
  return rows.map(({ tokens, logprobs, done }) => ({ tokens, logprobs, isTruncated: !done }))
}

/** Runs the prompts at once; the logits of their last tokens [B, V] and a cache widened to `capacity`. The caller disposes. */
function prefill(
  decoder: Decoder,
  weights: ReturnType<Decoder['weights']>,
  prompts: readonly (readonly number[])[],
  P: number,
  capacity: number,
  pad: number,
): { logits: tf.Tensor2D; cache: KeysValues[] } {
  const B = prompts.length
  const { hidden_size, head_dim, rope_theta } = decoder.config
  const ids = new Int32Array(B * P).fill(pad)
  const positions = new Int32Array(B * P)
  const mask = new Float32Array(B * P * P).fill(MASKED)
  prompts.forEach((prompt, b) => {
    const left = P - prompt.length
    prompt.forEach((id, i) => {
      ids[b * P + left + i] = id
      positions[b * P + left + i] = i
      mask.fill(0, (b * P + left + i) * P + left, (b * P + left + i) * P + left + i + 1)
    })
  })
  let wide: KeysValues[] = []
  const logits = tf.tidy(() => {
    const { cos, sin } = rotaryTables(positions, B, head_dim, rope_theta)
    const { hidden, cache } = decoder.hidden(weights, ids, B, P, cos, sin, tf.tensor(mask, [B, 1, P, P]))
    const last = tf.reshape(tf.slice(tf.reshape(hidden, [B, P, hidden_size]), [0, P - 1, 0], [B, 1, hidden_size]), [B, hidden_size])
    // Columns of padding hold keys of padding tokens; the mask hides them for good.
    const widen = (t: tf.Tensor3D) => tf.pad(t, [[0, 0], [0, capacity - P], [0, 0]])
    wide = cache.map(({ k, v }) => kept({ k: widen(k), v: widen(v) }))
    return decoder.head(weights, last as tf.Tensor2D)
  })
  return { logits, cache: wide }
}

/** Saves a layer's cache from the surrounding tidy. */
function kept({ k, v }: KeysValues): KeysValues {
  return { k: tf.keep(k), v: tf.keep(v) }
}

function disposeCache(cache: readonly KeysValues[]): void {
  tf.dispose(cache.flatMap(({ k, v }) => [k, v]))
}
