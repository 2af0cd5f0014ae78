/** Test helper: a whole run of a few small steps, every checkpoint written and read back. */
import { sentence } from '../../base/result'
import { PRESETS, type Preset } from '../../posttrain/presets'
import type { MetricPoint } from '../../posttrain/runRecords'
import { makeSplit } from '../../proofs/tinyProofs/dataset'
import { trainingRows } from '../../proofs/tinyProofs/trainingRows'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../checkpoint'
import { prepareData, trainRun, type OpenModel } from './run'

const micro = PRESETS.micro!
/** Three steps of fine-tuning, four of reinforcement. */
const preset = (klCoefficient: number): Preset => ({
  ...micro,
  maxPromptTokens: 40,
  evaluationProblems: 1,
  sft: { ...micro.sft, steps: 3, batchRows: 4, maxTokens: 160 },
  grpo: { ...micro.grpo, steps: 4, groups: 2, groupSize: 4, maxNewTokens: 6, learningRate: 4e-3, klCoefficient },
})

/** Points without wall times, and the checkpoint after every step, by step. */
export async function shortRun(openModel: OpenModel, klCoefficient: number, checkpoint: Checkpoint | null = null): Promise<{ points: MetricPoint[]; checkpoints: Map<number, Checkpoint> }> {
  const own = preset(klCoefficient)
  const rows = trainingRows(makeSplit(1, { train: 60, heldOut: 4 }).train, 1)
  const data = prepareData(own, { sft: rows, rl: rows, heldOut: null })
  if (!data.ok) throw new Error(sentence(data))
  const points: MetricPoint[] = []
  const checkpoints = new Map<number, Checkpoint>()
  await trainRun(
    { preset: own, seed: 3, data: data.value, checkpoint, evaluations: [], openModel },
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
