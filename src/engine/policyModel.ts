/** What a training loop needs of a model, whichever way it computes: tfjs ops on any backend, or fused kernels on WebGPU. */
import type { Stop } from '../base/stop'
import type { ModelConfig } from '../posttrain/modelConfig'
import type { PolicyObjective } from '../posttrain/policyLoss'
import type { TrainedSequence } from '../posttrain/packing'
import type { SampledRow, SampleSettings } from './loops/sample'
import type { AdamWSettings } from './optimiser/adamw'

export type Objective = { readonly kind: 'crossEntropy' } | ({ readonly kind: 'policy' } & PolicyObjective)

/** Weights and optimiser state: with these four, a run continues bit for bit. */
export interface TrainedArrays {
  readonly parameters: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
  readonly t: number
}

/** The arguments of one `step`. */
export interface StepRequest {
  readonly sequences: readonly TrainedSequence[]
  readonly objective: Objective
  readonly learningRate: number
  readonly settings: AdamWSettings
}

export interface PolicyModel {
  readonly config: ModelConfig
  /** `fused` kernels or the `reference` in tfjs ops. */
  readonly engine: 'fused' | 'reference'
  /**
   * One optimiser step. Weights of the tokens come with the sequences, so that the loss is their plain sum.
   * @returns loss, grad_norm (before clipping) and means over trained tokens, by TRL's names
   */
  step(sequences: readonly TrainedSequence[], objective: Objective, learningRate: number, settings: AdamWSettings): Promise<Record<string, number>>
  /** Several steps whose batches are known beforehand, in order; their numbers are read once, at the end. At most 64. */
  steps(some: readonly StepRequest[]): Promise<Record<string, number>[]>
  /** Completions; the same (seed, row, position) draws the same token however rows are batched. */
  sample(prompts: readonly (readonly number[])[], settings: SampleSettings, stop: Stop, breathe: () => Promise<void>, onTokens?: (rows: readonly SampledRow[]) => void): Promise<SampledRow[]>
  /** log π of every completion token at `temperature`. */
  logprobs(sequences: readonly TrainedSequence[], temperature: number): Promise<Float32Array[]>
  state(): Promise<TrainedArrays>
  /** A new stage: the optimiser forgets, the weights stay. */
  resetOptimiser(): void
  dispose(): void
}
