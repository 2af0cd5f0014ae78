/** How many dispatches a layer costs, and how much JavaScript a training step does. */
import { neverStop } from '../../src/base/stop'
import { FusedModel } from '../../src/engine/fused/fusedModel'
import type { GpuContext } from '../../src/engine/gpu/context'
import { elapsedMs, median } from './timing'
import { LEARNING_RATE, sequencesOf, SETTINGS, workload, type Workload } from './workload'

export interface LayerDispatches {
  readonly decode: number
  /** Forward and backward. */
  readonly train: number
}

/** What one more layer adds to the recorded plans. */
export async function layerDispatches(gpu: GpuContext): Promise<LayerDispatches> {
  const counted = async (layers: number) => {
    const work = workload(layers, 16, 4, 1)
    const model = FusedModel.create(gpu, work.config, { parameters: work.parameters })
    await model.step(sequencesOf(work), { kind: 'crossEntropy' }, LEARNING_RATE, SETTINGS)
    await model.sample([[1, 2]], { temperature: 1, maxNewTokens: 2, seed: 1, eos: -1, pad: 0 }, neverStop, () => Promise.resolve())
    const { dispatches } = model
    model.dispose()
    return dispatches
  }
  const [one, two] = [await counted(1), await counted(2)]
  return { decode: two.decode - one.decode, train: two.train - one.train }
}

export interface StepCalls {
  readonly jsMs: number
  readonly dispatches: number
}

/** The call that submits a step, from its start to its return, on an idle queue: packing, uploads, encoding, submission. */
export async function stepCalls(gpu: GpuContext, work: Workload, times: number): Promise<StepCalls> {
  const model = FusedModel.create(gpu, work.config, { parameters: work.parameters })
  const sequences = sequencesOf(work)
  await model.step(sequences, { kind: 'crossEntropy' }, LEARNING_RATE, SETTINGS)
  const taken: number[] = []
  for (let i = 0; i < times; i++) {
    taken.push(await elapsedMs(() => model.submit(sequences, { kind: 'crossEntropy' }, LEARNING_RATE, SETTINGS)))
    await gpu.device.queue.onSubmittedWorkDone()
  }
  const dispatches = model.dispatches.train
  model.dispose()
  return { jsMs: median(taken), dispatches }
}
