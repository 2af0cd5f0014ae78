/** Stage 1: steps of supervised fine-tuning on teacher traces. */
import { ADAMW_DEFAULTS } from '../optimiser/adamw'
import type { SftSettings } from '../../posttrain/presets'
import { learningRateAt } from '../../posttrain/schedule'
import { sftBatch, type Trace } from '../../posttrain/trainingSet'
import type { PolicyModel, StepRequest } from '../policyModel'

export interface SftStep {
  /** Under TRL's names. */
  readonly metrics: Record<string, number>
  readonly tokens: number
}

/**
 * `count` steps from `step` (0-based) on: cross-entropy on completion tokens, mean over the tokens of a batch. Batches follow
 * from seed and step alone, so that several steps can be handed to the GPU before the first of their numbers is read.
 */
export async function sftSteps(model: PolicyModel, traces: readonly Trace[], settings: SftSettings, seed: number, step: number, count: number): Promise<SftStep[]> {
  const planned = Array.from({ length: count }, (_, i) => planStep(traces, settings, seed, step + i))
  const metrics = await model.steps(planned)
  return planned.map(({ learningRate, tokens }, i) => ({ metrics: { ...metrics[i]!, learning_rate: learningRate }, tokens }))
}

function planStep(traces: readonly Trace[], settings: SftSettings, seed: number, step: number): StepRequest & { tokens: number } {
  const batch = sftBatch(traces, settings.batchRows, seed, step)
  const trained = batch.reduce((sum, t) => sum + t.completion.length, 0)
  const sequences = batch.map(({ prompt, completion }) => ({
    prompt,
    completion,
    weights: new Float32Array(completion.length).fill(1 / trained),
    advantage: null,
    behaviour: null,
    reference: null,
  }))
  const learningRate = learningRateAt(settings, step + 1)
  const { weightDecay, clipNorm } = settings
  const tokens = batch.reduce((sum, t) => sum + t.prompt.length + t.completion.length, 0)
  return { sequences, objective: { kind: 'crossEntropy' }, learningRate, settings: { ...ADAMW_DEFAULTS, weightDecay, clipNorm }, tokens }
}
