import { expect, test } from 'vitest'
import { neverStop } from '../base/stop'
import type { Grade } from '../proofs/records'
import { CHECKER, CHECKER_ALONE } from './checkerGrader'
import { gradeAll, type Grader } from './grader'

const context = { seed: 1, stop: neverStop }
const problem = 'Assume $p$, $p \\to q$. Prove $q$.'
const rubric = 'Checkpoints (7 pts total)\n- Derives the goal $q$ from what precedes it (7 points)'
const request = (completion: string) => ({ problem, rubric, completion })
const fixed = (id: string, ...grades: Grade[]): Grader => ({ id, grade: () => Promise.resolve(grades) })
const scored = (score: number | null, cause: Grade['cause'] = null): Grade => ({ score, cause, marks: [] })

test('the checker: right, wrong, and never finished', async () => {
  const grades = await gradeAll(CHECKER_ALONE, [request('so $q$. </think> $q$ by modus ponens. Qed.'), request('</think> Qed.'), request('so $q$.')], context)
  expect(grades.map(({ score, cause, trueScore }) => [score, cause, trueScore])).toEqual([
    [7, null, 7],
    [0, null, 0],
    [0, 'no_input', 0],
  ])
})

test('a judge rewards, the checker knows; a failure has no score and keeps the truth', async () => {
  const judge = fixed('lenient', scored(5), scored(null, 'timeout'))
  const grades = await gradeAll({ reward: judge, truth: CHECKER }, [request('</think> Qed.'), request('</think> $q$ by modus ponens. Qed.')], context)
  expect(grades.map(({ score, cause, trueScore }) => [score, cause, trueScore])).toEqual([
    [5, null, 0],
    [null, 'timeout', 7],
  ])
  const [unknown] = await gradeAll({ reward: fixed('judge', scored(5)), truth: null }, [request('')], context)
  expect(unknown!.trueScore).toBeNull()
})

test.each([
  ['another number of grades', [scored(1)]],
  ['a score outside 0–7', [scored(1), scored(8)]],
  ['a score that is no number', [scored(NaN), scored(0)]],
  ['neither score nor cause', [scored(null), scored(0)]],
])('%s is an error that names the grader', async (_, grades) => {
  await expect(gradeAll({ reward: fixed('broken', ...grades), truth: null }, [request('a'), request('b')], context)).rejects.toThrow(/grader broken gave/)
})
