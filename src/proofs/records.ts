/** The records every room speaks of: problem, proof, rubric, grade. */

/** Statement to be proved, in Markdown with LaTeX. */
export interface Problem {
  readonly id: string
  readonly statement: string
  readonly source?: string
  readonly category?: string
}

/** One attempt at a problem: what was thought before `</think>` and what was submitted as the proof. */
export interface Proof {
  readonly problemId: string
  readonly solver: string
  readonly reasoning: string | null
  readonly text: string
}

/** One scored row of a marking scheme. */
export interface CheckpointItem {
  readonly title: string
  readonly points: number
  readonly description: string
}

/** One route through a marking scheme: points inside a chain add up; across chains the best one counts. */
export interface RubricChain {
  readonly name: string
  readonly items: readonly CheckpointItem[]
}

export interface Deduction {
  readonly description: string
  /** Points taken off, as a positive number; `null` when the row is a cap. */
  readonly minus: number | null
  /** Highest total still possible, out of 7; `null` when the row takes points off. */
  readonly capAt: number | null
}

/**
 * A 7-point marking scheme in three parts: checkpoints, zero-credit items, deductions.
 * @source QED-Nano, arXiv 2604.04898, rubric generation prompt
 */
export interface Rubric {
  /** Items that count whatever the route. */
  readonly common: readonly CheckpointItem[]
  readonly chains: readonly RubricChain[]
  readonly zeroCredit: readonly string[]
  readonly deductions: readonly Deduction[]
  /** Lines that fit no part; shown and counted, never dropped. */
  readonly unparsed: readonly string[]
  /** The text as it came. */
  readonly raw: string
}

/** What one rubric row gave, and why. */
export interface Mark {
  readonly title: string
  /** Points given: 0..max for a checkpoint item, negative for a deduction. */
  readonly points: number
  readonly max: number
  readonly reason: string
  readonly kind: 'checkpoint' | 'zeroCredit' | 'deduction' | 'cap'
  readonly chain?: string
}

/** Why there is a 0 or no score at all. @source QED-Nano training code, verifier failure causes */
export type NoScoreCause = 'no_input' | 'no_score_tag' | 'timeout' | 'rate_limit' | 'all_attempts_failed'

/** A grade on the 0–7 scale. `score` is null when no grade could be had: never 0 in its place. */
export interface Grade {
  readonly score: number | null
  readonly cause: NoScoreCause | null
  readonly marks: readonly Mark[]
}
