/** What the GPU worker does with pretrained models. */
import type { Result } from '../../src/base/result'
import type { Generation, GenerateSettings } from '../../src/engine/pretrained/generator'
import type { AdapterFault } from '../../src/engine/pretrained/lora'
import type { ReadFault } from '../../src/engine/pretrained/safetensors'
import type { ModelFault } from '../../src/engine/pretrained/openWeights'
import type { ModelConfig } from '../../src/posttrain/modelConfig'
import type { MemoryEstimate, ModelPlan, Precision } from '../../src/posttrain/modelMemory'
import type { OpenFailure } from '../../src/storage/models'

export interface LoadModelRequest {
  readonly modelId: string
  /** Merged into the weights on the way; null loads the model as it is. */
  readonly adapterId: string | null
  /** Tokens of prompt and completion. */
  readonly context: number
  /** What the researcher lets the lab use: a browser does not tell how much memory the GPU has. */
  readonly budgetBytes: number
  /** What would do, in order of preference: the first that fits is taken. */
  readonly precisions: readonly Precision[]
}

export interface LoadedModel {
  readonly modelId: string
  readonly adapterId: string | null
  readonly name: string
  readonly adapterName: string | null
  readonly context: number
  readonly config: ModelConfig
  readonly endIds: readonly number[]
  readonly engine: ModelPlan['engine']
  readonly precision: Precision
  readonly estimate: MemoryEstimate
}

export interface GenerateRequest extends GenerateSettings {
  readonly promptIds: readonly number[]
}

export interface Generated extends Generation {
  /** All tokens, whether or not they were told before. */
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
}

export type LoadModelFault = ModelFault | ReadFault | AdapterFault | OpenFailure | 'busy' | 'tooLarge' | 'device'
export type GenerateFault = 'busy' | 'noModel' | 'tooLong' | 'device'
export type OnLoadProgress = (doneBytes: number, totalBytes: number) => void
/** Hears the tokens that are new, about twenty times a second. */
export type OnTokens = (tokens: readonly number[]) => void

export interface ModelEngineApi {
  /** What loading would take, or a refusal in numbers. Loads nothing. */
  planModel(config: ModelConfig, context: number, budgetBytes: number, precisions: readonly Precision[]): Promise<Result<ModelPlan, 'tooLarge' | 'device'>>
  /** Frees the model that is loaded, then loads this one, whole or not at all. */
  loadModel(request: LoadModelRequest, onProgress: OnLoadProgress): Promise<Result<LoadedModel, LoadModelFault>>
  /** Completes a prompt. A stop is an outcome: `reason` is then `stopped`. */
  generate(request: GenerateRequest, onTokens: OnTokens): Promise<Result<Generated, GenerateFault>>
  /** Ends the load or the completion underway. */
  stopModel(): Promise<void>
  unloadModel(): Promise<void>
  /** Null when none is loaded, also after the device was lost. */
  loadedModel(): Promise<LoadedModel | null>
}
