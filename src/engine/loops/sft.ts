/** Stage 1: one step of supervised fine-tuning on teacher traces. */
import { ADAMW_DEFAULTS, type AdamW } from '../optimiser/adamw'
import type { Decoder } from '../model/decoder'
import type { SftSettings } from '../../posttrain/presets'
import { warmupConstant } from '../../posttrain/schedule'
import { sftBatch, type Trace } from '../../posttrain/trainingSet'
import { PAD } from '../../proofs/tinyProofs/vocabulary'
import { rectangle } from './batch'
import { sftLoss } from './losses'
import { update } from './update'

/**
 * Cross-entropy on completion tokens, mean over the tokens of the batch.
 * @param step 0-based; decides the batch together with the seed
 * @returns metrics under TRL's names
 */
export async function sftStep(
  decoder: Decoder,
  optimiser: AdamW,
  traces: readonly Trace[],
  settings: SftSettings,
  seed: number,
  step: number,
): Promise<{ metrics: Record<string, number>; tokens: number }> {
  const batch = sftBatch(traces, settings.batchRows, seed, step)
  const input = rectangle(batch, PAD)
  const learningRate = warmupConstant(settings.learningRate, settings.warmupSteps, step + 1)
  const values = await update(decoder, optimiser, input, (logits) => sftLoss(logits, input.targets, input.mask), learningRate, {
    ...ADAMW_DEFAULTS,
    weightDecay: settings.weightDecay,
    clipNorm: settings.clipNorm,
  })
  const tokens = batch.reduce((sum, t) => sum + t.prompt.length + t.completion.length, 0)
  return { metrics: { ...values, learning_rate: learningRate }, tokens }
}
