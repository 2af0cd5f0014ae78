import type { Schema } from './schema'

/** Problems with a teacher's reasoning and proof. @source lm-provers/FineProofs-SFT, dataset card */
export const fineproofsSft: Schema = {
  id: 'fineproofs-sft',
  name: 'FineProofs-SFT',
  columns: [
    { role: 'problem', names: ['problem', 'task', 'Problem', 'question'], isRequired: true },
    { role: 'proof', names: ['proof', 'reference_solution', 'solution', 'Solution'], isRequired: true, unless: 'messages' },
    { role: 'reasoning', names: ['reasoning_content', 'reasoning'], isRequired: true, unless: 'messages' },
    { role: 'messages', names: ['messages'] },
    { role: 'category', names: ['category', 'Category'] },
    { role: 'competition', names: ['competition'] },
    { role: 'problemId', names: ['problem_id', 'id'] },
    { role: 'grade', names: ['gemini-3-pro-grade', 'grade'] },
    { role: 'rewardMean', names: ['qwen3-4b-thinking-reward@128', 'reward_mean'] },
    { role: 'source', names: ['source', 'Source'] },
    { role: 'verdict', names: ['verdict', 'filtering', 'quality'] },
  ],
}
