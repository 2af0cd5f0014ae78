/** Which of the two engines a policy runs on. */
import { sentence } from '../base/result'
import { GpuContext } from './gpu/context'
import { isSoftware, type OpenedGpu } from './device'
import type { FrozenBase } from './fused/frozenBase'
import { FusedModel } from './fused/fusedModel'
import { LoraModel } from './fused/loraModel'
import { modelShape } from './fused/shape'
import type { OpenModel } from './loops/run'
import { ReferenceModel } from './model/referenceModel'
import type { AdapterConfig } from './pretrained/lora'

const contexts = new WeakMap<GPUDevice, GpuContext>()

/** The device's shared context: pipelines compiled for one model serve the next. */
export function gpuContext(gpu: OpenedGpu): GpuContext {
  let context = contexts.get(gpu.device)
  if (!context) contexts.set(gpu.device, (context = new GpuContext(gpu.device, isSoftware(gpu.info))))
  return context
}

/** Fused kernels where there is a GPU and the shape suits them; tfjs ops on whatever backend is set otherwise. */
export function opener(gpu: OpenedGpu | null): OpenModel {
  return (config, state) => (gpu && modelShape(config).ok ? FusedModel.create(gpuContext(gpu), config, state) : new ReferenceModel(config, state))
}

/**
 * Adapters beside frozen weights: fresh ones where a run begins, its checkpoint's where it continues. The base stays the caller's.
 * @throws when the checkpoint is not an adapter of these weights, in a sentence
 */
export function adapterOpener(base: FrozenBase, config: AdapterConfig, seed: number): OpenModel {
  return (_, { parameters, m, v, t, adapter }) => {
    if (!m || !v || t === undefined) return LoraModel.fresh(base, config, seed)
    const model = LoraModel.resume(base, { parameters, m, v, t, adapter })
    if (!model.ok) throw new Error(sentence(model))
    return model.value
  }
}
