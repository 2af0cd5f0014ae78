/** The two training losses as differentiable tensors; `posttrain/policyLoss.ts` is the reference of the second. */
import * as tf from '@tensorflow/tfjs-core'
import type { PolicyObjective } from '../../posttrain/policyLoss'
import type { Rectangle } from './batch'

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

const trainedTokens = (mask: Float32Array) => Math.max(1, mask.reduce((a, b) => a + b, 0))

/**
 * −Σ w·log π over the trained tokens: their mean cross-entropy where every weight is one over their number.
 * @param logits [B·T, V]
 */
export function crossEntropy(logits: tf.Tensor2D, batch: Pick<Rectangle, 'targets' | 'mask' | 'weights'>): LossParts {
  const mask = tf.tensor1d(batch.mask)
  const count = trainedTokens(batch.mask)
  const { all, chosen } = targetLogprobs(logits, batch.targets)
  const hit = tf.cast(tf.equal(tf.argMax(logits, -1), tf.tensor1d(batch.targets, 'int32')), 'float32')
  return {
    loss: tf.neg(tf.sum(tf.mul(chosen, tf.tensor1d(batch.weights)))) as tf.Scalar,
    parts: {
      entropy: tf.mul(tf.sum(tf.mul(entropyOf(all), mask)), 1 / count) as tf.Scalar,
      mean_token_accuracy: tf.mul(tf.sum(tf.mul(hit, mask)), 1 / count) as tf.Scalar,
    },
  }
}

/**
 * −Σ w [ min(r·A, clamp(r)·A) − β·k3 + η·H ], the objective of `policyLoss`.
 * @param logits raw, [S·T, V]
 */
export function policyLossTensor(logits: tf.Tensor2D, batch: Omit<Rectangle, 'B' | 'T' | 'ids'>, objective: PolicyObjective): LossParts {
  const { epsilonLow, epsilonHigh, entropyBonus, klCoefficient, temperature } = objective
  const count = trainedTokens(batch.mask)
  const mask = tf.tensor1d(batch.mask)
  const weights = tf.tensor1d(batch.weights)
  const A = tf.tensor1d(batch.advantages)
  const { all, chosen } = targetLogprobs(tf.div(logits, temperature) as tf.Tensor2D, batch.targets)
  // Outside trained tokens the difference is set to 0: a stray huge ratio times a zero weight would be NaN.
  const ratio = tf.exp(tf.mul(tf.sub(chosen, tf.tensor1d(batch.behaviour)), mask))
  const clamped = tf.mul(tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh), A)
  const free = tf.mul(ratio, A)
  const surrogate = tf.minimum(free, clamped)
  const entropy = entropyOf(all)
  let value = tf.add(surrogate, tf.mul(entropy, entropyBonus))
  const meanOver = (x: tf.Tensor) => tf.mul(tf.sum(tf.mul(x, mask)), 1 / count) as tf.Scalar
  const parts: Record<string, tf.Scalar> = {}
  if (klCoefficient !== 0) {
    const d = tf.clipByValue(tf.mul(tf.sub(tf.tensor1d(batch.reference), chosen), mask), -5, 5)
    const k3 = tf.sub(tf.sub(tf.exp(d), d), 1)
    value = tf.sub(value, tf.mul(k3, klCoefficient))
    parts.kl = meanOver(k3)
  }
  const sumSquares = tf.sum(tf.mul(tf.square(ratio), mask))
  const sum = tf.sum(tf.mul(ratio, mask))
  const isClipped = tf.cast(tf.less(clamped, free), 'float32')
  const isHigh = tf.mul(isClipped, tf.cast(tf.greater(A, 0), 'float32'))
  return {
    loss: tf.neg(tf.sum(tf.mul(value, weights))) as tf.Scalar,
    parts: {
      ...parts,
      entropy: meanOver(entropy),
      policy_loss: tf.neg(tf.sum(tf.mul(surrogate, weights))) as tf.Scalar,
      'clip_ratio/low_mean': meanOver(tf.sub(isClipped, isHigh)),
      'clip_ratio/high_mean': meanOver(isHigh),
      'clip_ratio/region_mean': meanOver(isClipped),
      'sampling/importance_sampling_ratio/mean': meanOver(ratio),
      'rl/ess': tf.div(tf.div(tf.square(sum), sumSquares), count) as tf.Scalar,
    },
  }
}
