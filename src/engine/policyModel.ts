/** What a training loop needs of a model, whichever way it computes: tfjs ops on any backend, or fused kernels on WebGPU. */
import type { Stop } from '../base/stop'
import type { ModelConfig } from '../posttrain/modelConfig'
import type { PolicyObjective } from '../posttrain/policyLoss'
import type { TrainedSequence } from '../posttrain/packing'
import type { SampledRow, SampleSettings } from './loops/sample'
import type { AdamWSettings } from './optimiser/adamw'
import type { AdapterConfig } from './pretrained/lora'

export type Objective = { readonly kind: 'crossEntropy' } | ({ readonly kind: 'policy' } & PolicyObjective)

/** What adapters belong to. */
export interface AdapterOrigin {
  readonly config: AdapterConfig
  /** Fingerprint of the weights that they lie beside. */
  readonly base: string
}

/** What is trained and the optimiser's state: with these a run continues bit for bit. */
export interface TrainedArrays {
  readonly parameters: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
  readonly t: number
  /** The frozen reference, where it is a copy of its own. */
  readonly reference?: Float32Array
  /** Set where `parameters` are adapters and not a whole model. */
  readonly adapter?: AdapterOrigin
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
  /** log π of every completion token at `temperature`: of the policy as it is, or of the frozen reference. */
  logprobs(sequences: readonly TrainedSequence[], temperature: number, of?: 'policy' | 'reference'): Promise<Float32Array[]>
  /**
   * From now on the reference is the policy as it is. Adapters have theirs for free and leave it alone: the same weights with
   * the adapter off.
   */
  freezeReference(): void
  state(): Promise<TrainedArrays>
  /** A new stage: the optimiser forgets, the weights stay. */
  resetOptimiser(): void
  dispose(): void
}
