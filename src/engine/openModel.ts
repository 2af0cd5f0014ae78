/** Which of the two engines a policy runs on. */
import { GpuContext } from './gpu/context'
import { isSoftware, type OpenedGpu } from './device'
import { FusedModel } from './fused/fusedModel'
import { modelShape } from './fused/shape'
import type { OpenModel } from './loops/run'
import { ReferenceModel } from './model/referenceModel'

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
