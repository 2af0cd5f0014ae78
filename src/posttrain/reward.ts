/** From the grade of a rollout to what trains. */

export interface RewardShaping {
  /** Partial credit of 1 up to this many points, without it, becomes 1 point: the paper's `custom_reward_threshold` is 6. */
  readonly threshold?: number
  /** Factor a completion token, at most 1. */
  readonly discount?: number
  /** Within this many tokens of the limit the reward falls linearly, by 1 at the limit itself. 0 or left out: no penalty. */
  readonly bufferTokens?: number
}

/**
 *   R = s/7 · discount^tokens + penalty;   penalty = ((max − b) − tokens)/b for tokens in (max − b, max], else 0
 * @param score 0–7, with s = 1 in its place when 1 ≤ score < threshold
 * @returns null for a null score: what was not graded has no reward
 * @source QED-Nano, arXiv 2604.04898, released `domains/math`; discount 1, no threshold and no buffer as shipped. There a
 * "score from 1 to 5 becomes 1": one point, not full marks.
 */
export function rewardOf(score: number | null, tokens: number, maxNewTokens: number, { threshold = 0, discount = 1, bufferTokens = 0 }: RewardShaping = {}): number | null {
  if (score === null) return null
  const points = score >= 1 && score < threshold ? 1 : score
  const free = maxNewTokens - bufferTokens
  const penalty = bufferTokens > 0 && tokens > free ? (free - Math.min(tokens, maxNewTokens)) / bufferTokens : 0
  return (points / 7) * discount ** tokens + penalty
}
