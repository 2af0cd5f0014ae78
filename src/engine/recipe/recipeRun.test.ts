/** A whole recipe of a few small steps: every stage, killed inside each kind of stage and continued. */
import { beforeAll, expect, test } from 'vitest'
import { sentence } from '../../base/result'
import { CHECKER } from '../../posttrain/checkerGrader'
import type { Grader } from '../../posttrain/grader'
import { RECIPES, stepsOf, type RecipePreset, type RecipeStage } from '../../posttrain/recipe'
import { recipeData } from '../../posttrain/recipeData'
import type { StageResult } from '../../posttrain/recipeResults'
import type { MetricPoint, Rollout } from '../../posttrain/runRecords'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../checkpoint'
import { ReferenceModel } from '../model/referenceModel'
import { openNodeWasm } from '../node'
import { runRecipe, type PartialStage } from './recipeRun'

beforeAll(openNodeWasm)

const micro = RECIPES['paper-micro']!
/** Stages in their order, a few steps each; every cell of one policy. */
const preset: RecipePreset = {
  ...micro,
  data: { ...micro.data, train: 60, validation: 0, heldOut: 4 },
  maxNewTokens: 8,
  stages: micro.stages.flatMap((stage): RecipeStage[] => {
    if (stage.kind === 'evaluate') return stage.from === 'rc-rl' ? [stage] : []
    if (stage.kind === 'curriculum') return [{ ...stage, problems: 4, settings: { attempts: 2, low: -1, high: 1 } }]
    if (stage.kind === 'assistant') return [{ ...stage, mix: { problems: 6, maxNewTokens: 12 }, settings: { ...stage.settings, steps: 3, batchRows: 4 } }]
    if (stage.kind === 'sft') return [{ ...stage, settings: { ...stage.settings, steps: 3, batchRows: 4 } }]
    const settings = { ...stage.settings, steps: 3, groups: 2, groupSize: 2, maxNewTokens: 8 }
    return stage.kind === 'rl' ? [{ ...stage, settings }] : [{ ...stage, settings, cache: { ...stage.cache, problems: 2, replay: 3 } }]
  }),
}
const data = recipeData(preset, 1, 'heldOut')

interface Left {
  readonly finished: StageResult[]
  readonly weights: Map<string, Float32Array>
  readonly points: Map<string, MetricPoint[]>
  readonly rollouts: Map<string, readonly Rollout[]>
  partial: PartialStage | null
}

/** Runs until the end, or until `kill` is reached: everything after the last save is then lost, as in a killed process. */
async function run(left: Left, kill: { stage: string; step: number } | null, reward: Grader = CHECKER): Promise<string> {
  const points: MetricPoint[] = left.partial ? [...left.partial.points] : []
  const stop = { aborted: false }
  let isDead = false
  const outcome = await runRecipe(
    { preset, seed: 1, data, openModel: (config, state) => new ReferenceModel(config, state), finished: left.finished, partial: left.partial, graders: { reward, truth: CHECKER } },
    {
      stop, now: () => 0, breathe: () => Promise.resolve(), progressed: () => undefined,
      stepFinished: (stage, point, rollouts) => {
        points.push(point)
        if (rollouts) left.rollouts.set(`${stage.id} ${point.step}`, rollouts)
        if (kill?.stage === stage.id && kill.step === point.step) isDead = stop.aborted = true
      },
      wantsCheckpoint: () => true,
      save: (stage, checkpoint, memory) => {
        if (!isDead || checkpoint.step === 1) left.partial = { stage: stage.id, checkpoint: copied(checkpoint), memory, points: points.slice() }
        return Promise.resolve()
      },
      stageFinished: (stage, result, checkpoint) => {
        left.finished.push(result)
        if (checkpoint) left.weights.set(stage.id, copied(checkpoint).parameters)
        left.points.set(stage.id, points.splice(0))
        left.partial = null
        return Promise.resolve()
      },
      weights: (stage) => Promise.resolve(left.weights.get(stage)!),
    },
  )
  return outcome
}

function copied(checkpoint: Checkpoint): Checkpoint {
  const read = readCheckpoint(writeCheckpoint(checkpoint))
  if (!read.ok) throw new Error(sentence(read))
  return read.value
}

const fresh = (): Left => ({ finished: [], weights: new Map(), points: new Map(), rollouts: new Map(), partial: null })

test('killed in every training stage and continued, it ends on the bits of a run that was not', async () => {
  const straight = fresh()
  expect(await run(straight, null)).toBe('finished')
  expect(straight.finished.map((r) => r.stage)).toEqual(preset.stages.map((s) => s.id))

  const killed = fresh()
  for (const stage of preset.stages.filter((s) => stepsOf(s) > 0)) expect(await run(killed, { stage: stage.id, step: 2 })).toBe('stopped')
  expect(await run(killed, null)).toBe('finished')
  for (const [stage, weights] of straight.weights) expect([stage, killed.weights.get(stage)]).toEqual([stage, weights])
  for (const [stage, points] of straight.points) expect([stage, killed.points.get(stage)]).toEqual([stage, points])
  expect(killed.finished).toEqual(straight.finished)
})

test('the cache stage reports each turn, centres each state by itself, and grades against the problem', async () => {
  const left = fresh()
  await run(left, null)
  const point = left.points.get('rc-rl')![0]!
  for (const turn of [1, 2, 3, 4]) expect(point.values).toHaveProperty(`reward_turn_${turn}`)
  const rollouts = left.rollouts.get('rc-rl 1')!
  expect(rollouts.length).toBe(2 * 2 * 2) // problems · states · K
  for (const group of new Set(rollouts.map((r) => r.group))) {
    const own = rollouts.filter((r) => r.group === group)
    expect(new Set(own.map((r) => `${r.problem} ${r.turn}`)).size).toBe(1)
    expect(own.reduce((sum, r) => sum + r.advantage!, 0)).toBeCloseTo(0, 12)
    expect(data.train.some((p) => p.problem === own[0]!.problem && p.rubric === own[0]!.rubric)).toBe(true)
  }
})

test('a judge in the checker\'s place rewards both reinforcement stages; the truth is logged beside it', async () => {
  const generous: Grader = { id: 'generous', grade: (requests) => Promise.resolve(requests.map((_, i) => ({ score: i % 8, cause: null, marks: [] }))) }
  const left = fresh()
  await run(left, null, generous)
  for (const stage of ['rl', 'rc-rl']) {
    const { values } = left.points.get(stage)![0]!
    expect(values.reward).toBeGreaterThan(values.reward_true!)
    expect(values.reward_gap).toBeCloseTo(values.reward! - values.reward_true!, 12)
  }
})
