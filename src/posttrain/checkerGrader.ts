import { gradeCompletion } from '../proofs/tinyProofs/check'
import type { Grader, Graders } from './grader'

/** The rule checker of tiny proofs: exact, instant, without failures. */
export const CHECKER: Grader = {
  id: 'checker',
  grade: (requests) => Promise.resolve(requests.map(({ problem, rubric, completion }) => gradeCompletion(problem, rubric, completion))),
}

export const CHECKER_ALONE: Graders = { reward: CHECKER, truth: CHECKER }
