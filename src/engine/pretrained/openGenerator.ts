/** Which engine a pretrained model runs on, what it takes, and its loading. */
import { ok, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { estimateFused, estimateReference, fitMemory, type ModelPlan } from '../../posttrain/modelMemory'
import type { OpenedGpu } from '../device'
import { gpuContext } from '../openModel'
import { modelShape } from '../fused/shape'
import { FusedGenerator } from './fusedGenerator'
import type { Generator } from './generator'
import type { LoadFault, WeightReader } from './loadWeights'
import { ReferenceGenerator } from './referenceGenerator'

/** The plan, or a refusal in numbers. @param budgetBytes what the researcher lets the lab use */
export function planModel(gpu: OpenedGpu | null, config: ModelConfig, context: number, budgetBytes: number): Result<ModelPlan, 'tooLarge'> {
  const engine = gpu && modelShape(config).ok ? 'fused' : 'reference'
  const estimate = (tokens: number) => (engine === 'fused' ? estimateFused(config, tokens) : estimateReference(config, tokens))
  const fit = fitMemory(context, estimate, { budgetBytes, maxBufferBytes: gpu?.maxBufferBytes ?? null })
  return fit.ok ? ok({ engine, estimate: fit.value }) : fit
}

export function loadGenerator(gpu: OpenedGpu | null, engine: ModelPlan['engine'], config: ModelConfig, context: number, read: WeightReader, stop: Stop): Promise<Result<Generator, LoadFault>> {
  return gpu && engine === 'fused' ? FusedGenerator.load(gpuContext(gpu), config, context, read, stop) : ReferenceGenerator.load(config, context, read, stop)
}
