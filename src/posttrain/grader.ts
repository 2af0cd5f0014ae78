/**
 * What gives the reward: problem, rubric and completion in, a grade from 0 to 7 out. The checker, a judge behind an endpoint, a model
 * in the tab and a judge with a known bias are all one of these.
 */
import type { Grade } from '../proofs/records'
import type { Stop } from '../base/stop'

export interface GradeRequest {
  readonly problem: string
  readonly rubric: string
  /** As sampled, the thinking included; the grader grades what follows `</think>`. */
  readonly completion: string
}

/** What a grader may draw on besides the requests: chance that repeats, and a way to be stopped. */
export interface GradeContext {
  /** The same for the same step of the same run, so that a grader with noise gives a resumed run the same grades. */
  readonly seed: number
  readonly stop: Stop
}

/**
 * A grader of completions. To add one: `{ id, grade: async (requests, context) => … }`, one grade a request, in order.
 *
 *   score 0–7, cause null          graded
 *   score 0,   cause `no_input`    nothing followed `</think>`, so nobody was asked: a 0 of the policy's own, which keeps lengths down
 *   score null, any other cause    no grade could be had: `timeout`, `rate_limit`, `no_score_tag`, `all_attempts_failed`
 *
 * A null never becomes a reward, and enters no mean: the rollout does not train, its group is centred without it, and it is
 * counted under `verifier/failures/<cause>_frac`. Scores need not be whole. `marks` may be empty.
 *
 * Training asks two graders: `reward`, whose score the policy is rewarded with, and `truth` (see `Graders`), whose score is kept
 * beside it on every rollout as `trueScore` and logged as `reward_true` and `reward_gap` = mean(reward − true): how far a judge can
 * be gamed is that gap over the steps.
 * @source QED-Nano, arXiv 2604.04898, released verifier: split at the tag, empty proof, first score tag, causes
 */
export interface Grader {
  /** Stable name, stored with the run, e.g. `checker`. */
  readonly id: string
  /** Throws only when the run cannot go on. */
  grade(requests: readonly GradeRequest[], context: GradeContext): Promise<readonly Grade[]>
}

/** Who rewards, and who knows. */
export interface Graders {
  readonly reward: Grader
  /** Scores that can be trusted; null where there are none, as with problems in natural language. */
  readonly truth: Grader | null
}

/** A grade with the true score beside it. */
export interface Graded extends Grade {
  /** Of `graders.truth`; null when nobody knows. */
  readonly trueScore: number | null
}

/**
 * Grades by both graders; the truth is asked once where it is the rewarding grader itself.
 * @throws RangeError when a grader gives another number of grades than it was asked for, or one outside 0–7
 */
export async function gradeAll(graders: Graders, requests: readonly GradeRequest[], context: GradeContext): Promise<Graded[]> {
  const { reward, truth } = graders
  const grades = checked(reward.id, await reward.grade(requests, context), requests.length)
  const known = truth === null ? null : truth === reward ? grades : checked(truth.id, await truth.grade(requests, context), requests.length)
  return grades.map((grade, i) => ({ ...grade, trueScore: known?.[i]!.score ?? null }))
}

function checked(id: string, grades: readonly Grade[], asked: number): readonly Grade[] {
  if (grades.length !== asked) throw new RangeError(`The grader ${id} gave ${grades.length} grades for ${asked} completions.`)
  const wrong = grades.find(({ score }) => score !== null && !(score >= 0 && score <= 7))
  if (wrong) throw new RangeError(`The grader ${id} gave the score ${wrong.score}; a score is from 0 to 7, or null with a cause.`)
  const silent = grades.find(({ score, cause }) => score === null && cause === null)
  if (silent) throw new RangeError(`The grader ${id} gave no score and no cause.`)
  return grades
}
