/** All weights of a model in one flat float32 buffer, addressed by Hugging Face names: what the optimiser walks over. */
import { hasHeadNorms, type ModelConfig } from '../../posttrain/modelConfig'
import { Random } from '../../base/random'

export interface ParameterSlot {
  /** As in a Hugging Face checkpoint, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string
  /** Matrices are [out, in], vectors [n]. */
  readonly shape: readonly number[]
  readonly offset: number
  readonly size: number
  /** Decoupled weight decay touches matrices only, never norms. */
  readonly isDecayed: boolean
}

/** The slots of `config` in the order in which the flat buffer holds them. */
export function parameterLayout(config: ModelConfig): readonly ParameterSlot[] {
  const { hidden_size: h, head_dim: d, intermediate_size: f, vocab_size: v } = config
  const q = config.num_attention_heads * d
  const kv = config.num_key_value_heads * d
  const shapes: [string, number[]][] = [['model.embed_tokens.weight', [v, h]]]
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `model.layers.${i}.`
    shapes.push(
      [layer + 'input_layernorm.weight', [h]],
      [layer + 'self_attn.q_proj.weight', [q, h]],
      [layer + 'self_attn.k_proj.weight', [kv, h]],
      [layer + 'self_attn.v_proj.weight', [kv, h]],
    )
    if (hasHeadNorms(config)) shapes.push([layer + 'self_attn.q_norm.weight', [d]], [layer + 'self_attn.k_norm.weight', [d]])
    shapes.push(
      [layer + 'self_attn.o_proj.weight', [h, q]],
      [layer + 'post_attention_layernorm.weight', [h]],
      [layer + 'mlp.gate_proj.weight', [f, h]],
      [layer + 'mlp.up_proj.weight', [f, h]],
      [layer + 'mlp.down_proj.weight', [h, f]],
    )
  }
  shapes.push(['model.norm.weight', [h]])
  if (!config.tie_word_embeddings) shapes.push(['lm_head.weight', [v, h]])
  let offset = 0
  return shapes.map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1)
    const slot = { name, shape, offset, size, isDecayed: shape.length > 1 }
    offset += size
    return slot
  })
}

/**
 * Fresh weights: matrices N(0, 1/√in) with the two projections that write into the residual stream scaled by
 * 1/√(2·layers), embeddings N(0, 1/√hidden), norms 1. Every slot has a stream of its own, so that adding a layer
 * leaves the others' draws alone.
 */
export function initialParameters(config: ModelConfig, seed: number): Float32Array {
  const layout = parameterLayout(config)
  const last = layout[layout.length - 1]!
  const flat = new Float32Array(last.offset + last.size)
  layout.forEach((slot, index) => {
    if (slot.shape.length === 1) {
      flat.fill(1, slot.offset, slot.offset + slot.size)
      return
    }
    const random = Random.seed(seed, index)
    const isResidualOut = slot.name.endsWith('o_proj.weight') || slot.name.endsWith('down_proj.weight')
    const deviation = (isResidualOut ? 1 / Math.sqrt(2 * config.num_hidden_layers) : 1) / Math.sqrt(slot.shape[1]!)
    for (let i = 0; i < slot.size; i++) flat[slot.offset + i] = random.normal() * deviation
  })
  return flat
}
