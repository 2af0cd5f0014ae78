import * as tf from '@tensorflow/tfjs-core'

/** A forward value, what its backward needs, and the backward itself. */
export interface Differentiable {
  readonly value: tf.Tensor
  readonly saved: tf.Tensor[]
  /** Gradients in the order of the inputs, from the gradient of the value. */
  gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[]
}

/** tfjs's `customGrad` with types that fit its use: the saved tensors come back to the gradient in their order. */
export function withGradient(inputs: tf.Tensor[], forward: (inputs: tf.Tensor[]) => Differentiable): tf.Tensor {
  const run = (...args: unknown[]) => {
    const save = args[inputs.length] as (tensors: tf.Tensor[]) => void
    const { value, saved, gradient } = forward(args.slice(0, inputs.length) as tf.Tensor[])
    save(saved)
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => gradient(dy, kept) }
  }
  return tf.customGrad(run as unknown as Parameters<typeof tf.customGrad>[0])(...inputs)
}
