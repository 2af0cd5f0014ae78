/** A model's weights on the GPU, which nothing trains: any number of adapters lie beside the same ones. */
import { sentence } from '../../base/result'
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { GpuContext } from '../gpu/context'
import type { WeightStore } from '../inference/weightStore'
import { fingerprint } from '../kernels/fingerprint'
import { flatWeights, storedWeights, type ModelWeights } from './modelWeights'
import { modelShape, type ModelShape } from './shape'

export class FrozenBase {
  private constructor(
    readonly gpu: GpuContext,
    readonly shape: ModelShape,
    readonly weights: ModelWeights,
    /** 64 bits of the weights as they lie on the GPU, in hexadecimal: the same model in another format has others. */
    readonly fingerprint: string,
    private readonly free: () => void,
  ) {}

  /**
   * Weights in float32, in one buffer.
   * @param parameters flat, in layout order
   * @throws when the shape is one that the kernels cannot run, naming the size
   */
  static async upload(gpu: GpuContext, config: ModelConfig, parameters: Float32Array): Promise<FrozenBase> {
    const shape = shapeOf(config)
    const buffer = gpu.upload('frozen weights', parameters)
    const weights = flatWeights(shape, buffer)
    return new FrozenBase(gpu, shape, weights, await fingerprint(gpu, [buffer]), () => gpu.destroy(buffer))
  }

  /**
   * Weights in a store that is filled, packed or not. The base owns the store from now on.
   * @throws when the shape is one that the kernels cannot run, naming the size
   */
  static async over(gpu: GpuContext, config: ModelConfig, store: WeightStore): Promise<FrozenBase> {
    const weights = storedWeights(store)
    const matrices = [...weights.layers.flatMap((l) => [l.qkv, l.output, l.gateUp, l.down]), ...weights.embedding, ...weights.head]
    const buffers = new Set([weights.norms, ...matrices.flatMap((matrix) => Object.values(matrix.buffers))])
    return new FrozenBase(gpu, shapeOf(config), weights, await fingerprint(gpu, [...buffers]), () => store.dispose())
  }

  dispose(): void {
    this.free()
  }
}

function shapeOf(config: ModelConfig): ModelShape {
  const shape = modelShape(config)
  if (!shape.ok) throw new Error(sentence(shape))
  return shape.value
}
