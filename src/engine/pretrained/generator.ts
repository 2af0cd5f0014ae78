/** What produces tokens, whichever engine computes them. */
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'

export interface GenerateSettings {
  /** 0 is greedy. */
  readonly temperature: number
  readonly maxNewTokens: number
  /** The draw of a token depends on seed and position alone. */
  readonly seed: number
  /** Any of these ends the completion. */
  readonly endIds: readonly number[]
}

export interface TokenBatch {
  readonly tokens: readonly number[]
  /** log π of each at the sampling temperature, in nats. */
  readonly logprobs: readonly number[]
}

export interface Generation {
  /** `context`: prompt and completion filled the cache. */
  readonly reason: 'end' | 'length' | 'context' | 'stopped'
  readonly promptTokens: number
  readonly newTokens: number
  /** From the call to the first token. */
  readonly promptMs: number
  /** From the first token to the last: newTokens − 1 steps. */
  readonly decodeMs: number
}

export interface Generator {
  readonly config: ModelConfig
  /** Most tokens of prompt and completion together. */
  readonly context: number
  /**
   * Completes `promptIds`. Tokens are handed on as they come, the one that ends the completion included; the next are
   * computed once `onTokens` has settled, which is where a worker lets a stop in.
   * Edges: a prompt that is empty, longer than the context, or holds ids outside the vocabulary throws.
   */
  generate(promptIds: readonly number[], settings: GenerateSettings, onTokens: (batch: TokenBatch) => Promise<void>, stop: Stop): Promise<Generation>
  /** Frees the memory of the model. */
  dispose(): void
}

/** @throws RangeError when `promptIds` is not a prompt for this generator */
export function checkPrompt(promptIds: readonly number[], { config, context }: Pick<Generator, 'config' | 'context'>): void {
  const P = promptIds.length
  if (P === 0 || P >= context) throw new RangeError(`The prompt has ${P} tokens; expected 1 to ${context - 1}`)
  const stray = promptIds.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocab_size)
  if (stray !== undefined) throw new RangeError(`The prompt holds the token ${stray}; the vocabulary ends at ${config.vocab_size - 1}`)
}
