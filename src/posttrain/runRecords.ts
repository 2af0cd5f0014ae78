/**
 * What a training run is made of: its configuration, its metrics, its rollouts. Plain data, so that the same record is
 * written by the worker, read by the page and printed by the headless recipe.
 */
import type { JudgeProfile } from '../proofs/judgeProfile'
import type { Mark, NoScoreCause } from '../proofs/records'
import type { StageResult } from './recipeResults'
import type { RunChanges } from './runSettings'

export type Stage = 'sft' | 'grpo'
export type BackendName = 'webgpu' | 'wasm'
export type RunStatus = 'running' | 'paused' | 'finished' | 'stopped' | 'interrupted' | 'failed'

/** What the researcher chose; with the code version and the adapter it determines the curves. */
export interface RunRequest {
  readonly name: string
  /** Traces for supervised fine-tuning (problem, reasoning, proof). */
  readonly sftDatasetId: string
  readonly sftDatasetName: string
  /** Problems with rubrics for reinforcement learning. */
  readonly rlDatasetId: string
  readonly rlDatasetName: string
  /** Problems never trained on; null sets the last tenth of the RL problems aside. */
  readonly heldOutDatasetId: string | null
  readonly preset: string
  /** What differs from the preset; absent when nothing does. */
  readonly changes?: RunChanges
  /** A judge of this profile rewards, while the checker keeps the true score beside it; absent when the checker rewards. */
  readonly reward?: JudgeProfile
  readonly seed: number
}

export interface RunRecord extends RunRequest {
  readonly schema: 1
  readonly id: string
  readonly status: RunStatus
  /** Why it stands where it stands: an error, a lost device; null when there is nothing to say. */
  readonly reason: string | null
  readonly backend: BackendName
  readonly adapter: string
  readonly parameters: number
  /** Optimiser steps done, counted over both stages. */
  readonly step: number
  readonly totalSteps: number
  /** Steps of stage `sft`; steps above belong to `grpo`. */
  readonly sftSteps: number
  /** Last step that a stored checkpoint can continue from. */
  readonly checkpointStep: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly evaluations: readonly Evaluation[]
  /** Of a run of a whole recipe; absent for SFT then GRPO. */
  readonly recipe?: RecipeProgress
}

/** How far a whole recipe is. Steps of the record count over all its training stages. */
export interface RecipeProgress {
  /** What each finished stage left, in the order of the stages. */
  readonly results: readonly StageResult[]
  /** The training stage that the stored checkpoint stands in the middle of; null when it ends one. */
  readonly partial: { readonly stage: string; /** What the stage keeps beside weights and optimiser. */ readonly memory: string | null } | null
}

/** Metrics of one optimiser step. Non-finite or missing values are null. Names follow TRL. */
export interface MetricPoint {
  readonly step: number
  readonly stage: Stage
  readonly values: Readonly<Record<string, number | null>>
}

/** One sampled completion with its grade. */
export interface Rollout {
  /** Index of its group (one problem, K rollouts) inside the step. */
  readonly group: number
  readonly index: number
  readonly problem: string
  readonly rubric: string
  /** Completion as sampled, with `</think>` where it was sampled. */
  readonly completion: string
  readonly reasoning: string
  readonly proof: string
  readonly tokens: number
  readonly isTruncated: boolean
  /** Points out of 7; null when no grade could be had. */
  readonly score: number | null
  readonly cause: NoScoreCause | null
  readonly marks: readonly Mark[]
  /** Reward minus the mean of the group; null without a grade. */
  readonly advantage: number | null
  /** What the checker gives, whoever rewarded; null when nobody knows. Absent in runs of earlier versions, as are the next three. */
  readonly trueScore?: number | null
  /** What trained: score/7, shaped; null without a grade. */
  readonly reward?: number | null
  /** Samples that the policy had been trained on when this was drawn. */
  readonly version?: number
  /** Turn of the reasoning cache whose prompt this answers, from 1; null without a cache. */
  readonly turn?: number | null
  /** Sum over tokens of log π at sampling time, in nats. */
  readonly logprob: number
}

export interface RolloutStep {
  readonly step: number
  readonly rollouts: readonly Rollout[]
}

/** Held-out evaluation, with one attempt or more a problem. */
export interface Evaluation {
  readonly label: 'base' | 'sft' | 'rl'
  readonly step: number
  readonly problems: number
  /** Attempts a problem, n of avg@n; absent in records of one attempt. */
  readonly attempts?: number
  /** Mean of score/7. */
  readonly reward: number
  /** Sample deviation of the mean reward over the n runs; null or absent for a single one. */
  readonly rewardStd?: number | null
  readonly successRate: number
  readonly finishRate: number
  readonly meanLength: number
  readonly lengths: readonly number[]
}

/** Every attempt of one evaluation: a rollout's `group` is the problem, its `index` the run; it has no advantage. */
export interface EvaluationAttempts {
  readonly label: Evaluation['label']
  readonly step: number
  readonly rollouts: readonly Rollout[]
}

/** What a running job tells. */
export type RunEvent =
  | { readonly kind: 'status'; readonly status: RunStatus; readonly reason: string | null }
  /** What the worker is busy with between steps, e.g. "Compiling shaders", "Evaluating 12 of 32". */
  | { readonly kind: 'activity'; readonly text: string }
  | { readonly kind: 'metrics'; readonly points: readonly MetricPoint[] }
  | { readonly kind: 'rollouts'; readonly step: RolloutStep }
  | { readonly kind: 'evaluation'; readonly evaluation: Evaluation }
  /** How far a stage of a recipe is: steps, or problems. */
  | { readonly kind: 'stage'; readonly stage: string; readonly done: number; readonly of: number }
  | { readonly kind: 'stageFinished'; readonly result: StageResult }
  | { readonly kind: 'checkpointSaved'; readonly step: number }
  /** A write that failed: the run goes on from memory and says so. */
  | { readonly kind: 'saveFailed'; readonly reason: string }
  | { readonly kind: 'deviceLost'; readonly reason: string }
