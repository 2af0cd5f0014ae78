/** Families the engine computes. Llama (and SmolLM2) is Qwen3 without the per-head norms of queries and keys. */
export type ModelType = 'qwen3' | 'llama'

/**
 * Shape of a decoder-only transformer of the Qwen3 family: RMSNorm, per-head q/k norm, rotary positions,
 * grouped-query attention, SwiGLU. Field names follow Hugging Face `config.json`.
 * @source Qwen3 Technical Report, arXiv 2505.09388, section 2
 */
export interface ModelConfig {
  /** Absent means `qwen3`. */
  readonly model_type?: ModelType
  readonly vocab_size: number
  readonly hidden_size: number
  readonly intermediate_size: number
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly num_key_value_heads: number
  readonly head_dim: number
  readonly rope_theta: number
  readonly rms_norm_eps: number
  readonly tie_word_embeddings: boolean
}

/** Whether queries and keys are normed per head before their rotation. */
export function hasHeadNorms(config: ModelConfig): boolean {
  return config.model_type !== 'llama'
}

/** Number of trainable parameters of `config`. */
export function parameterCount(config: ModelConfig): number {
  const { hidden_size: h, head_dim: d, intermediate_size: f } = config
  const q = config.num_attention_heads * d
  const kv = config.num_key_value_heads * d
  const layer = h * q + 2 * h * kv + q * h + 3 * h * f + 2 * h + (hasHeadNorms(config) ? 2 * d : 0)
  const head = config.tie_word_embeddings ? 0 : config.vocab_size * h
  return config.vocab_size * h + config.num_hidden_layers * layer + h + head
}
