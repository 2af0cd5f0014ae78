/** GPU memory that a model will take, known from its shape alone, so that a load that cannot succeed is refused in numbers. */
import { fail, ok, type Result } from '../base/result'
import { hasHeadNorms, type ModelConfig } from './modelConfig'

/** How weights are held. int8 and int4 are symmetric in groups of 32 with one f16 scale a group. */
export type WeightFormat = 'f32' | 'f16' | 'int8' | 'int4'

/** Bits of one weight, its share of the group's scale included: 4 + 16/32 = 4.5. */
export const BITS: Readonly<Record<WeightFormat, number>> = { f32: 32, f16: 16, int8: 8.5, int4: 4.5 }

/** How exactly a model is held: the formats that belong together. */
export type Precision = 'f32' | 'f16' | 'int4'
export const PRECISIONS: readonly Precision[] = ['f32', 'f16', 'int4']

export interface LoadPlan {
  readonly matrices: WeightFormat
  /** Of the embedding and, where it is not tied, the head. */
  readonly embeddings: WeightFormat
  readonly cache: 'f16' | 'f32'
  /** Tokens of prompt and completion that the cache holds. */
  readonly context: number
  /** Sequences decoded side by side. */
  readonly rows: number
  /** Tokens that go through the layers at once while a prompt is read. */
  readonly promptTokens: number
}

/** Tokens of a prompt that go through the layers together, at most. */
const PROMPT_TOKENS = 512

/** int4 keeps its vocabulary in int8: the head decides between tokens that are close. */
export function loadPlan(precision: Precision, context: number, rows = 1): LoadPlan {
  const common = { context, rows, promptTokens: Math.min(PROMPT_TOKENS, context) }
  if (precision === 'int4') return { matrices: 'int4', embeddings: 'int8', cache: 'f16', ...common }
  return { matrices: precision, embeddings: precision, cache: precision, ...common }
}

export interface MemoryEstimate {
  readonly matrixBytes: number
  readonly embeddingBytes: number
  /** Norms, which stay f32. */
  readonly normBytes: number
  readonly cacheBytes: number
  readonly activationBytes: number
  readonly totalBytes: number
  /** Largest single buffer of weights. */
  readonly largestBytes: number
}

/** Bytes of keys and values that one token of one row leaves behind: 2 · L · h_kv · d · bytes. */
export function cacheBytesPerToken(config: ModelConfig, cache: LoadPlan['cache']): number {
  return 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * (cache === 'f16' ? 2 : 4)
}

/** Weights and cache, the same for both engines. */
function restingBytes(config: ModelConfig, plan: LoadPlan) {
  const { hidden_size: h, intermediate_size: f, vocab_size: V, num_hidden_layers: L, head_dim: d } = config
  const q = config.num_attention_heads * d
  const kv = config.num_key_value_heads * d
  return {
    matrixBytes: weightBytes(L * (2 * h * q + 2 * h * kv + 3 * h * f), plan.matrices),
    embeddingBytes: weightBytes((config.tie_word_embeddings ? 1 : 2) * V * h, plan.embeddings),
    normBytes: 4 * (h + L * (2 * h + (hasHeadNorms(config) ? 2 * d : 0))),
    cacheBytes: cacheBytesPerToken(config, plan.cache) * plan.context * plan.rows,
  }
}

function weightBytes(count: number, format: WeightFormat): number {
  return Math.ceil((count * BITS[format]) / 8)
}

function whole(parts: Omit<MemoryEstimate, 'totalBytes'>): MemoryEstimate {
  const { matrixBytes, embeddingBytes, normBytes, cacheBytes, activationBytes } = parts
  return { ...parts, totalBytes: matrixBytes + embeddingBytes + normBytes + cacheBytes + activationBytes }
}

/**
 * What the fused engine takes, in bytes:
 *
 *   activations = 4 · [ N · (3h + 2·h_q + 2·h_kv + f) + rows · (V + h) + context · d ],   N = max(promptTokens, rows)
 * h hidden, h_q and h_kv query and key widths, f inner width, V vocabulary (logits of the last positions only), and the table
 * of rotations. Attention scores are not in it: a kernel never stores them. Vocabularies are cut to fit a binding, so that the
 * largest buffer is a matrix of a layer, its cache, or the inner activations. Drivers round up and add their own.
 */
