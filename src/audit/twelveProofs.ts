/** The twelve graded proofs that the statistics are checked on. @source computed with numpy, scipy 1.17 and scikit-learn 1.9 */
import type { PairedGrade } from './pairs'

const PROBLEMS = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
const SOLVERS = ['A', 'B', 'C']
export const GRADES = {
  h1: [1, 0.75, 0, 1, 0.5, 0.25, 0.75, 0.25, 0, 1, 1, 0.5],
  h2: [1, 0.5, 0, 1, 0.75, 0.25, 1, 0.25, 0.25, 1, 0.75, 0.5],
  L: [1, 1, 0.5, 1, 0.75, 0.75, 1, 0.75, 0.25, 1, 1, 1],
  S: [1, 0.5, 0, 0.75, 0.5, 0, 0.75, 0, 0, 1, 0.75, 0.25],
} as const
export type Name = keyof typeof GRADES

/** The pairs of one rater against another, or against the mean of h1 and h2. */
export function twelvePairs(judge: Name, human: Name | 'mean' = 'h1'): PairedGrade[] {
  return PROBLEMS.map((p, i) => ({
    proofId: `p${p}|${SOLVERS[i % 3]}|0`, problemId: `p${p}`, domain: '', solver: SOLVERS[i % 3]!, judgeId: judge,
    judge: GRADES[judge][i]!, human: human === 'mean' ? (GRADES.h1[i]! + GRADES.h2[i]!) / 2 : GRADES[human][i]!,
  }))
}
