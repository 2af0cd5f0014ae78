/** Arithmetic and least memory traffic of a training step and of a decoding step, counted from the shape. */
import { parameterLayout } from '../../src/engine/model/parameters'
import { parameterCount, type ModelConfig } from '../../src/posttrain/modelConfig'

export interface Work {
  readonly flops: number
  readonly bytes: number
}

const FLOAT = 4

/** Entries of the matrices that every row is multiplied with; a tied embedding counts once, as the head. */
function matrixEntries(config: ModelConfig): number {
  const matrices = parameterLayout(config).filter((slot) => slot.shape.length === 2)
  const own = matrices.reduce((sum, slot) => sum + slot.size, 0)
  return config.tie_word_embeddings ? own : own - config.vocab_size * config.hidden_size
}

/**
 * Forward, backward and AdamW over B sequences of T rows.
 *
 *   flops = 6·rows·matrices + 14·H·d·layers·B·T(T+1)/2      multiply and add are two
 * (two products of scores and values forward, five backward), norms and rotations left out.
 * Bytes: weights read forward and backward, gradient written and read twice, AdamW's 3 reads and 3 writes; every activation
 * that the backward pass needs, written once and read once, and each gradient of an activation the same.
 */
export function trainWork(config: ModelConfig, B: number, T: number): Work {
  const { hidden_size: h, intermediate_size: f, num_hidden_layers: layers, num_attention_heads: H, num_key_value_heads: Hk, head_dim: d, vocab_size: V } = config
  const rows = B * T
  const pairs = (B * T * (T + 1)) / 2
  const flops = 6 * rows * matrixEntries(config) + 14 * H * d * layers * pairs
  // x, two norms, qkv, q and kv, mixed, mid, gate and up, inner.
  const layer = 4 * h + 2 * (H + 2 * Hk) * d + H * d + 3 * f
  const bytes = FLOAT * (parameterCount(config) * (2 + 3 + 6) + 4 * rows * (layers * layer + V))
  return { flops, bytes }
}

/** One token for each of G rows whose caches hold `context` rows on average: weights once, every cached key and value once. */
export function decodeWork(config: ModelConfig, G: number, context: number): Work {
  const { num_hidden_layers: layers, num_attention_heads: H, num_key_value_heads: Hk, head_dim: d } = config
  return {
    flops: G * (2 * matrixEntries(config) + 4 * H * d * layers * context),
    bytes: FLOAT * (parameterCount(config) + G * layers * 2 * Hk * d * context),
  }
}
