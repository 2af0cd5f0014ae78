/** Files with attempts of a solver and what a judge or a reward gave them. */
import type { Schema } from './schema'

/** One answer a row, graded by several judges side by side. @source MathArena outputs: `points_judge_k`, `idx_answer` */
export const matharenaOutputs: Schema = {
  id: 'matharena-outputs',
  name: 'MathArena outputs',
  evaluationOnly: 'MathArena problems are a benchmark: training on them would void its scores.',
  marks: [/^points_judge_\d+$/],
  columns: [
    { role: 'problem', names: ['problem', 'problem_statement', 'user_message'] },
    { role: 'proof', names: ['answer', 'model_answer', 'response'], isRequired: true },
    { role: 'solver', names: ['model_name', 'model_config', 'model'] },
    { role: 'problemId', names: ['problem_idx', 'problem_id', 'idx'] },
    { role: 'messages', names: ['all_messages', 'messages', 'history'] },
    { role: 'rubric', names: ['grading_details_judge_1', 'grading_scheme'] },
    { role: 'grade', names: ['points_judge_1'] },
    { role: 'category', names: ['problem_types', 'category'] },
    { role: 'source', names: ['source', 'competition'] },
  ],
}

/** A table graded for the QED-Nano viewer. @source QED-Nano, arXiv 2604.04898, released code, `eval/app` */
export const qedNanoViewer: Schema = {
  id: 'qed-nano-viewer',
  name: 'QED-Nano viewer',
  columns: [
    { role: 'problem', names: ['problem', 'text'], isRequired: true },
    { role: 'proof', names: ['model_solution'], isRequired: true },
    { role: 'solution', names: ['solution'] },
    { role: 'rubric', names: ['schema_0', 'schema'], isRequired: true },
    { role: 'messages', names: ['history'] },
    { role: 'problemId', names: ['problem_id'] },
    { role: 'source', names: ['source'] },
    { role: 'grade', names: ['graded_score', 'points', 'grade'] },
  ],
}

/** Completions logged while training, one a row, with a column for every reward. @source TRL, `log_completions` */
export const trlCompletions: Schema = {
  id: 'trl-completions',
  name: 'TRL completions',
  marks: [/^step$/, /^advantage$/],
  columns: [
    { role: 'problem', names: ['prompt'], isRequired: true },
    { role: 'proof', names: ['completion'], isRequired: true },
    { role: 'problemId', names: ['problem_id', 'id'] },
    { role: 'rewardMean', names: ['reward'] },
  ],
}

/** Solutions with the points that people gave them; `answer` is the solution. @source lm-provers/matharena-gradingbench */
export const matharenaGradingbench: Schema = {
  id: 'matharena-gradingbench',
  name: 'MathArena grading bench',
  evaluationOnly: 'Solutions graded by people are there to measure judges by: training on them would void that.',
  marks: [/^details$/, /^points$/],
  columns: [
    { role: 'problem', names: ['problem'], isRequired: true },
    { role: 'proof', names: ['answer', 'model_solution'], isRequired: true },
    { role: 'rubric', names: ['details'], isRequired: true },
    { role: 'grade', names: ['points'], isRequired: true },
    { role: 'problemId', names: ['problem_id', 'problem_idx'] },
  ],
}
