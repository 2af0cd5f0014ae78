/** Stage 1: one step of supervised fine-tuning on teacher traces. */
import { ADAMW_DEFAULTS } from '../optimiser/adamw'
import type { SftSettings } from '../../posttrain/presets'
import { warmupConstant } from '../../posttrain/schedule'
import { sftBatch, type Trace } from '../../posttrain/trainingSet'
import type { PolicyModel } from '../policyModel'

/**
 * Cross-entropy on completion tokens, mean over the tokens of the batch.
 * @param step 0-based; decides the batch together with the seed
 * @returns metrics under TRL's names
 */
export async function sftStep(
  model: PolicyModel,
  traces: readonly Trace[],
  settings: SftSettings,
  seed: number,
  step: number,
): Promise<{ metrics: Record<string, number>; tokens: number }> {
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
  const learningRate = warmupConstant(settings.learningRate, settings.warmupSteps, step + 1)
  const { weightDecay, clipNorm } = settings
  const values = await model.step(sequences, { kind: 'crossEntropy' }, learningRate, { ...ADAMW_DEFAULTS, weightDecay, clipNorm })
  const tokens = batch.reduce((sum, t) => sum + t.prompt.length + t.completion.length, 0)
  return { metrics: { ...values, learning_rate: learningRate }, tokens }
}
