/** The two training losses as differentiable tensors; `posttrain/policyLoss.ts` is the reference of the second. */
import * as tf from '@tensorflow/tfjs-core'
import type { PolicyObjective } from '../../posttrain/policyLoss'

function targetLogprobs(logits: tf.Tensor2D, targets: Int32Array): { all: tf.Tensor; chosen: tf.Tensor1D } {
  const V = logits.shape[1]
  const all = tf.logSoftmax(logits)
  const oneHot = tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), V), 'float32')
  return { all, chosen: tf.sum(tf.mul(all, oneHot), -1) as tf.Tensor1D }
}

/** −Σ log p of a distribution given as log-probabilities [N, V] → [N], in nats. */
function entropyOf(logprobs: tf.Tensor): tf.Tensor1D {
  return tf.neg(tf.sum(tf.mul(tf.exp(logprobs), logprobs), -1)) as tf.Tensor1D
}

export interface LossParts {
  readonly loss: tf.Scalar
  /** Scalars to log, already means over trained tokens. */
  readonly parts: Readonly<Record<string, tf.Scalar>>
}

/**
 * Mean cross-entropy over the trained tokens of the batch.
 * @param logits [B·T, V]
 * @param targets @param mask [B·T]
 */
export function sftLoss(logits: tf.Tensor2D, targets: Int32Array, mask: Float32Array): LossParts {
  const weights = tf.tensor1d(mask)
  const count = Math.max(1, mask.reduce((a, b) => a + b, 0))
  const { all, chosen } = targetLogprobs(logits, targets)
  const loss = tf.mul(tf.sum(tf.mul(chosen, weights)), -1 / count) as tf.Scalar
  const hit = tf.cast(tf.equal(tf.argMax(logits, -1), tf.tensor1d(targets, 'int32')), 'float32')
  return {
    loss,
    parts: {
      entropy: tf.mul(tf.sum(tf.mul(entropyOf(all), weights)), 1 / count) as tf.Scalar,
      mean_token_accuracy: tf.mul(tf.sum(tf.mul(hit, weights)), 1 / count) as tf.Scalar,
    },
  }
}

/** Flat [S·T] arrays of one policy batch, as `policyLoss.ts` defines them; `weights` is 0 outside generated tokens. */
export interface PolicyArrays {
  readonly targets: Int32Array
  readonly mask: Float32Array
  readonly weights: Float32Array
  readonly behaviour: Float32Array
  readonly advantages: Float32Array
}

/**
 * −Σ w [ min(r·A, clamp(r)·A) + η·H ], the objective of `policyLoss` without its KL term (the shipped coefficient is 0).
 * @param logits raw, [S·T, V]
 */
export function policyLossTensor(logits: tf.Tensor2D, batch: PolicyArrays, objective: PolicyObjective): LossParts {
  const { epsilonLow, epsilonHigh, entropyBonus, klCoefficient, temperature } = objective
  if (klCoefficient !== 0) throw new Error('The KL term needs reference log-probabilities, which this engine does not compute yet')
  const count = Math.max(1, batch.mask.reduce((a, b) => a + b, 0))
  const mask = tf.tensor1d(batch.mask)
  const weights = tf.tensor1d(batch.weights)
  const A = tf.tensor1d(batch.advantages)
  const { all, chosen } = targetLogprobs(tf.div(logits, temperature) as tf.Tensor2D, batch.targets)
  // Outside generated tokens the difference is set to 0: a stray huge ratio times a zero weight would be NaN.
  const ratio = tf.exp(tf.mul(tf.sub(chosen, tf.tensor1d(batch.behaviour)), mask))
  const clamped = tf.mul(tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh), A)
  const free = tf.mul(ratio, A)
  const surrogate = tf.minimum(free, clamped)
  const entropy = entropyOf(all)
  const value = tf.add(surrogate, tf.mul(entropy, entropyBonus))
  const meanOver = (x: tf.Tensor) => tf.mul(tf.sum(tf.mul(x, mask)), 1 / count) as tf.Scalar
  const sumSquares = tf.sum(tf.mul(tf.square(ratio), mask))
  const sum = tf.sum(tf.mul(ratio, mask))
  return {
    loss: tf.neg(tf.sum(tf.mul(value, weights))) as tf.Scalar,
    parts: {
      entropy: meanOver(entropy),
      policy_loss: tf.neg(tf.sum(tf.mul(surrogate, weights))) as tf.Scalar,
      'clip_ratio/region_mean': meanOver(tf.cast(tf.less(clamped, free), 'float32')),
      'sampling/importance_sampling_ratio/mean': meanOver(ratio),
      'rl/ess': tf.div(tf.div(tf.square(sum), sumSquares), count) as tf.Scalar,
    },
  }
}
