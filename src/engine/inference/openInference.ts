/** Opens a pretrained model for inference: memory planned, weights encoded as they are read, kernels compiled. */
import { fail, ok, sentence, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { LoadPlan } from '../../posttrain/modelMemory'
import { modelShape } from '../fused/shape'
import type { GpuContext } from '../gpu/context'
import type { LoadFault, WeightReader } from '../pretrained/loadWeights'
import type { Adapter } from '../pretrained/lora'
import { AdapterStore } from './adapterStore'
import { InferenceModel } from './inferenceModel'
import { storeBytes, storePlan } from './storePlan'
import { WeightStore } from './weightStore'
import { splitsFor, Workspace, workspaceBytes } from './workspace'

export interface InferenceOptions {
  readonly plan: LoadPlan
  /** Beside the weights, to be switched on and off. One that was merged on the way in needs none. */
  readonly adapter?: Adapter
  /** Largest buffer of weights, where it shall be less than the device's. */
  readonly mostBytes?: number
}

/**
 * Whole, or not at all: a cancel or a fault frees what was allocated.
 * @param read brings the weights tensor by tensor; progress is its own
 * @throws RangeError when a buffer does not fit the device; Error when the shape is one that the kernels cannot run
 */
export async function openInference(gpu: GpuContext, config: ModelConfig, read: WeightReader, options: InferenceOptions, stop: Stop): Promise<Result<InferenceModel, LoadFault>> {
  const shape = modelShape(config)
  if (!shape.ok) throw new Error(sentence(shape))
  const owned: { dispose(): void }[] = []
  const own = <T extends { dispose(): void }>(thing: T): T => {
    owned.push(thing)
    return thing
  }
  const free = () => owned.forEach((thing) => thing.dispose())
  try {
    const store = own(WeightStore.create(gpu, config, options.plan, options.mostBytes))
    const space = own(Workspace.create(gpu, shape.value, options.plan))
    const done = await read((slot, values, at) => store.put(slot, values, at), stop)
    if (!done.ok) {
      free()
      return done
    }
    const [missing] = store.missing()
    if (missing !== undefined) throw new Error(`The weights ended before ${missing} was whole.`)
    const adapter = options.adapter ? own(AdapterStore.create(gpu, config, options.adapter)) : null
    const model = await InferenceModel.create(gpu, shape.value, store, space, adapter)
    if (!stop.aborted) return ok(model)
    model.dispose()
    return fail('cancelled', 'Loading was cancelled.')
  } catch (error) {
    free()
    throw error
  }
}

/** Bytes on the GPU that `openInference` takes, counted from the buffers it makes; an adapter's are not in it. */
export function inferenceBytes(gpu: Pick<GpuContext, 'isSoftware'>, config: ModelConfig, plan: LoadPlan, mostBytes = Infinity): number {
  const shape = modelShape(config)
  if (!shape.ok) throw new Error(sentence(shape))
  const { cache, ...rest } = workspaceBytes(shape.value, plan, splitsFor(gpu.isSoftware, shape.value, plan))
  const buffer = (bytes: number) => Math.max(16, Math.ceil(bytes / 4) * 4)
  return storeBytes(storePlan(config, plan, mostBytes)) + shape.value.layers * buffer(cache) + Object.values(rest).reduce((sum, bytes) => sum + buffer(bytes), 0)
}
