/** The lists of scores that FineProofs-RL gives each problem: whether they agree with the figures beside them. */

export interface ScoreRow {
  /** 0–7 of each attempt; lists are 62 to 256 long, never assumed to be 128. */
  readonly scores: readonly number[] | null
  /** scores / 7. */
  readonly rewards: readonly number[] | null
  readonly attempts: number | null
  readonly rewardMean: number | null
  readonly rewardStd: number | null
}

export interface ScoreIntegrity {
  /** Sentences without a full stop; empty when all agrees. */
  readonly faults: readonly string[]
  /** Largest |reward − score/7|; null without both lists. */
  readonly rewardDeviation: number | null
  /** |reward_mean − mean of the list|. */
  readonly meanDeviation: number | null
  /** |reward_std − deviation of the list|, by the nearer of n and n − 1. */
  readonly stdDeviation: number | null
}

/** Figures are stored as doubles; a sum in another order differs by less than this. */
export const TOLERANCE = 1e-6

/** Mean and deviation of a list; `ddof` 1 divides by n − 1. Edges: an empty list has neither, one value has no sample deviation. */
export function meanStd(values: readonly number[], ddof: 0 | 1 = 0): { readonly mean: number | null; readonly std: number | null } {
  const n = values.length
  if (n === 0) return { mean: null, std: null }
  const mean = values.reduce((sum, v) => sum + v, 0) / n
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0)
  return { mean, std: n > ddof ? Math.sqrt(squares / (n - ddof)) : null }
}

/**
 * @source FineProofs-RL, dataset card: rewards = scores / 7, num_rewards their number, reward_mean and reward_std theirs.
 *   The card does not say whether the deviation divides by n or n − 1: either is taken as agreeing
 */
export function scoreIntegrity({ scores, rewards, attempts, rewardMean, rewardStd }: ScoreRow): ScoreIntegrity {
  const faults: string[] = []
  if (scores?.some((s) => !Number.isInteger(s) || s < 0 || s > 7)) faults.push('a score is no whole number from 0 to 7')
  const list = rewards ?? scores?.map((s) => s / 7) ?? null
  let rewardDeviation: number | null = null
  if (scores && rewards) {
    if (scores.length !== rewards.length) faults.push(`${scores.length} scores but ${rewards.length} rewards`)
    else {
      rewardDeviation = scores.reduce((most, s, i) => Math.max(most, Math.abs(s / 7 - rewards[i]!)), 0)
      if (rewardDeviation > TOLERANCE) faults.push(`a reward differs from score / 7 by ${rewardDeviation.toPrecision(2)}`)
    }
  }
  if (list && attempts !== null && list.length !== attempts) faults.push(`num_rewards says ${attempts}, the list has ${list.length}`)
  const { mean, std } = meanStd(list ?? [])
  const sample = meanStd(list ?? [], 1).std
  const meanDeviation = mean === null || rewardMean === null ? null : Math.abs(rewardMean - mean)
  const stdDeviation = std === null || rewardStd === null ? null : Math.min(Math.abs(rewardStd - std), sample === null ? Infinity : Math.abs(rewardStd - sample))
  if (meanDeviation !== null && meanDeviation > TOLERANCE) faults.push(`reward_mean differs from the list's mean by ${meanDeviation.toPrecision(2)}`)
  if (stdDeviation !== null && stdDeviation > TOLERANCE) faults.push(`reward_std differs from the list's by ${stdDeviation.toPrecision(2)}`)
  return { faults, rewardDeviation, meanDeviation, stdDeviation }
}