export function estimateMemory(config: ModelConfig, plan: LoadPlan): MemoryEstimate {
  const { hidden_size: h, intermediate_size: f, vocab_size: V, num_hidden_layers: L, head_dim: d } = config
  const q = config.num_attention_heads * d
  const kv = config.num_key_value_heads * d
  const N = Math.max(plan.promptTokens, plan.rows)
  const resting = restingBytes(config, plan)
  return whole({
    ...resting,
    activationBytes: 4 * (N * (3 * h + 2 * q + 2 * kv + f) + plan.rows * (V + h) + plan.context * d),
    largestBytes: Math.max(weightBytes(2 * f * h, plan.matrices), weightBytes((q + 2 * kv) * h, plan.matrices), resting.cacheBytes / L, 4 * N * f),
  })
}

/**
 * The same for the reference decoder in tfjs ops: everything f32, all of a prompt at once, the cache twice (a step makes the
 * next one from the last), a transposed copy of the largest matrix, a one-hot row for every token, the scores [heads, N, N] of
 * a prompt twice.
 */
export function estimateReference(config: ModelConfig, context: number): MemoryEstimate {
  const { hidden_size: h, intermediate_size: f, vocab_size: V, head_dim: d } = config
  const q = config.num_attention_heads * d
  const kv = config.num_key_value_heads * d
  const resting = restingBytes(config, { ...loadPlan('f32', context), promptTokens: context })
  const largestBytes = 4 * h * Math.max(V, f, q)
  const scores = 2 * 4 * config.num_attention_heads * context * context
  return whole({
    ...resting,
    cacheBytes: 2 * resting.cacheBytes,
    activationBytes: 4 * (context * (4 * h + 2 * q + 2 * kv + 3 * f + V) + V) + largestBytes + scores,
    largestBytes,
  })
}

/** How a model would be loaded, and what that takes. */
export interface ModelPlan {
  readonly engine: 'fused' | 'reference'
  readonly precision: Precision
  readonly estimate: MemoryEstimate
}

export interface MemoryLimits {
  /** What the researcher lets the lab use: a browser does not tell how much the GPU has. */
  readonly budgetBytes: number
  /** Largest buffer the adapter gives; null where there is none to ask (wasm). */
  readonly maxBufferBytes: number | null
}

/** What a context of so many tokens takes, or a refusal that says what is needed, of what, and what there is. */
export function fitMemory(context: number, estimateOf: (context: number) => MemoryEstimate, limits: MemoryLimits): Result<MemoryEstimate, 'tooLarge'> {
  const { budgetBytes, maxBufferBytes } = limits
  const estimate = estimateOf(context)
  if (maxBufferBytes !== null && estimate.largestBytes > maxBufferBytes)
    return fail('tooLarge', `Its largest buffer takes ${gb(estimate.largestBytes)}; this adapter gives buffers of at most ${gb(maxBufferBytes)}.`, { where: 'Memory', next: 'Use a smaller model.' })
  if (estimate.totalBytes <= budgetBytes) return ok(estimate)
  const weights = estimate.matrixBytes + estimate.embeddingBytes + estimate.normBytes
  const parts = `${gb(weights)} of weights, ${gb(estimate.cacheBytes)} of cache, ${gb(estimate.activationBytes)} of activations`
  const longest = longestContext(budgetBytes, context, estimateOf)
  const next = longest > 0 ? `A context of ${longest} tokens fits; or raise the budget, if the machine has more.` : 'Use a smaller model, or raise the budget if the machine has more.'
  return fail('tooLarge', `It needs ${gb(estimate.totalBytes)} (${parts}); the budget is ${gb(budgetBytes)}.`, { where: 'Memory', next })
}

/** Longest context whose estimate stays within `budgetBytes`; 0 when not even one token does. */
export function longestContext(budgetBytes: number, most: number, estimate: (context: number) => MemoryEstimate): number {
  if (estimate(1).totalBytes > budgetBytes) return 0
  let [fits, fails] = [1, most + 1]
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2)
    if (estimate(middle).totalBytes <= budgetBytes) fits = middle
    else fails = middle
  }
  return fits
}

/** Gigabytes (10⁹), megabytes below one. */
function gb(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 0 : 1)} MB`
}
