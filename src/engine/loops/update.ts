/** One optimiser step: forward, backward, clip, AdamW; scalars read back once. */
import * as tf from '@tensorflow/tfjs-core'
import type { Decoder } from '../model/decoder'
import type { AdamW, AdamWSettings } from '../optimiser/adamw'
import type { LossParts } from './losses'
import type { Rectangle } from './batch'

/**
 * @param loss from the logits [B·T, V] of the rectangle
 * @returns loss, grad_norm (before clipping) and the loss's own parts, as numbers
 */
export async function update(
  decoder: Decoder,
  optimiser: AdamW,
  input: Pick<Rectangle, 'ids' | 'B' | 'T'>,
  loss: (logits: tf.Tensor2D) => LossParts,
  learningRate: number,
  settings: AdamWSettings,
): Promise<Record<string, number>> {
  const names: string[] = ['loss', 'grad_norm']
  const scalars = tf.tidy(() => {
    const views = decoder.views(optimiser.parameters)
    let parts: LossParts['parts'] = {}
    const { value, grads } = tf.valueAndGrads((...views: tf.Tensor[]) => {
      const result = loss(decoder.logits(decoder.weights(views), input.ids, input.B, input.T))
      parts = Object.fromEntries(Object.entries(result.parts).map(([name, t]) => [name, tf.keep(t)]))
      return result.loss
    })(views)
    const gradient = tf.concat(grads.map((g) => tf.reshape(g, [-1]))) as tf.Tensor1D
    const norm = optimiser.step(gradient, learningRate, settings)
    for (const t of [optimiser.parameters, ...optimiser.moments()]) tf.keep(t)
    names.push(...Object.keys(parts))
    const stacked = tf.stack([value, norm, ...Object.values(parts)].map((t) => tf.reshape(t, [])))
    tf.dispose(Object.values(parts))
    return stacked
  })
  const values = await scalars.data()
  scalars.dispose()
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]))
}
