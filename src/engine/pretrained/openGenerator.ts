/** Which engine a pretrained model runs on, how exactly it is held, what that takes, and its loading. */
import { ok, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { estimateMemory, estimateReference, fitMemory, loadPlan, type ModelPlan, type Precision } from '../../posttrain/modelMemory'
import type { OpenedGpu } from '../device'
import { modelShape } from '../fused/shape'
import { openInference } from '../inference/openInference'
import { gpuContext } from '../openModel'
import type { Generator } from './generator'
import type { LoadFault, WeightReader } from './loadWeights'
import { ReferenceGenerator } from './referenceGenerator'

/**
 * The plan, or a refusal in numbers.
 * @param precisions what would do, the first that fits is taken; the refusal is about the last. The reference knows float32 only
 * @param budgetBytes what the researcher lets the lab use
 */
export function planModel(gpu: OpenedGpu | null, config: ModelConfig, context: number, budgetBytes: number, precisions: readonly Precision[]): Result<ModelPlan, 'tooLarge'> {
  if (!gpu || !modelShape(config).ok) {
    const fit = fitMemory(context, (tokens) => estimateReference(config, tokens), { budgetBytes, maxBufferBytes: gpu?.maxBufferBytes ?? null })
    return fit.ok ? ok({ engine: 'reference', precision: 'f32', estimate: fit.value }) : fit
  }
  const maxBufferBytes = Math.min(gpu.maxBufferBytes, gpu.device.limits.maxStorageBufferBindingSize)
  let refused: Result<ModelPlan, 'tooLarge'> | null = null
  for (const precision of precisions) {
    const fit = fitMemory(context, (tokens) => estimateMemory(config, loadPlan(precision, tokens)), { budgetBytes, maxBufferBytes })
    if (fit.ok) return ok({ engine: 'fused', precision, estimate: fit.value })
    refused = fit
  }
  if (!refused) throw new Error('No precision was given to plan for')
  return refused
}

export function loadGenerator(gpu: OpenedGpu | null, { engine, precision }: ModelPlan, config: ModelConfig, context: number, read: WeightReader, stop: Stop): Promise<Result<Generator, LoadFault>> {
  if (gpu && engine === 'fused') return openInference(gpuContext(gpu), config, read, { plan: loadPlan(precision, context) }, stop)
  return ReferenceGenerator.load(config, context, read, stop)
}
