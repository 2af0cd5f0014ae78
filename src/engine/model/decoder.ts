/**
 * The reference decoder in tfjs ops: Qwen3 semantics (RMSNorm, per-head q/k norm before rotate-half RoPE, grouped-query
 * attention, SwiGLU, no biases), and Llama's, which lacks the per-head norms. Any backend, differentiable, float32.
 * @source Qwen3 Technical Report, arXiv 2505.09388, section 2
 */
import * as tf from '@tensorflow/tfjs-core'
import { hasHeadNorms, type ModelConfig } from '../../posttrain/modelConfig'
import { attend, embed, linear, rmsNorm, rotary, rotaryTables, rotation, type Rotation } from './ops'
import { parameterLayout, type ParameterSlot } from './parameters'

/** Weights by Hugging Face name. */
export type Weights = ReadonlyMap<string, tf.Tensor>

/** Keys and values of one layer, each [B·kvHeads, T, d]. */
export interface KeysValues {
  readonly k: tf.Tensor3D
  readonly v: tf.Tensor3D
}

/** Additive mask value: −1e9 and not −∞, so that a fully masked (padding) row still gives finite numbers. */
export const MASKED = -1e9

export class Decoder {
  readonly layout: readonly ParameterSlot[]
  private readonly turn: Rotation

  constructor(readonly config: ModelConfig) {
    this.layout = parameterLayout(config)
    this.turn = rotation(config.head_dim)
  }

  dispose(): void {
    tf.dispose([this.turn.matrix, this.turn.transposed])
  }

  /** The slots of a flat parameter tensor, in layout order. The caller disposes them. */
  views(flat: tf.Tensor1D): tf.Tensor[] {
    const sizes = this.layout.map((slot) => slot.size)
    return tf.tidy(() => tf.split(flat, sizes).map((t, i) => tf.reshape(t, this.layout[i]!.shape as number[])))
  }

  weights(views: readonly tf.Tensor[]): Weights {
    return new Map(this.layout.map((slot, i) => [slot.name, views[i]!]))
  }

  /**
   * Logits of every position under a causal mask; rows are padded on the right, where padding can reach nothing.
   * To be called inside a tidy.
   * @param ids row-major [B, T]
   * @returns [B·T, V]
   */
  logits(weights: Weights, ids: Int32Array, B: number, T: number): tf.Tensor2D {
    const positions = Int32Array.from({ length: T }, (_, t) => t)
    const { cos, sin } = rotaryTables(positions, 1, this.config.head_dim, this.config.rope_theta)
    const mask = tf.tensor(causal(T), [1, 1, T, T])
    return this.head(weights, this.hidden(weights, ids, B, T, cos, sin, mask).hidden)
  }

  /**
   * Hidden states before the head, and each layer's keys and values.
   * @param cos @param sin [B or 1, T, 1, d]
   * @param mask additive [B or 1, 1, T, T]
   * @returns hidden [B·T, hidden]
   */
  hidden(
    weights: Weights,
    ids: Int32Array,
    B: number,
    T: number,
    cos: tf.Tensor,
    sin: tf.Tensor,
    mask: tf.Tensor,
  ): { hidden: tf.Tensor2D; cache: KeysValues[] } {
    const { num_attention_heads: H, num_key_value_heads: Hk, head_dim: d } = this.config
    const cache: KeysValues[] = []
    let x = this.embedded(weights, ids)
    for (let i = 0; i < this.config.num_hidden_layers; i++) {
      x = this.block(weights, i, x, (q, k, v) => {
        const keys = this.byHead(rotary(this.split4(k, B, T, Hk), cos, sin, this.turn), B * Hk, T)
        const values = this.byHead(this.split4(v, B, T, Hk), B * Hk, T)
        const queries = this.byHead(rotary(this.split4(q, B, T, H), cos, sin, this.turn), B * Hk, (H / Hk) * T)
        cache.push({ k: keys, v: values })
        const mixed = attend(tf.mul(queries, 1 / Math.sqrt(d)), keys, values, mask, [B, H, T, T])
        return tf.reshape(tf.transpose(tf.reshape(mixed, [B, H, T, d]), [0, 2, 1, 3]), [B * T, H * d])
      })
    }
    return { hidden: x, cache }
  }

