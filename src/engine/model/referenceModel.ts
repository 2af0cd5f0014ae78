/** The policy in tfjs ops: readable, on any backend, and what the fused kernels are held against. */
import * as tf from '@tensorflow/tfjs-core'
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { refuseEmptyPrompts, type TrainedSequence } from '../../posttrain/packing'
import { rectangle } from '../loops/batch'
import { crossEntropy, policyLossTensor } from '../loops/losses'
import { sample, type SampledRow, type SampleSettings } from '../loops/sample'
import { update } from '../loops/update'
import { AdamW, type AdamWSettings } from '../optimiser/adamw'
import type { Objective, PolicyModel, StepRequest, TrainedArrays } from '../policyModel'
import { Decoder } from './decoder'

export class ReferenceModel implements PolicyModel {
  readonly engine = 'reference'
  private readonly decoder: Decoder
  private optimiser: AdamW
  private frozen: tf.Tensor1D | null

  constructor(
    readonly config: ModelConfig,
    state: Partial<TrainedArrays> & { readonly parameters: Float32Array },
  ) {
    this.decoder = new Decoder(config)
    this.optimiser = AdamW.create(this.decoder.layout, state)
    this.frozen = state.reference ? tf.tensor1d(state.reference) : null
  }

  async step(sequences: readonly TrainedSequence[], objective: Objective, learningRate: number, settings: AdamWSettings): Promise<Record<string, number>> {
    const batch = rectangle(sequences)
    if (!batch.mask.some((m) => m !== 0)) return { loss: 0, grad_norm: 0 }
    const loss = (logits: tf.Tensor2D) => (objective.kind === 'policy' ? policyLossTensor(logits, batch, objective) : crossEntropy(logits, batch))
    return update(this.decoder, this.optimiser, batch, loss, learningRate, settings)
  }

  async steps(some: readonly StepRequest[]): Promise<Record<string, number>[]> {
    const metrics: Record<string, number>[] = []
    for (const { sequences, objective, learningRate, settings } of some) metrics.push(await this.step(sequences, objective, learningRate, settings))
    return metrics
  }

  async sample(prompts: readonly (readonly number[])[], settings: SampleSettings, stop: Stop, breathe: () => Promise<void>, onTokens?: (rows: readonly SampledRow[]) => void): Promise<SampledRow[]> {
    refuseEmptyPrompts(prompts)
    return sample(this.decoder, this.optimiser.parameters, prompts, settings, stop, breathe, onTokens)
  }

  async logprobs(sequences: readonly TrainedSequence[], temperature: number, of: 'policy' | 'reference' = 'policy'): Promise<Float32Array[]> {
    refuseEmptyPrompts(sequences.map((s) => s.prompt))
    const parameters = of === 'policy' ? this.optimiser.parameters : this.frozen
    if (!parameters) throw new Error('No reference policy: freezeReference() was not called in this stage')
    const batch = rectangle(sequences)
    const logprobs = tf.tidy(() => {
      const weights = this.decoder.weights(this.decoder.views(parameters))
      const all = tf.logSoftmax(tf.div(this.decoder.logits(weights, batch.ids, batch.B, batch.T), temperature))
      const targets = new Int32Array(batch.B * batch.T)
      sequences.forEach((s, b) => s.completion.forEach((token, i) => (targets[b * batch.T + s.prompt.length - 1 + i] = token)))
      const oneHot = tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), this.config.vocab_size), 'float32')
      return tf.sum(tf.mul(all, oneHot), -1)
    })
    const data = await logprobs.data<'float32'>()
    logprobs.dispose()
    return sequences.map((s, b) => data.slice(b * batch.T + s.prompt.length - 1, b * batch.T + s.prompt.length - 1 + s.completion.length))
  }

  freezeReference(): void {
    this.frozen?.dispose()
    this.frozen = tf.clone(this.optimiser.parameters) // shares the data: an update makes new tensors
  }

  async state(): Promise<TrainedArrays> {
    const state = await this.optimiser.state()
    return this.frozen ? { ...state, reference: (await this.frozen.data<'float32'>()).slice() } : state
  }

  resetOptimiser(): void {
    this.optimiser = this.optimiser.fresh()
  }

  dispose(): void {
    this.optimiser.dispose()
    this.frozen?.dispose()
    this.decoder.dispose()
  }
}
