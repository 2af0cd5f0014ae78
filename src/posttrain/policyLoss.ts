/**
 * The policy-gradient objective, token by token, with its exact gradient. Pure numbers: the reference that the
 * engine's tensor version is tested against, and what a reader can follow line by line.
 */

/** How token losses become one number. */
export type Aggregation =
  /** Σ tokens / samples: longer samples weigh more. QED-Nano. */
  | 'sum_per_sample'
  /** mean over samples of the mean over a sample's tokens. GRPO as in TRL. */
  | 'sequence_mean'
  /** mean over all tokens. DAPO. */
  | 'token_mean'
  /** Σ tokens / (samples · longest completion allowed): a constant in the place of lengths. Dr. GRPO. */
  | 'fixed_length'

export interface PolicyObjective {
  readonly temperature: number
  /** Ratio clamp [1 − epsilonLow, 1 + epsilonHigh]; QED-Nano uses 4 and 4, so that only the upper side can bind. */
  readonly epsilonLow: number
  readonly epsilonHigh: number
  /** Coefficient of k3 = exp(d) − d − 1, d = clamp(ref − new, ±5). 0 needs no reference. */
  readonly klCoefficient: number
  readonly entropyBonus: number
  readonly aggregation: Aggregation
  /** The longest completion allowed, in tokens; only `fixed_length` asks for it. */
  readonly maxLength?: number
}

/** A batch of S samples × T tokens; position t holds the token that was predicted at t. Row-major. */
export interface PolicyBatch {
  readonly S: number
  readonly T: number
  readonly V: number
  /** Raw logits, before the division by temperature, [S, T, V]. */
  readonly logits: ArrayLike<number>
  readonly tokens: ArrayLike<number>
  /** 1 for generated tokens, 0 elsewhere. */
  readonly mask: ArrayLike<number>
  /** log π of the sampler at its temperature, [S, T]. */
  readonly behaviourLogprobs: ArrayLike<number>
  readonly refLogprobs: ArrayLike<number> | null
  /** One a sample, [S]. */
  readonly advantages: ArrayLike<number>
}

export interface PolicyLoss {
  readonly loss: number
  /** d loss / d raw logits, [S, T, V]. */
  readonly dlogits: Float64Array
  /** Shares of generated tokens whose surrogate is clamped below or above. */
  readonly clipFractionLow: number
  readonly clipFractionHigh: number
  /** Mean over generated tokens of k3; null without a reference. */
  readonly meanK3: number | null
  /** Mean over generated tokens of the entropy at the sampling temperature, in nats. */
  readonly meanEntropy: number
  /** Effective sample size (Σr)²/Σr²/N over generated tokens. */
  readonly ess: number
}

/**
 * Loss and gradient of
 *
 *   L = −Σ_t w_t [ min(r·A, clamp(r, 1−ε_low, 1+ε_high)·A) − β·k3 + η·H ],   r = exp(log π − log π_behaviour)
 *
 * with w_t from the aggregation. A batch without generated tokens gives 0 and a zero gradient.
 * @source QED-Nano, arXiv 2604.04898, and its released `pipelinerl/finetune/rl`; TRL `grpo`, `dapo` by configuration
 */
