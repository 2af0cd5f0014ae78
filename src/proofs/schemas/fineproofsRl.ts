import type { Schema } from './schema'

/** Problems with a 7-point rubric and the base model's scores. @source lm-provers/FineProofs-RL, dataset card */
export const fineproofsRl: Schema = {
  id: 'fineproofs-rl',
  name: 'FineProofs-RL',
  columns: [
    { role: 'problem', names: ['problem', 'task', 'Problem', 'question'], kind: 'string', isRequired: true },
    { role: 'rubric', names: ['rubrics', 'grading_guidelines', 'Grading guidelines', 'schema_0', 'schema', 'details', 'rubric'], kind: 'string', isRequired: true },
    { role: 'proof', names: ['proof', 'reference_solution', 'solution', 'Solution'], kind: 'string' },
    { role: 'category', names: ['category', 'Category'], kind: 'string' },
    { role: 'competition', names: ['competition'], kind: 'string' },
    { role: 'source', names: ['source', 'Source'], kind: 'string' },
    { role: 'scores', names: ['scores'], kind: 'list of numbers' },
    { role: 'attempts', names: ['num_rewards'], kind: 'number' },
    { role: 'rewardMean', names: ['reward_mean'], kind: 'number' },
    { role: 'rewardStd', names: ['reward_std'], kind: 'number' },
  ],
  grid: ['problem', 'source', 'category', 'attempts', 'rewardMean', 'rewardStd'],
}
