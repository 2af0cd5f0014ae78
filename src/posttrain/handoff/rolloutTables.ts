/** Rollouts in the columns that others read: TRL's completions, QED-Nano's tables, QED-Nano's viewer. */
import type { EvaluationAttempts, Rollout, RolloutStep } from '../runRecords'
import { parseRubric } from '../../proofs/rubric'
import { PROOF_PROMPT } from '../../proofs/tinyProofs/vocabulary'

/** One row of `completions_NNNNN.parquet`. @source TRL, `log_completions` */
export interface CompletionRow {
  readonly step: number
  readonly prompt: string
  readonly completion: string
  /** score/7; null when no grade could be had. */
  readonly rubric_reward: number | null
  readonly advantage: number | null
}

export function completionRows({ step, rollouts }: RolloutStep): CompletionRow[] {
  return rollouts.map((r) => ({ step, prompt: promptOf(r), completion: r.completion, rubric_reward: r.score === null ? null : r.score / 7, advantage: r.advantage }))
}

/**
 * One line a rollout with the columns of QED-Nano's `tables/rollouts` and `tables/verifier`; there the last 32 groups are
 * kept, here every logged step. `group_index` counts groups over the whole run.
 * @param firstGroup groups of the steps before
 */
export function tableLines({ step, rollouts }: RolloutStep, firstGroup: number): string {
  return rollouts.map((r) => `${JSON.stringify({
    group_index: firstGroup + r.group, step, prompt: promptOf(r), reasoning: r.reasoning, output: r.proof, output_tokens: r.tokens, truncated: r.isTruncated,
    score: r.score, cause: r.cause, advantage: r.advantage, logprob: r.logprob, marks: r.marks,
  })}\n`).join('')
}

/** Groups in a step. */
export function groupCount({ rollouts }: RolloutStep): number {
  return rollouts.reduce((most, r) => Math.max(most, r.group + 1), 0)
}

/**
 * One line an attempt, as QED-Nano's viewer and its `stats.py` read them: rubric parts as `schema_0`, their points as
 * `grade`. Marks for deductions and caps have a part of their own, so that the points add up to the score.
 * @source QED-Nano, released evaluation code: columns of a graded run
 */
export function viewerLines({ rollouts }: EvaluationAttempts, source: string): string {
  return rollouts.map((r) => `${JSON.stringify({
    problem: r.problem, problem_id: String(r.group), run: r.index, source, solution: '', model_solution: r.proof,
    schema_0: schema(r), grade: grades(r), score: r.score, graded_score: r.score, points: r.score,
    history: [{ role: 'user', content: promptOf(r) }, { role: 'assistant', content: r.completion }],
    cost_run: { input_tokens: null, output_tokens: r.tokens, cost: 0 }, truncated: r.isTruncated, cause: r.cause,
  })}\n`).join('')
}

function schema(r: Rollout) {
  if (r.marks.length > 0) return r.marks.map((m) => ({ title: m.title, desc: m.chain ?? '', points: m.max }))
  const { common, chains } = parseRubric(r.rubric)
  return [...common, ...(chains[0]?.items ?? [])].map((item) => ({ title: item.title, desc: item.description, points: item.points }))
}

function grades(r: Rollout) {
  if (r.marks.length > 0) return r.marks.map((m) => ({ points: m.points, desc: m.reason }))
  return schema(r).map(() => ({ points: 0, desc: r.cause ?? '' }))
}

function promptOf({ problem }: Rollout): string {
  return `${PROOF_PROMPT}\n\n${problem}`
}
