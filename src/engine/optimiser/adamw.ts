/** AdamW over one flat buffer, so that a step is a dozen ops whatever the number of tensors. */
import * as tf from '@tensorflow/tfjs-core'
import type { ParameterSlot } from '../model/parameters'

export interface AdamWSettings {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** Largest global gradient norm; the gradient is scaled by min(1, clip / (norm + 1e-6)). */
  readonly clipNorm: number
}

export { ADAMW_DEFAULTS } from './adamwDefaults'

/**
 *   g ← g · min(1, clip/(‖g‖ + 1e-6));  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
 *   p ← p − lr·( (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε) + λ·p on matrices )
 * The state is parameters, m, v and the count t: saving these four resumes bit for bit.
 * @source Loshchilov and Hutter, arXiv 1711.05101; the names and order of PyTorch's AdamW
 */
export class AdamW {
  private constructor(
    public parameters: tf.Tensor1D,
    private m: tf.Tensor1D,
    private v: tf.Tensor1D,
    private readonly decayed: tf.Tensor1D,
    public t: number,
  ) {}

  /** m and v start at zero when they are not given. */
  static create(layout: readonly ParameterSlot[], state: { parameters: Float32Array; m?: Float32Array; v?: Float32Array; t?: number }): AdamW {
    const decayed = new Float32Array(state.parameters.length)
    for (const slot of layout) if (slot.isDecayed) decayed.fill(1, slot.offset, slot.offset + slot.size)
    const zeros = () => new Float32Array(state.parameters.length)
    return new AdamW(
      tf.tensor1d(state.parameters),
      tf.tensor1d(state.m ?? zeros()),
      tf.tensor1d(state.v ?? zeros()),
      tf.tensor1d(decayed),
      state.t ?? 0,
    )
  }

  /** One update; returns the gradient's global norm before clipping, still on the device. */
  step(gradient: tf.Tensor1D, learningRate: number, settings: AdamWSettings): tf.Scalar {
    this.t++
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = settings
    const [norm, p, m, v] = tf.tidy(() => {
      const norm = tf.sqrt(tf.sum(tf.square(gradient))) as tf.Scalar
      const g = tf.mul(gradient, tf.minimum(1, tf.div(clipNorm, tf.add(norm, 1e-6))))
      const m = tf.add(tf.mul(this.m, beta1), tf.mul(g, 1 - beta1)) as tf.Tensor1D
      const v = tf.add(tf.mul(this.v, beta2), tf.mul(tf.square(g), 1 - beta2)) as tf.Tensor1D
      const first = tf.mul(m, 1 / (1 - beta1 ** this.t))
      const second = tf.add(tf.sqrt(tf.mul(v, 1 / (1 - beta2 ** this.t))), epsilon)
      const shrunk = tf.mul(this.parameters, tf.sub(1, tf.mul(this.decayed, learningRate * weightDecay)))
      const p = tf.sub(shrunk, tf.mul(tf.div(first, second), learningRate)) as tf.Tensor1D
      return [norm, p, m, v] as const
    })
    tf.dispose([this.parameters, this.m, this.v])
    this.parameters = p
    this.m = m
    this.v = v
    return norm
  }

  /** The same weights with an optimiser that has seen nothing. Replaces this one. */
  fresh(): AdamW {
    const next = new AdamW(this.parameters, tf.zerosLike(this.m), tf.zerosLike(this.v), this.decayed, 0)
    tf.dispose([this.m, this.v])
    return next
  }

  /** The two moment tensors; the caller may keep them across a tidy. */
  moments(): readonly tf.Tensor[] {
    return [this.m, this.v]
  }

  async state(): Promise<{ parameters: Float32Array; m: Float32Array; v: Float32Array; t: number }> {
    const [parameters, m, v] = await Promise.all([this.parameters.data<'float32'>(), this.m.data<'float32'>(), this.v.data<'float32'>()])
    return { parameters: parameters.slice(), m: m.slice(), v: v.slice(), t: this.t }
  }

  dispose(): void {
    tf.dispose([this.parameters, this.m, this.v, this.decayed])
  }
}
