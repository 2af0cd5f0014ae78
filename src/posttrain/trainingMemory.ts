/** GPU memory of a training run, from its shapes alone: what the fused engine will allocate. */
import { parameterCount, type ModelConfig } from './modelConfig'

/** Rows of a packed batch where a step has more tokens than this: it is computed in several. */
export const BATCH_ROWS = 2048
/** Logits that exist at one time, at most. */
export const LOGIT_BYTES = 16 << 20
/** Rows that decode at one time, at most. */
export const DECODE_ROWS = 256

const FLOAT = 4

export interface RunShape {
  /** Tokens of one optimiser step, at most, over all its sequences. */
  readonly stepTokens: number
  /** Longest prompt and completion. */
  readonly promptTokens: number
  readonly newTokens: number
  /** Distinct prompts and rollouts sampled together. */
  readonly prompts: number
  readonly rollouts: number
}

/**
 * Bytes of weights, gradient and both moments; of the activations that a packed batch keeps for its backward pass; and of the
 * sampler's shared prompts and own keys and values. Gradient runs that a GPU splits for small models (8 copies under two
 * million weights) are counted where `isSoftware` is false.
 */
export function trainingBytes(model: ModelConfig, run: RunShape, isSoftware: boolean): number {
  const { hidden_size: h, intermediate_size: f, num_attention_heads: H, num_key_value_heads: Hk, head_dim: d, num_hidden_layers: L, vocab_size: V } = model
  const parameters = parameterCount(model)
  const [q, kv] = [H * d, 2 * Hk * d]
  const layer = 3 * h + (q + kv) + q + kv + q + H + 3 * f
  const rows = Math.min(run.stepTokens, BATCH_ROWS)
  const backward = 4 * h + 2 * f + 2 * q + kv + (q + kv) + 2 * H + Hk + 1
  const inputs = 5 + 3 + 8 + 8
  const logits = Math.min(rows * V, LOGIT_BYTES / FLOAT)
  const trainer = rows * (L * layer + (L + 1) * h + backward + inputs) + logits
  const runs = isSoftware || parameters > 2_000_000 ? 1 : 8
  const slots = Math.min(run.rollouts, DECODE_ROWS)
  const promptRows = run.prompts * run.promptTokens
  const shared = 4 * h + (q + kv) + 2 * q + H + f + 1
  const sampler = (promptRows + slots) * (shared + 2 * h) + L * kv * (promptRows + slots * run.newTokens) + slots * (h + V + 2 * run.newTokens)
  return FLOAT * (parameters * (3 + runs) + trainer + sampler)
}
