import { Random } from '../../base/random'
import { statementText, proofText, type TinyProblem } from './problem'
import { rubricFor } from './rubricFor'
import { reasoning } from './teacher'

/**
 * Problems as rows to train on, each with a trace; two traces in three are verbose.
 * @returns rows with all four columns filled
 */
export function trainingRows(problems: readonly TinyProblem[], seed: number) {
  const random = Random.seed(seed, 12)
  return problems.map((problem) => ({
    problem: statementText(problem),
    reasoning: reasoning(problem, random.below(3) ? 'verbose' : 'concise', random),
    proof: proofText(problem.proof),
    rubric: rubricFor(problem).raw,
  }))
}
