/** The step of stage 2 with scripted rollouts: what trains, what does not, and what is counted. */
import { expect, test } from 'vitest'
import { neverStop } from '../../base/stop'
import { CHECKER, CHECKER_ALONE } from '../../posttrain/checkerGrader'
import type { Grader, Graders } from '../../posttrain/grader'
import { PRESETS, type GrpoSettings } from '../../posttrain/presets'
import { completionIds, promptIds } from '../../proofs/tinyProofs/vocabulary'
import { policyStep, type PromptState } from './grpo'
import { scriptedModel } from './scriptedModel'

function value<T>(result: { ok: true; value: T } | { ok: false; what: string }): T {
  if (!result.ok) throw new Error(result.what)
  return result.value
}

const text = 'Assume $p$, $p \\to q$. Prove $q$.'
const rubric = 'Checkpoints (7 pts total)\n- Derives the goal $q$ from what precedes it (7 points)'
const problem = { problem: text, rubric, prompt: value(promptIds(text)) }
const state: PromptState = { problem, prompt: problem.prompt, turn: null }
const right = value(completionIds('so $q$.', '$q$ by modus ponens. Qed.'))
const wrong = value(completionIds('so $q$.', 'Qed.'))
const endless = right.slice(0, 2)

const base: GrpoSettings = { ...PRESETS.micro!.grpo, groups: 2, groupSize: 2, maxNewTokens: 20, steps: 10 }
const step = async (rows: readonly (readonly number[])[], settings: Partial<GrpoSettings> = {}, graders: Graders = CHECKER_ALONE) => {
  const model = scriptedModel((_, row) => rows[row]!)
  const result = await policyStep(model, [state, state], { settings: { ...base, ...settings }, graders, seed: 1, step: 3, stop: neverStop, breathe: () => Promise.resolve() })
  return { result: result!, trained: model.trained }
}
const advantages = (rollouts: readonly { advantage: number | null }[]) => rollouts.map((r) => r.advantage)

test('the paper\'s update: every sample weighs 1/4, a truncated one too; the truth is the reward', async () => {
  const { result, trained } = await step([right, wrong, right, endless])
  expect(advantages(result.rollouts)).toEqual([0.5, -0.5, 0.5, -0.5])
  expect(trained[0]!.sequences.map((s) => [s.advantage, s.weights[0]])).toEqual([[0.5, 0.25], [-0.5, 0.25], [0.5, 0.25], [-0.5, 0.25]])
  expect(result.metrics).toMatchObject({ reward: 0.5, reward_true: 0.5, reward_gap: 0, 'verifier/failures/no_input_frac': 0.25, 'verifier/rollouts/failure_frac': 0, 'stats/lag': 0 })
  expect(result.rollouts.map((r) => [r.version, r.turn, r.trueScore])).toEqual([[12, null, 7], [12, null, 0], [12, null, 7], [12, null, 0]])
})

test('a grade that could not be had: no reward, no mean, its own counter; the others of the group are centred without it', async () => {
  const failing: Grader = {
    id: 'failing',
    grade: async (requests, context) => (await CHECKER.grade(requests, context)).map((grade, i) => (i === 1 ? { score: null, cause: 'timeout' as const, marks: [] } : grade)),
  }
  const { result, trained } = await step([right, right, right, wrong], {}, { reward: failing, truth: CHECKER })
  expect(advantages(result.rollouts)).toEqual([0, null, 0.5, -0.5])
  expect(trained[0]!.sequences[1]!.weights[0]).toBe(0)
  expect(result.metrics).toMatchObject({ 'verifier/failures/timeout_frac': 0.25, 'verifier/rollouts/failure_frac': 0.25, reward_true: 0.75, reward_gap: 0 })
  expect(result.metrics.reward).toBeCloseTo(2 / 3, 12)
})

test('a lenient judge trains the policy; the gap to the truth is logged', async () => {
  const lenient: Grader = { id: 'lenient', grade: (requests) => Promise.resolve(requests.map(() => ({ score: 7, cause: null, marks: [] }))) }
  const { result } = await step([right, wrong, right, wrong], {}, { reward: lenient, truth: CHECKER })
  expect(result.metrics).toMatchObject({ reward: 1, reward_true: 0.5, reward_gap: 0.5 })
  expect(advantages(result.rollouts)).toEqual([0, 0, 0, 0])
})

test('groups without variance leave the update and its number of samples', async () => {
  const { trained } = await step([right, right, right, wrong], { filterZeroVariance: true })
  expect(trained[0]!.sequences.map((s) => [s.advantage, s.weights[0]])).toEqual([[0.5, 0.5], [-0.5, 0.5]])
})

test('overlong rollouts count and are graded, but do not train', async () => {
  const { result, trained } = await step([right, endless, right, wrong], { filterOverlong: true })
  expect(trained[0]!.sequences.map((s) => s.weights[0])).toEqual([0.25, 0, 0.25, 0.25])
  expect(result.metrics).toMatchObject({ reward: 0.5, 'completions/clipped_ratio': 0.25 })
})

test('advantages are divided where the variant says so; shaping changes what trains and not what is reported', async () => {
  const { result } = await step([right, wrong, right, right], { variant: 'grpo' })
  expect(result.rollouts[0]!.advantage).toBeCloseTo(0.5 / (Math.SQRT1_2 + 1e-4), 9)
  const shaped = await step([right, wrong, right, right], { shaping: { discount: 0.9 } })
  expect(shaped.result.metrics.reward).toBe(0.75)
  expect(shaped.result.rollouts[0]!.reward).toBeCloseTo(0.9 ** right.length, 12)
})

test('updates that share a batch: the later ones are older; past the lag they are dropped and counted', async () => {
  const two = await step([right, wrong, right, wrong], { updatesPerBatch: 2 })
  expect(two.trained.map((t) => t.sequences.length)).toEqual([2, 2])
  expect(two.result.metrics).toMatchObject({ 'stats/lag': 2, 'stats/samples_too_old_to_train': 0 })
  const strict = await step([right, wrong, right, wrong], { updatesPerBatch: 2, maxLag: 1 })
  expect(strict.trained.length).toBe(1)
  expect(strict.result.metrics['stats/samples_too_old_to_train']).toBe(2)
})
