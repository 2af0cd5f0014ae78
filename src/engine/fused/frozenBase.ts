/** A model's weights on the GPU, which nothing trains: any number of adapters lie beside the same ones. */
import { sentence } from '../../base/result'
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { GpuContext } from '../gpu/context'
import { fingerprint } from '../kernels/fingerprint'
import { modelShape, type ModelShape } from './shape'

export class FrozenBase {
  private constructor(
    readonly gpu: GpuContext,
    readonly shape: ModelShape,
    readonly weights: GPUBuffer,
    /** 64 bits of the weights as they lie on the GPU, in hexadecimal. */
    readonly fingerprint: string,
  ) {}

  /**
   * @param parameters flat, in layout order
   * @throws when the shape is one that the kernels cannot run, naming the size
   */
  static async upload(gpu: GpuContext, config: ModelConfig, parameters: Float32Array): Promise<FrozenBase> {
    const shape = modelShape(config)
    if (!shape.ok) throw new Error(sentence(shape))
    const weights = gpu.upload('frozen weights', parameters)
    return new FrozenBase(gpu, shape.value, weights, await fingerprint(gpu, [weights]))
  }

  dispose(): void {
    this.gpu.destroy(this.weights)
  }
}
