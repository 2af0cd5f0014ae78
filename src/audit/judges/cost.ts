/** Tokens and money, before the start as an estimate and afterwards as counted. */

/** US dollars for a million tokens; null where the price is not known: a cost is then not known either, never 0. */
export interface Prices {
  readonly input: number | null
  readonly output: number | null
}

export interface Tokens {
  readonly prompt: number
  readonly completion: number
}

/** Mathematics in LaTeX takes about three characters a token in the usual vocabularies. An estimate, and said to be one. */
const CHARS_PER_TOKEN = 3

export function estimatedTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN)
}

/** Null when a price is missing. */
export function costUsd({ prompt, completion }: Tokens, { input, output }: Prices): number | null {
  return input === null || output === null ? null : (prompt * input + completion * output) / 1e6
}

export interface Estimate {
  readonly calls: number
  readonly promptTokens: number
  /** If every reply were as long as it may be. */
  readonly mostCompletionTokens: number
  /** With replies of a third of the limit, and at the limit. */
  readonly likelyUsd: number | null
  readonly mostUsd: number | null
}

/** What a run would take. @param promptTokens of each call */
export function estimate(promptTokens: readonly number[], mostNewTokens: number, prices: Prices): Estimate {
  const prompt = promptTokens.reduce((a, b) => a + b, 0)
  const completion = promptTokens.length * mostNewTokens
  return {
    calls: promptTokens.length, promptTokens: prompt, mostCompletionTokens: completion,
    likelyUsd: costUsd({ prompt, completion: completion / 3 }, prices), mostUsd: costUsd({ prompt, completion }, prices),
  }
}
