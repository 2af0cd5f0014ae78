import type { Schema } from './schema'

/** Problems with a 7-point rubric and the base model's scores. @source lm-provers/FineProofs-RL, dataset card */
export const fineproofsRl: Schema = {
  id: 'fineproofs-rl',
  name: 'FineProofs-RL',
  columns: [
    { role: 'problem', names: ['problem', 'task', 'Problem', 'question', 'text'], isRequired: true },
    { role: 'rubric', names: ['rubrics', 'grading_guidelines', 'Grading guidelines', 'schema_0', 'schema', 'details', 'rubric'], isRequired: true },
    { role: 'proof', names: ['proof', 'reference_solution', 'solution', 'Solution'] },
    { role: 'category', names: ['category', 'Category'] },
    { role: 'competition', names: ['competition'] },
    { role: 'source', names: ['source', 'Source'] },
    { role: 'problemId', names: ['problem_id', 'id', 'question_id'] },
    { role: 'scores', names: ['scores'] },
    { role: 'rewards', names: ['rewards'] },
    { role: 'attempts', names: ['num_rewards'] },
    { role: 'rewardMean', names: ['reward_mean'] },
    { role: 'rewardStd', names: ['reward_std'] },
    { role: 'verdict', names: ['verdict', 'filtering', 'quality'] },
  ],
}