  /**
   * One decoding step for B rows against a cache of fixed capacity: all shapes stay the same from step to step, so
   * that compiled programs and pooled buffers are reused.
   * @param ids the token each row got last, [B]
   * @param positions its absolute position in its own row, [B]
   * @param cache per layer [B·kvHeads, capacity, d]; the step returns new tensors and leaves these alone
   * @param slot column of the cache that this token fills
   * @param mask additive [B, 1, capacity]; 0 for the columns this row may see, the new one included
   * @returns logits [B, V]
   */
  step(
    weights: Weights,
    ids: Int32Array,
    positions: Int32Array,
    cache: readonly KeysValues[],
    capacity: number,
    slot: number,
    mask: tf.Tensor,
  ): { logits: tf.Tensor2D; cache: KeysValues[] } {
    const { num_attention_heads: H, num_key_value_heads: Hk, head_dim: d } = this.config
    const B = ids.length
    const { cos, sin } = rotaryTables(positions, B, d, this.config.rope_theta)
    const place = tf.tensor3d(Float32Array.from({ length: capacity }, (_, c) => (c === slot ? 1 : 0)), [1, capacity, 1])
    const next: KeysValues[] = []
    let x = this.embedded(weights, ids)
    for (let i = 0; i < this.config.num_hidden_layers; i++) {
      x = this.block(weights, i, x, (q, k, v) => {
        const key = tf.reshape(rotary(this.split4(k, B, 1, Hk), cos, sin, this.turn), [B * Hk, 1, d])
        const keys = tf.add(cache[i]!.k, tf.mul(key, place)) as tf.Tensor3D
        const values = tf.add(cache[i]!.v, tf.mul(tf.reshape(v, [B * Hk, 1, d]), place)) as tf.Tensor3D
        next.push({ k: keys, v: values })
        const query = tf.reshape(rotary(this.split4(q, B, 1, H), cos, sin, this.turn), [B * Hk, H / Hk, d])
        const mixed = attend(tf.mul(query, 1 / Math.sqrt(d)), keys, values, mask, [B, H, capacity])
        return tf.reshape(mixed, [B, H * d])
      })
    }
    return { logits: this.head(weights, x), cache: next }
  }

  head(weights: Weights, hidden: tf.Tensor2D): tf.Tensor2D {
    const normal = rmsNorm(hidden, get(weights, 'model.norm.weight'), this.config.rms_norm_eps)
    const name = this.config.tie_word_embeddings ? 'model.embed_tokens.weight' : 'lm_head.weight'
    return linear(normal, get(weights, name))
  }

  private embedded(weights: Weights, ids: Int32Array): tf.Tensor2D {
    const oneHot = tf.oneHot(tf.tensor1d(ids, 'int32'), this.config.vocab_size)
    return embed(tf.cast(oneHot, 'float32') as tf.Tensor2D, get(weights, 'model.embed_tokens.weight'))
  }

  /** x + attention(norm x), then + mlp(norm x). q, k, v arrive as [N, heads·d], q and k normed per head where the family does so. */
  private block(
    weights: Weights,
    index: number,
    x: tf.Tensor2D,
    attention: (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor,
  ): tf.Tensor2D {
    const w = (name: string) => get(weights, `model.layers.${index}.${name}.weight`)
    const { rms_norm_eps: eps, head_dim: d } = this.config
    const isNormed = hasHeadNorms(this.config)
    const headNorm = (t: tf.Tensor2D, name: string) => (isNormed ? tf.reshape(rmsNorm(tf.reshape(t, [-1, d]), w(name), eps), t.shape) : t)
    const a = rmsNorm(x, w('input_layernorm'), eps)
    const q = headNorm(linear(a, w('self_attn.q_proj')), 'self_attn.q_norm')
    const k = headNorm(linear(a, w('self_attn.k_proj')), 'self_attn.k_norm')
    const mixed = attention(q, k, linear(a, w('self_attn.v_proj')))
    const afterAttention = tf.add(x, linear(mixed, w('self_attn.o_proj'))) as tf.Tensor2D
    const m = rmsNorm(afterAttention, w('post_attention_layernorm'), eps)
    const gate = linear(m, w('mlp.gate_proj'))
    const inner = tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(m, w('mlp.up_proj')))
    return tf.add(afterAttention, linear(inner, w('mlp.down_proj'))) as tf.Tensor2D
  }

  private split4(t: tf.Tensor, B: number, T: number, heads: number): tf.Tensor4D {
    return tf.reshape(t, [B, T, heads, this.config.head_dim]) as tf.Tensor4D
  }

  /** [B, T, heads, d] → [N, rows, d] with heads before time: query heads of one key-value head are then adjacent. */
  private byHead(t: tf.Tensor4D, N: number, rows: number): tf.Tensor3D {
    return tf.reshape(tf.transpose(t, [0, 2, 1, 3]), [N, rows, this.config.head_dim]) as tf.Tensor3D
  }
}

/** Additive causal mask, row-major [T, T]. */
export function causal(T: number): Float32Array {
  const mask = new Float32Array(T * T)
  for (let i = 0; i < T; i++) mask.fill(MASKED, i * T + i + 1, (i + 1) * T)
  return mask
}

function get(weights: Weights, name: string): tf.Tensor {
  const weight = weights.get(name)
  if (!weight) throw new Error(`The model has no parameter named ${name}`)
  return weight
}
