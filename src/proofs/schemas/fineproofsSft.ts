import type { Schema } from './schema'

/** Problems with a teacher's reasoning and proof. @source lm-provers/FineProofs-SFT, dataset card */
export const fineproofsSft: Schema = {
  id: 'fineproofs-sft',
  name: 'FineProofs-SFT',
  columns: [
    { role: 'problem', names: ['problem', 'task', 'Problem', 'question'], kind: 'string', isRequired: true },
    { role: 'proof', names: ['proof', 'reference_solution', 'solution', 'Solution'], kind: 'string', isRequired: true, unless: 'messages' },
    { role: 'reasoning', names: ['reasoning_content', 'reasoning'], kind: 'string', isRequired: true, unless: 'messages' },
    { role: 'messages', names: ['messages'], kind: 'list of messages' },
    { role: 'category', names: ['category', 'Category'], kind: 'string' },
    { role: 'competition', names: ['competition'], kind: 'string' },
    { role: 'grade', names: ['gemini-3-pro-grade', 'grade'], kind: 'number' },
    { role: 'rewardMean', names: ['qwen3-4b-thinking-reward@128', 'reward_mean'], kind: 'number' },
    { role: 'source', names: ['source', 'Source'], kind: 'string' },
  ],
  grid: ['problem', 'category', 'competition', 'grade', 'rewardMean', 'source'],
}