export function policyLoss(batch: PolicyBatch, objective: PolicyObjective): PolicyLoss {
  const { S, T, V } = batch
  const { temperature, epsilonLow, epsilonHigh, klCoefficient: beta, entropyBonus: eta } = objective
  const dlogits = new Float64Array(S * T * V)
  const weights = tokenWeights(batch, objective.aggregation, objective.maxLength)
  const probabilities = new Float64Array(V)
  let loss = 0
  let low = 0
  let high = 0
  let k3Sum = 0
  let entropySum = 0
  let ratioSum = 0
  let ratioSquares = 0
  let count = 0
  for (let at = 0; at < S * T; at++) {
    if (!batch.mask[at]) continue
    count++
    const A = batch.advantages[Math.floor(at / T)]!
    const row = at * V
    let max = -Infinity
    for (let v = 0; v < V; v++) max = Math.max(max, batch.logits[row + v]! / temperature)
    let sum = 0
    for (let v = 0; v < V; v++) sum += probabilities[v] = Math.exp(batch.logits[row + v]! / temperature - max)
    let entropy = 0
    for (let v = 0; v < V; v++) {
      const p = (probabilities[v] = probabilities[v]! / sum)
      if (p > 0) entropy -= p * Math.log(p)
    }
    const token = batch.tokens[at]!
    const logprob = batch.logits[row + token]! / temperature - max - Math.log(sum)
    const r = Math.exp(logprob - batch.behaviourLogprobs[at]!)
    const clamped = Math.min(1 + epsilonHigh, Math.max(1 - epsilonLow, r))
    const isClipped = clamped * A < r * A
    if (isClipped && clamped < r) high++
    else if (isClipped) low++
    ratioSum += r
    ratioSquares += r * r
    entropySum += entropy
    let value = Math.min(r * A, clamped * A) + eta * entropy
    /** d value / d log π(token) */
    let slope = isClipped ? 0 : r * A
    if (batch.refLogprobs) {
      const gap = batch.refLogprobs[at]! - logprob
      const d = Math.min(5, Math.max(-5, gap))
      const k3 = Math.exp(d) - d - 1
      k3Sum += k3
      value -= beta * k3
      if (d === gap) slope += beta * (Math.exp(d) - 1)
    }
    const w = weights[at]!
    loss -= w * value
    for (let v = 0; v < V; v++) {
      const p = probabilities[v]!
      const dLogprob = (v === token ? 1 : 0) - p
      const dEntropy = p > 0 ? -p * (Math.log(p) + entropy) : 0
      dlogits[row + v] = (-w * (slope * dLogprob + eta * dEntropy)) / temperature
    }
  }
  const share = (x: number) => (count ? x / count : 0)
  return {
    loss,
    dlogits,
    clipFractionLow: share(low),
    clipFractionHigh: share(high),
    meanK3: batch.refLogprobs ? share(k3Sum) : null,
    meanEntropy: share(entropySum),
    ess: count ? ratioSum ** 2 / ratioSquares / count : 0,
  }
}

/**
 * The weight that each token of a sample has in the loss, one number a sample.
 * @param lengths trained tokens of each sample; 0 leaves a sample out of the tokens, not out of the number of samples
 * @param maxLength of `fixed_length`
 * @throws RangeError when `fixed_length` lacks its length
 */
export function sequenceWeights(lengths: readonly number[], aggregation: Aggregation, maxLength?: number): number[] {
  const S = lengths.length
  const all = lengths.reduce((a, b) => a + b, 0)
  if (aggregation === 'fixed_length' && !(maxLength && maxLength > 0)) throw new RangeError('The aggregation fixed_length needs the longest completion allowed, in tokens.')
  const weightOf = (length: number): number => {
    if (length === 0) return 0
    switch (aggregation) {
      case 'sum_per_sample':
        return 1 / S
      case 'token_mean':
        return 1 / all
      case 'sequence_mean':
        return 1 / (S * length)
      case 'fixed_length':
        return 1 / (S * maxLength!)
    }
  }
  return lengths.map(weightOf)
}

/** The weight of every token in the loss, [S·T]; 0 where the mask is. */
export function tokenWeights(batch: Pick<PolicyBatch, 'S' | 'T' | 'mask'>, aggregation: Aggregation, maxLength?: number): Float64Array {
  const { S, T, mask } = batch
  const weights = new Float64Array(S * T)
  const lengths = Array.from({ length: S }, (_, s) => Array.prototype.slice.call(mask, s * T, (s + 1) * T).filter((m) => m).length)
  sequenceWeights(lengths, aggregation, maxLength).forEach((w, s) => {
    for (let t = 0; t < T; t++) if (mask[s * T + t]) weights[s * T + t] = w
  })
  return weights
}
