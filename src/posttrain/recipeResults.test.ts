import { expect, test } from 'vitest'
import type { PolicyName, ScaffoldName } from './recipe'
import { findings, recipeTable, type Cell } from './recipeResults'

const cell = (policy: PolicyName, scaffold: ScaffoldName, grade: number, tokens: number, finished = 1): Cell => ({ policy, scaffold, grade, tokens, finished, problems: 2, success: 0, calls: 1, scores: [] })

test('mean over seeds, deviation with ddof 1, tokens over the single attempt of the same policy', () => {
  const table = recipeTable([
    [cell('rl', 'single', 40, 20), cell('rl', 'rc', 50, 60)],
    [cell('rl', 'single', 44, 30)],
  ])
  expect(table.map((c) => [c.scaffold, c.seeds, c.grade, c.tokens, c.multiple])).toEqual([
    ['single', 2, 42, 25, 1],
    ['rc', 1, 50, 60, 2.4],
  ])
  expect(table[0]!.gradeStd).toBeCloseTo(Math.sqrt(8), 12)
  expect(table[1]!.gradeStd).toBeNull()
})

test('an ordering is met, missed, or not measured', () => {
  const found = findings(recipeTable([[cell('base', 'single', 10, 1), cell('sft', 'single', 30, 1, 0.5), cell('rl', 'single', 35, 1, 0.8), cell('rl', 'rc', 45, 1)]]))
  expect(found.map((f) => f.isMet)).toEqual([true, false, true, true, null, null, null])
  expect(found[2]!.value).toBeCloseTo(0.4, 12)
  expect(findings([]).every((f) => f.isMet === null && f.value === null)).toBe(true)
})
