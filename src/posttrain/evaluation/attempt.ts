/** One graded attempt at one problem of an evaluation, as the statistics see it. */
export interface Attempt {
  /** Names the problem: its id, or its statement. */
  readonly problem: string
  /** 0-based run: avg@3 has the runs 0, 1 and 2. */
  readonly run: number
  /** 0–7; null when no grade could be had. */
  readonly score: number | null
  /** Tokens of the completion, thinking included. */
  readonly tokens: number
  /** True when it reached the token limit. */
  readonly isTruncated: boolean
  /** What to split by, e.g. `{ level: 'IMO-easy', domain: 'Algebra' }`. */
  readonly traits: Readonly<Record<string, string>>
}

/** The attempts of each problem, in the order of their first appearance; a problem's attempts in the order of their runs. */
export function byProblem(attempts: readonly Attempt[]): Map<string, Attempt[]> {
  const groups = new Map<string, Attempt[]>()
  for (const attempt of attempts) {
    const group = groups.get(attempt.problem)
    if (group) group.push(attempt)
    else groups.set(attempt.problem, [attempt])
  }
  for (const group of groups.values()) group.sort((a, b) => a.run - b.run)
  return groups
}
