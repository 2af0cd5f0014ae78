import { expect, test } from 'vitest'
import type { Rollout } from '../../posttrain/runRecords'
import type { StoredEvaluation } from '../../../workers/data/protocol'
import { attemptsOf, hasOutcome, OUTCOMES, problemRows } from './evaluationRows'

const rollout = (group: number, index: number, score: number | null, isTruncated = false): Rollout => ({
  group, index, score, isTruncated, problem: `P${group}`, rubric: '', completion: '', reasoning: '', proof: '', tokens: 10 * (index + 1), cause: null, marks: [], advantage: null, logprob: -1,
})
const stored: StoredEvaluation = {
  label: 'rl', step: 9, traits: [{ level: 'Level 1' }],
  rollouts: [rollout(0, 0, 7), rollout(1, 0, 0, true), rollout(2, 0, 7), rollout(0, 1, 7), rollout(1, 1, null), rollout(2, 1, 3)],
}

test('a row a problem, its attempts in the order of the runs', () => {
  const rows = problemRows(stored)
  expect(rows.map((r) => [r.problem, r.attempts.map((a) => a.score), r.meanScore, r.meanTokens, r.ended])).toEqual([['P0', [7, 7], 7, 15, 2], ['P1', [0, null], 0, 15, 1], ['P2', [7, 3], 5, 15, 2]])
  expect(OUTCOMES.map((o) => rows.filter((r) => hasOutcome(r, o)).map((r) => r.group))).toEqual([[0, 1, 2], [0], [1], [1]])
  expect(attemptsOf(stored).map((a) => [a.problem, a.run, a.traits.level])).toEqual([['0', 0, 'Level 1'], ['1', 0, undefined], ['2', 0, undefined], ['0', 1, 'Level 1'], ['1', 1, undefined], ['2', 1, undefined]])
})
