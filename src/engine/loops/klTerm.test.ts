/** The KL term through a whole run: the policy of the stage's start is the reference, after a resumption too. */
import { beforeAll, expect, test } from 'vitest'
import { sentence } from '../../base/result'
import { PRESETS, type Preset } from '../../posttrain/presets'
import type { MetricPoint } from '../../posttrain/runRecords'
import { makeSplit } from '../../proofs/tinyProofs/dataset'
import { trainingRows } from '../../proofs/tinyProofs/trainingRows'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../checkpoint'
import { ReferenceModel } from '../model/referenceModel'
import { openNodeWasm } from '../node'
import { prepareData, trainRun } from './run'

const micro = PRESETS.micro!
const preset = (klCoefficient: number): Preset => ({
  ...micro,
  maxPromptTokens: 40,
  evaluationProblems: 1,
  sft: { ...micro.sft, steps: 3, batchRows: 4, maxTokens: 160 },
  grpo: { ...micro.grpo, steps: 4, groups: 2, groupSize: 4, maxNewTokens: 6, learningRate: 4e-3, klCoefficient },
})

async function run(klCoefficient: number, checkpoint: Checkpoint | null = null): Promise<{ points: MetricPoint[]; checkpoints: Map<number, Checkpoint> }> {
  const own = preset(klCoefficient)
  const rows = trainingRows(makeSplit(1, { train: 60, heldOut: 4 }).train, 1)
  const data = prepareData(own, { sft: rows, rl: rows, heldOut: null })
  if (!data.ok) throw new Error(sentence(data))
  const points: MetricPoint[] = []
  const checkpoints = new Map<number, Checkpoint>()
  await trainRun(
    { preset: own, seed: 3, data: data.value, checkpoint, evaluations: [], openModel: (config, state) => new ReferenceModel(config, state) },
    {
      stop: { aborted: false }, now: () => 0, breathe: () => Promise.resolve(), activity: () => undefined, evaluated: () => undefined,
      stepFinished: (point) => void points.push({ ...point, values: { ...point.values, step_time: 0, tokens_per_second: 0 } }),
      wantsCheckpoint: () => true,
      save: (saved) => {
        const read = readCheckpoint(writeCheckpoint(saved))
        if (!read.ok) throw new Error(sentence(read))
        checkpoints.set(saved.step, read.value)
        return Promise.resolve()
      },
    },
  )
  return { points, checkpoints }
}

beforeAll(openNodeWasm)

test('it is 0 before the first update and positive after; without a coefficient nothing is frozen', async () => {
  const { points, checkpoints } = await run(0.01)
  const kl = points.filter((p) => p.stage === 'grpo').map((p) => p.values.kl!)
  expect(kl[0]).toBeLessThan(1e-9)
  expect(kl[3]).toBeGreaterThan(1e-5)
  expect(checkpoints.get(3)!.reference).toBeUndefined() // the stage had not begun
  expect(checkpoints.get(4)!.reference).toEqual(checkpoints.get(3)!.parameters)
  expect(checkpoints.get(7)!.reference).toEqual(checkpoints.get(3)!.parameters)

  const without = await run(0)
  expect(without.points.every((p) => p.values.kl === undefined)).toBe(true)
  expect(without.checkpoints.get(7)!.reference).toBeUndefined()
})

test('a run resumed in the middle of the stage, or at its start, ends on the same bits', async () => {
  const straight = await run(0.05)
  for (const from of [3, 5]) {
    const resumed = await run(0.05, straight.checkpoints.get(from)!)
    expect(resumed.points).toEqual(straight.points.slice(from))
    expect(resumed.checkpoints.get(7)).toEqual(straight.checkpoints.get(7))
  }
})
