/** What every contestant computes: the model's shape, its first weights, the batch and the optimiser's settings. */
import { Random } from '../../src/base/random'
import { initialParameters } from '../../src/engine/model/parameters'
import { ADAMW_DEFAULTS, type AdamWSettings } from '../../src/engine/optimiser/adamw'
import type { ModelConfig } from '../../src/posttrain/modelConfig'
import type { TrainedSequence } from '../../src/posttrain/packing'

export interface Workload {
  readonly label: string
  readonly config: ModelConfig
  /** Sequences of the batch and tokens of each. */
  readonly B: number
  readonly T: number
  readonly parameters: Float32Array
  /** Row-major [B, T]: the input tokens, and for each the token to be predicted. */
  readonly ids: Int32Array
  readonly targets: Int32Array
}

export const LEARNING_RATE = 1e-3
export const SETTINGS: AdamWSettings = { ...ADAMW_DEFAULTS, weightDecay: 0.01, clipNorm: 1 }
const VOCABULARY = 64

/** Qwen3 semantics at width d: four query heads over two key-value heads, SwiGLU of inner width 2d, tied head. */
export function workload(layers: number, d: number, T: number, B: number): Workload {
  const config: ModelConfig = {
    vocab_size: VOCABULARY,
    hidden_size: d,
    intermediate_size: 2 * d,
    num_hidden_layers: layers,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: d / 4,
    rope_theta: 10_000,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
  }
  // A walk with small steps: something that a model can learn, so that the losses compared later do not stand still.
  const random = Random.seed(2604)
  const ids = new Int32Array(B * T)
  const targets = new Int32Array(B * T)
  for (let b = 0; b < B; b++) {
    let token = random.below(VOCABULARY)
    for (let t = 0; t < T; t++) {
      ids[b * T + t] = token
      token = (token + 1 + random.below(4)) % VOCABULARY
      targets[b * T + t] = token
    }
  }
  return { label: `${layers} layers, d ${d}, T ${T}, B ${B}`, config, B, T, parameters: initialParameters(config, 1), ids, targets }
}

/** The batch as the engine takes it; weights make the summed loss the mean over all B·T tokens. */
export function sequencesOf({ B, T, ids, targets }: Workload): TrainedSequence[] {
  return Array.from({ length: B }, (_, b) => ({
    prompt: [ids[b * T]!],
    completion: [...targets.subarray(b * T, (b + 1) * T)],
    weights: new Float32Array(T).fill(1 / (B * T)),
    advantage: null,
    behaviour: null,
    reference: null,
  }))
}
