import { expect, test } from 'vitest'
import { matrixCsv } from './csv'
import { matrixSteps } from './matrix'
import { SINGLE_RUBRIC, type GradeTable } from './table'

test('an exported matrix keeps full precision, leaves gaps empty and disarms formulas', () => {
  const row = (rater: string, kind: 'human' | 'llm', score: number) => ({
    line: 1, problemId: 'p', domain: '=cmd|"x"', solver: 's', attempt: 0, proofId: 'p|s|0', rater, kind, rubric: SINGLE_RUBRIC, run: 0,
    raw: score, max: 1, score, status: 'ok' as const, rationale: null, extras: null,
  })
  const table: GradeTable = {
    rows: [row('human', 'human', 1 / 3), row('j', 'llm', 1)], duplicates: [], raters: [{ id: 'human', kind: 'human' }, { id: 'j', kind: 'llm' }],
    rubrics: [SINGLE_RUBRIC], solvers: ['s'], domains: ['=cmd|"x"'], texts: new Map(), guessedMax: null,
  }
  const steps = matrixSteps(table, { rubric: SINGLE_RUBRIC, columns: 'domain', domain: null, solver: null, threshold: 0.9, replicates: 10, seed: 3, method: 'percentile', humans: [] }, new Set(['human']))
  let step = steps.next()
  while (!step.done) step = steps.next()
  const lines = matrixCsv(step.value, 't').trim().split('\r\n')
  expect(lines.length).toBe(3)
  expect(lines[0]!.split(',').length).toBe(21)
  expect(lines[2]).toContain(`t,single,j,(all),"'=cmd|""x""",${1 - 1 / 3},,,1,,,1,1,`)
})
