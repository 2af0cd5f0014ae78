import { expect, test } from 'vitest'
import { guessMapping } from './mapping'
import { gradeTable } from './melt'

function read(columns: readonly string[], rows: readonly (readonly unknown[])[]) {
  const raw = { columns, rows, unread: [] }
  const mapping = guessMapping(raw)
  const table = mapping.ok ? gradeTable(raw, mapping.value) : mapping
  if (!table.ok) throw new Error(table.what)
  return table.value
}

test('columns of repeated runs are one judge; a name that merely ends in a number is not a run', () => {
  const table = read(['problem_id', 'solver', 'human_score', 'score_grok_run_1', 'score_grok_run_2', 'score_qwen-2.5'], [['P1', 'A', 1, 0.5, 1, 0], ['P2', 'A', 0, 0.25, null, 0.5]])
  expect(table.raters.map((r) => r.id)).toEqual(['grok', 'human', 'qwen_2_5'])
  expect(table.rows.filter((r) => r.rater === 'grok').map((r) => [r.proofId, r.run, r.score, r.status])).toEqual([['P1|A|0', 1, 0.5, 'ok'], ['P1|A|0', 2, 1, 'ok'], ['P2|A|0', 1, 0.25, 'ok'], ['P2|A|0', 2, null, 'missing']])
  expect(table.duplicates).toEqual([])
})

test('long: the run column tells runs apart, and without one a repeat is a duplicate', () => {
  expect(read(['problem_id', 'rater', 'run', 'score'], [['P1', 'j', 0, 1], ['P1', 'j', 1, 0]]).rows.map((r) => r.run)).toEqual([0, 1])
  expect(read(['problem_id', 'rater', 'score'], [['P1', 'j', 1], ['P1', 'j', 0]]).duplicates).toHaveLength(1)
})
