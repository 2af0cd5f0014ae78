/** Sizes and offsets of a model as the fused kernels see it: one flat buffer, projections that are read together side by side. */
import { fail, ok, type Result } from '../../base/result'
import { hasHeadNorms, type ModelConfig } from '../../posttrain/modelConfig'
import { parameterLayout } from '../model/parameters'

/** Float offsets of one layer's weights in the flat buffer. */
export interface LayerOffsets {
  readonly inputNorm: number
  /** q, k and v projections, one after the other. */
  readonly qkv: number
  readonly qNorm: number
  readonly kNorm: number
  readonly output: number
  readonly postNorm: number
  /** gate and up projections, one after the other. */
  readonly gateUp: number
  readonly down: number
}

export interface ModelShape {
  readonly config: ModelConfig
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly inner: number
  readonly layers: number
  readonly vocabulary: number
  /** Row stride of logits: the vocabulary rounded up to a multiple of 4. */
  readonly logitStride: number
  readonly epsilon: number
  readonly hasHeadNorms: boolean
  readonly size: number
  readonly embedding: number
  readonly finalNorm: number
  readonly head: number
  readonly layer: readonly LayerOffsets[]
}

/** @returns what the kernels need, or why they cannot run this model */
export function modelShape(config: ModelConfig): Result<ModelShape, 'unsupportedShape'> {
  const { hidden_size, head_dim, intermediate_size, num_attention_heads, num_key_value_heads } = config
  const odd = Object.entries({ hidden_size, head_dim, intermediate_size }).find(([, size]) => size % 4 !== 0)
  if (odd) return fail('unsupportedShape', `${odd[0]} is ${odd[1]}; the fused engine needs a multiple of 4.`, { where: 'config.json' })
  if (num_attention_heads % num_key_value_heads !== 0)
    return fail('unsupportedShape', `${num_attention_heads} query heads cannot share ${num_key_value_heads} key-value heads evenly.`, { where: 'config.json' })
  const layout = parameterLayout(config)
  const offsets = new Map(layout.map((slot) => [slot.name, slot.offset]))
  const last = layout[layout.length - 1]!
  const at = (name: string) => offsets.get(name) ?? 0
  return ok({
    config,
    hidden: hidden_size,
    heads: num_attention_heads,
    kvHeads: num_key_value_heads,
    headDim: head_dim,
    inner: intermediate_size,
    layers: config.num_hidden_layers,
    vocabulary: config.vocab_size,
    logitStride: Math.ceil(config.vocab_size / 4) * 4,
    epsilon: config.rms_norm_eps,
    hasHeadNorms: hasHeadNorms(config),
    size: last.offset + last.size,
    embedding: at('model.embed_tokens.weight'),
    finalNorm: at('model.norm.weight'),
    head: config.tie_word_embeddings ? at('model.embed_tokens.weight') : at('lm_head.weight'),
    layer: Array.from({ length: config.num_hidden_layers }, (_, i) => {
      const layer = (name: string) => at(`model.layers.${i}.${name}.weight`)
      return {
        inputNorm: layer('input_layernorm'),
        qkv: layer('self_attn.q_proj'),
        qNorm: layer('self_attn.q_norm'),
        kNorm: layer('self_attn.k_norm'),
        output: layer('self_attn.o_proj'),
        postNorm: layer('post_attention_layernorm'),
        gateUp: layer('mlp.gate_proj'),
        down: layer('mlp.down_proj'),
      }
    }),
  })
}

/** cos and sin of every position and frequency, [positions, headDim/2, 2], computed in float64. */
export function rotaryTable(positions: number, headDim: number, theta: number): Float32Array {
  const half = headDim / 2
  const table = new Float32Array(positions * headDim)
  for (let p = 0; p < positions; p++)
    for (let c = 0; c < half; c++) {
      const angle = p * theta ** (-c / half)
      table[(p * half + c) * 2] = Math.cos(angle)
      table[(p * half + c) * 2 + 1] = Math.sin(angle)
    }
  return table
}
