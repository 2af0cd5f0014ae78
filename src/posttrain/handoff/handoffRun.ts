/** What a run says about itself to the trainers of a cluster. */
import type { ModelConfig } from '../modelConfig'
import type { Preset } from '../presets'
import type { RunRecord, Stage } from '../runRecords'

/** A dataset of the run, as it lies in the export. */
export interface HandoffDataset {
  readonly name: string
  readonly rows: number
  readonly source: string | null
  readonly revision: string | null
  readonly licence: string | null
  /** Path inside the export; null when it is left out, and then `why`. */
  readonly file: string | null
  readonly why: string | null
}

export interface HandoffRun {
  readonly record: Pick<RunRecord, 'name' | 'preset' | 'seed' | 'step' | 'totalSteps' | 'sftSteps' | 'reward'>
  readonly preset: Preset
  readonly model: ModelConfig
  readonly parameters: number
  /** Step and stage of the exported weights. */
  readonly checkpoint: { readonly step: number; readonly stage: Stage }
  /** `model` is a whole model, `adapter` low-rank weights beside a base that is not in the export. */
  readonly weights: 'model' | 'adapter'
  readonly optimiser: { readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  readonly sft: HandoffDataset
  readonly rl: HandoffDataset
  /** Null when the last tenth of the RL problems was set aside. */
  readonly heldOut: HandoffDataset | null
}

/** Smallest width of an attention head that vLLM's kernels take. @source vLLM, FlashAttention backend, supported head sizes */
const VLLM_SMALLEST_HEAD = 32

export function runsOnVllm(run: HandoffRun): boolean {
  return run.model.head_dim >= VLLM_SMALLEST_HEAD
}

/** Tokens of prompt and completion. */
export function contextOf({ preset }: HandoffRun): number {
  return preset.maxPromptTokens + preset.grpo.maxNewTokens
}

export function sftFile(run: HandoffRun): string {
  return run.sft.file ?? 'data/sft.parquet'
}
export function rlFile(run: HandoffRun): string {
  return run.rl.file ?? 'data/rl.parquet'
}
export function heldOutFile(run: HandoffRun): string {
  return run.heldOut ? (run.heldOut.file ?? 'data/heldout.parquet') : rlFile(run)
}
