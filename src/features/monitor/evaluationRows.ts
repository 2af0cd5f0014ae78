/** From stored attempts to what the evaluation panel shows: attempts for the statistics, and one row a problem. */
import type { Attempt } from '../../posttrain/evaluation/attempt'
import type { Rollout } from '../../posttrain/runRecords'
import type { StoredEvaluation } from '../../../workers/data/protocol'

export const OUTCOMES = ['all', 'solved', 'unsolved', 'truncated'] as const
/** Which problems are listed: all, solved in every attempt, solved in none, with an attempt that ran into the limit. */
export type Outcome = (typeof OUTCOMES)[number]

export interface ProblemRow {
  readonly group: number
  readonly problem: string
  readonly traits: Readonly<Record<string, string>>
  /** In the order of the runs. */
  readonly attempts: readonly Rollout[]
  readonly meanScore: number
  readonly meanTokens: number
  readonly ended: number
}

export function attemptsOf({ rollouts, traits }: StoredEvaluation): Attempt[] {
  return rollouts.map((r) => ({ problem: String(r.group), run: r.index, score: r.score, tokens: r.tokens, isTruncated: r.isTruncated, traits: traits[r.group] ?? {} }))
}

export function problemRows({ rollouts, traits }: StoredEvaluation): ProblemRow[] {
  const groups = new Map<number, Rollout[]>()
  for (const rollout of rollouts) groups.set(rollout.group, [...(groups.get(rollout.group) ?? []), rollout])
  return [...groups].map(([group, unordered]) => {
    const attempts = unordered.sort((a, b) => a.index - b.index)
    const n = attempts.length
    return {
      group, attempts,
      problem: attempts[0]!.problem,
      traits: traits[group] ?? {},
      meanScore: attempts.reduce((sum, a) => sum + (a.score ?? 0), 0) / n,
      meanTokens: attempts.reduce((sum, a) => sum + a.tokens, 0) / n,
      ended: attempts.filter((a) => !a.isTruncated).length,
    }
  })
}

export function hasOutcome(row: ProblemRow, outcome: Outcome): boolean {
  switch (outcome) {
    case 'all':
      return true
    case 'solved':
      return row.meanScore === 7
    case 'unsolved':
      return row.attempts.every((a) => a.score !== 7)
    case 'truncated':
      return row.ended < row.attempts.length
  }
}
