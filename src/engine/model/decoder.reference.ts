/** The decoder in plain float64 loops, one token after another: slow, short, and the oracle of the fast ones. */
import { hasHeadNorms, type ModelConfig } from '../../posttrain/modelConfig'
import { parameterLayout } from './parameters'

type Vector = Float64Array
type Weights = Float32Array | Float64Array

/**
 * Logits of every position of one sequence.
 *
 *   h ← h + o_proj · attention(RoPE(norm(q)), RoPE(norm(k)), v),   h ← h + down · (silu(gate) ⊙ up)
 * @param parameters flat, in layout order
 * @returns T vectors of V logits
 * @source Qwen3 Technical Report, arXiv 2505.09388, section 2; the Llama family lacks the norms of q and k
 */
export function decoderReference(config: ModelConfig, parameters: Weights, ids: readonly number[]): Vector[] {
  const slots = new Map(parameterLayout(config).map((slot) => [slot.name, slot]))
  const weight = (name: string) => {
    const slot = slots.get(name)!
    return parameters.subarray(slot.offset, slot.offset + slot.size)
  }
  const { hidden_size, head_dim: d, num_attention_heads: H, num_key_value_heads: Hk, rms_norm_eps: eps } = config
  const perHead = (x: Vector, name: string) => {
    if (!hasHeadNorms(config)) return x
    const y = new Float64Array(x.length)
    for (let at = 0; at < x.length; at += d) y.set(norm(x.subarray(at, at + d), weight(name), eps), at)
    return y
  }
  const keys: Vector[][] = Array.from({ length: config.num_hidden_layers }, () => [])
  const values: Vector[][] = keys.map(() => [])
  return ids.map((id, position) => {
    const table = weight('model.embed_tokens.weight')
    let h = Float64Array.from(table.subarray(id * hidden_size, (id + 1) * hidden_size))
    for (let i = 0; i < config.num_hidden_layers; i++) {
      const w = (name: string) => weight(`model.layers.${i}.${name}.weight`)
      const a = norm(h, w('input_layernorm'), eps)
      const q = rotated(perHead(product(w('self_attn.q_proj'), a), `model.layers.${i}.self_attn.q_norm.weight`), position, d, config.rope_theta)
      keys[i]!.push(rotated(perHead(product(w('self_attn.k_proj'), a), `model.layers.${i}.self_attn.k_norm.weight`), position, d, config.rope_theta))
      values[i]!.push(product(w('self_attn.v_proj'), a))
      const mixed = new Float64Array(H * d)
      for (let head = 0; head < H; head++) {
        const from = Math.floor((head * Hk) / H) * d
        const scores = keys[i]!.map((k) => {
          let dot = 0
          for (let c = 0; c < d; c++) dot += q[head * d + c]! * k[from + c]!
          return dot / Math.sqrt(d)
        })
        const top = Math.max(...scores)
        const exps = scores.map((s) => Math.exp(s - top))
        const sum = exps.reduce((x, y) => x + y, 0)
        exps.forEach((e, t) => {
          for (let c = 0; c < d; c++) mixed[head * d + c]! += (e / sum) * values[i]![t]![from + c]!
        })
      }
      h = added(h, product(w('self_attn.o_proj'), mixed))
      const m = norm(h, w('post_attention_layernorm'), eps)
      const up = product(w('mlp.up_proj'), m)
      const inner = product(w('mlp.gate_proj'), m).map((g, c) => (g / (1 + Math.exp(-g))) * up[c]!)
      h = added(h, product(w('mlp.down_proj'), inner))
    }
    return product(config.tie_word_embeddings ? table : weight('lm_head.weight'), norm(h, weight('model.norm.weight'), eps))
  })
}

function product(w: Weights, x: Vector): Vector {
  const y = new Float64Array(w.length / x.length)
  for (let r = 0, at = 0; r < y.length; r++) for (let c = 0; c < x.length; c++) y[r]! += w[at++]! * x[c]!
  return y
}

function added(x: Vector, y: Vector): Float64Array<ArrayBuffer> {
  return Float64Array.from(x, (v, i) => v + y[i]!)
}

function norm(x: Vector, w: Weights, eps: number): Vector {
  const scale = 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length + eps)
  return x.map((v, i) => v * scale * w[i]!)
}

/** Rotate-half RoPE of every head of `x`. */
function rotated(x: Vector, position: number, d: number, theta: number): Vector {
  const y = new Float64Array(x.length)
  const half = d / 2
  for (let at = 0; at < x.length; at += d)
    for (let i = 0; i < half; i++) {
      const angle = position * theta ** (-i / half)
      const [a, b] = [x[at + i]!, x[at + half + i]!]
      y[at + i] = a * Math.cos(angle) - b * Math.sin(angle)
      y[at + half + i] = b * Math.cos(angle) + a * Math.sin(angle)
    }
  return y
}
