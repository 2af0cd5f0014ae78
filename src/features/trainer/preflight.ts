/** What a run will need, known before it starts. */
import { parameterCount } from '../../posttrain/modelConfig'
import type { Preset } from '../../posttrain/presets'

export interface Preflight {
  readonly parameters: number
  /** Largest set of tensors alive at once, in bytes; an estimate from shapes, not a measurement. */
  readonly memoryBytes: number
  /** Weights and both AdamW moments, as stored. */
  readonly checkpointBytes: number
  readonly steps: number
  readonly sftSteps: number
  readonly grpoSteps: number
  readonly rollouts: number
}

const FLOAT = 4

/**
 * Weights, gradient and two moments, plus the activations that the backward pass of the larger stage keeps:
 *
 *   4·P + B·T · [ L · (8h + 2·h_q + 4·h_kv + 3f + H·T) + 3V ]   numbers of 4 bytes
 *
 * h hidden, h_q and h_kv query and key widths, f inner width, H heads, T tokens a row, B rows, V vocabulary. Temporaries
 * that live within one operation are not in it.
 */
export function preflight(preset: Preset): Preflight {
  const { model, sft, grpo } = preset
  const parameters = parameterCount(model)
  const activations = (rows: number, tokens: number) => {
    const q = model.num_attention_heads * model.head_dim
    const kv = model.num_key_value_heads * model.head_dim
    const layer = 8 * model.hidden_size + 2 * q + 4 * kv + 3 * model.intermediate_size + model.num_attention_heads * tokens
    return rows * tokens * (model.num_hidden_layers * layer + 3 * model.vocab_size)
  }
  const larger = Math.max(
    activations(sft.batchRows, sft.maxTokens),
    activations(grpo.groups * grpo.groupSize, preset.maxPromptTokens + grpo.maxNewTokens),
  )
  return {
    parameters,
    memoryBytes: FLOAT * (4 * parameters + larger),
    checkpointBytes: FLOAT * 3 * parameters,
    steps: sft.steps + grpo.steps,
    sftSteps: sft.steps,
    grpoSteps: grpo.steps,
    rollouts: grpo.groups * grpo.groupSize,
  }
}

export function formatCount(n: number): string {
  return new Intl.NumberFormat('en').format(n)
}
