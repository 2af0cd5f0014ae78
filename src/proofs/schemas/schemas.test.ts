import { describe, expect, test } from 'vitest'
import { capabilities } from './capabilities'
import { recognise } from './index'
import { cellOf, proofRow, reasoningOf, rubricText } from './rows'
import { shardGroups, shardNamed } from './shardNames'

const columns = (text: string) => text.split(', ').map((pair) => {
  const at = pair.indexOf(':')
  return at < 0 ? { name: pair, type: 'string' } : { name: pair.slice(0, at), type: pair.slice(at + 1) }
})
const MESSAGES = 'list<struct{content; role}>'
const of = (text: string) => recognise(columns(text).map((c) => ({ ...c, type: c.type.replace(';', ',') })))

describe('published files are known by their columns', () => {
  test.each([
    ['fineproofs-sft', `problem, reasoning_content, proof, category, competition, gemini-3-pro-grade:int64, qwen3-4b-thinking-reward@128:float64, source, messages:${MESSAGES}`, { proof: 'proof', reasoning: 'reasoning_content', grade: 'gemini-3-pro-grade', rewardMean: 'qwen3-4b-thinking-reward@128' }],
    ['fineproofs-rl', 'problem, source, rubrics, scores:list<int64>, rewards:list<float64>, num_rewards:int64, reward_mean:float64, reward_std:float64', { rubric: 'rubrics', scores: 'scores', attempts: 'num_rewards' }],
    ['imo-proofbench', 'question_id, category, level, source, problem, solution, answer, grading_guidelines', { problemId: 'question_id', solution: 'solution', answer: 'answer', rubric: 'grading_guidelines' }],
    ['imo-proofbench', 'Problem ID, Problem, Solution, Grading guidelines, Category, Level, Short Answer, Source', { problem: 'Problem', rubric: 'Grading guidelines', competition: 'Level' }],
    ['proofbench', 'problem_id, problem, solution, grading_scheme', { solution: 'solution', rubric: 'grading_scheme' }],
    ['matharena-outputs', `problem_idx:int64, problem, model_name, idx_answer:int64, answer, points_judge_1:float64, grading_details_judge_1:list<struct{title; points; desc}>, max_points_judge_1:int64, points_judge_2:float64, cost:float64`, { proof: 'answer', solver: 'model_name', grade: 'points_judge_1', problemId: 'problem_idx' }],
    ['qed-nano-viewer', `problem, solution, model_solution, schema_0:list<struct{title; points; desc}>, grade:list<struct{points; desc}>, history:${MESSAGES}, source, graded_score:int64`, { proof: 'model_solution', solution: 'solution', rubric: 'schema_0', grade: 'graded_score', messages: 'history' }],
    ['trl-completions', 'step:int64, prompt, completion, rubric_reward:float64, advantage:float64', { problem: 'prompt', proof: 'completion' }],
    ['matharena-gradingbench', 'problem, answer, details:list<struct{max_points; grading_scheme_desc; title}>, points:int64', { proof: 'answer', rubric: 'details', grade: 'points' }],
    ['qed-nano-viewer', 'text, schema_0:list<struct{title; points; desc}>, solution, points:int64, problem_id, model_solution', { problem: 'text', proof: 'model_solution', solution: 'solution', grade: 'points' }],
    ['imo-answerbench', 'Problem ID, Problem, Short Answer, Category, Subcategory, Source', { problem: 'Problem', answer: 'Short Answer', problemId: 'Problem ID' }],
    ['imo-answerbench', 'problem, answer:int64', { answer: 'answer' }],
    ['other', 'problem, answer, difficulty:int64', { problem: 'problem' }],
    ['fineproofs-sft', 'problem, answer, solution, reasoning', { proof: 'solution' }],
    ['other', 'a, b:int64', {}],
    ['other', 'problem:int64, proof, reasoning', { proof: 'proof', reasoning: 'reasoning' }],
  ])('%s: %s', (id, text, roles) => {
    const found = of(text)
    expect(found.schema.id).toBe(id)
    expect(found.names).toMatchObject(roles)
    expect(found.why === null).toBe(id !== 'other')
    expect(new Set(Object.values(found.names)).size).toBe(Object.values(found.names).length) // a column plays one role
  })

  test('benchmarks are for evaluation only', () => {
    expect(of('problem_id, problem, solution, grading_scheme').schema.evaluationOnly).toContain('benchmark')
    expect(of('problem, answer').schema.evaluationOnly).toContain('evaluation')
    expect(of('problem, rubrics').schema.evaluationOnly).toBeUndefined()
  })
})

test('a rubric of parts is written as graders are shown it', () => {
  expect(rubricText([{ title: 'Setup', points: 2, desc: 'Chooses $x$' }, { title: 'End', max_points: 5n, grading_scheme_desc: 'Concludes' }])).toBe('# Setup (2 points)\nDescription: Chooses $x$\n\n# End (5 points)\nDescription: Concludes')
  expect([rubricText('as it is'), rubricText(['a', 'b']), rubricText([]), rubricText([null, 3]), rubricText(null)]).toEqual(['as it is', 'a\n\nb', null, null, null])
})

test('a completion with its thinking in one column is read as both', () => {
  const set = of('step:int64, prompt, completion, advantage:float64')
  const raw = { prompt: [{ role: 'user', content: 'Prove it' }], completion: '<think>hm</think>\nQed.<|im_end|>' }
  expect(proofRow(set, raw, 3)).toMatchObject({ index: 3, problem: 'Prove it', proof: 'Qed.', hasReasoning: true, rubric: null, scores: null })
  expect(reasoningOf(set, raw)).toBe('hm')
})

test('cells are one line, lists their length', () => {
  expect([cellOf('a\n b'), cellOf(true), cellOf([1, 2]), cellOf(new Float64Array(3)), cellOf(2n), cellOf(2n ** 60n), cellOf({ a: 1 }), cellOf(null)]).toEqual(['a b', 'true', 2, 3, 2, null, null, null])
  expect(String(cellOf('x'.repeat(500)))).toHaveLength(160)
})

test('what can be done follows from the roles', () => {
  const missing = (roles: Parameters<typeof capabilities>[0]) => Object.fromEntries(capabilities(roles).map((c) => [c.what, c.missing]))
  expect(missing({ problem: 'p', messages: 'm' })).toMatchObject({ 'Fine-tune on its reasoning and proofs': [], 'Reinforcement learning with its rubrics': ['rubric'] })
  expect(missing({ problem: 'p', rewards: 'r' })).toMatchObject({ 'Difficulty, pass@k and group statistics': [], 'Curriculum cut by mean reward': ['rewardMean'] })
  expect(capabilities({}).every((c) => c.missing.length > 0)).toBe(true)
})

test('shards of one set go together in their order, other files alone', () => {
  const names = ['b.csv', 'train-00001-of-00002.parquet', 'train-00000-of-00002.parquet', 'test-00000-of-00001.parquet', 'b.csv']
  expect(shardGroups(names.map((name) => ({ name }))).map((g) => g.map((f) => f.name))).toEqual([['b.csv'], ['train-00000-of-00002.parquet', 'train-00001-of-00002.parquet'], ['test-00000-of-00001.parquet'], ['b.csv']])
  expect([shardNamed('data/train-00003-of-00010.parquet'), shardNamed('train.parquet')]).toEqual([{ set: 'data/train.parquet', index: 3, of: 10 }, null])
})
