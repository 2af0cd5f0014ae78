import { expect, test } from 'vitest'
import { neverStop } from '../../base/stop'
import type { RlProblem } from '../../posttrain/trainingSet'
import { makeSplit } from '../../proofs/tinyProofs/dataset'
import { proofText, statementText } from '../../proofs/tinyProofs/problem'
import { rubricFor } from '../../proofs/tinyProofs/rubricFor'
import { completionIds, promptIds } from '../../proofs/tinyProofs/vocabulary'
import type { PolicyModel } from '../policyModel'
import { evaluate } from './evaluate'
import type { SampledRow } from './sample'

const made = makeSplit(2, { train: 70, heldOut: 0 }).train
const unwrap = <T>(result: { ok: true; value: T } | { ok: false }) => {
  if (!result.ok) throw new Error('not in the vocabulary')
  return result.value
}
const problems: RlProblem[] = made.map((p) => ({ problem: statementText(p), rubric: rubricFor(p).raw, prompt: unwrap(promptIds(statementText(p))) }))
const right = made.map((p) => unwrap(completionIds('', proofText(p.proof))))

/** Solves every problem in every second call, and thinks without end in the others. */
function model(seeds: number[]) {
  let calls = 0
  return {
    sample: (prompts: readonly (readonly number[])[], { seed, maxNewTokens }: { seed: number; maxNewTokens: number }) => {
      seeds.push(seed)
      const solves = calls++ % 2 === 0
      return Promise.resolve(prompts.map((prompt): SampledRow => {
        const tokens = right[problems.findIndex((p) => p.prompt === prompt)]!
        return solves ? { tokens, logprobs: tokens.map(() => -0.5), isTruncated: false } : { tokens: new Array<number>(maxNewTokens).fill(tokens[1]!), logprobs: [-1], isTruncated: true }
      }))
    },
  } as unknown as PolicyModel
}

test('n attempts a problem, each kept with its grade; a run is a pass over the problems', async () => {
  const seeds: number[] = []
  const told: number[] = []
  const result = await evaluate(model(seeds), problems, { temperature: 1, maxNewTokens: 9, attempts: 2 }, 'sft', 12, neverStop, () => Promise.resolve(), (done, total) => told.push(done, total))
  const { evaluation, attempts } = result!
  expect(told).toEqual([0, 140, 64, 140, 70, 140, 134, 140])
  expect(new Set(seeds).size).toBe(4)
  expect(attempts).toMatchObject({ label: 'sft', step: 12 })
  expect(attempts.rollouts.map((r) => [r.group, r.index])).toEqual([0, 1].flatMap((run) => problems.map((_, p) => [p, run])))
  // Both passes solve their first 64 problems and fail on the other six.
  const { rollouts } = attempts
  expect(rollouts.filter((r) => r.score === 7).length).toBe(128)
  expect(rollouts[69]).toMatchObject({ problem: problems[69]!.problem, score: 0, cause: 'no_input', isTruncated: true, tokens: 9, advantage: null, logprob: -1 })
  expect(evaluation).toMatchObject({ label: 'sft', problems: 70, attempts: 2, successRate: 128 / 140, finishRate: 128 / 140, rewardStd: 0 })
  expect(evaluation.reward).toBeCloseTo(128 / 140, 12)
  expect(evaluation.lengths).toEqual(rollouts.map((r) => r.tokens))
  expect(evaluation.meanLength).toBeCloseTo(rollouts.reduce((sum, r) => sum + r.tokens, 0) / 140, 10)

  const first = await evaluate(model([]), problems, { temperature: 1, maxNewTokens: 9, attempts: 1 }, 'sft', 12, neverStop, () => Promise.resolve(), () => {})
  expect(first!.attempts.rollouts).toEqual(rollouts.slice(0, 70)) // the first run is the same whatever n is
  expect(first!.evaluation.rewardStd).toBeNull()
})

test('stopped, it gives nothing', async () => {
  const stop = { aborted: true }
  expect(await evaluate(model([]), problems, { temperature: 1, maxNewTokens: 9, attempts: 1 }, 'rl', 1, stop, () => Promise.resolve(), () => {})).toBeNull()
})
