/**
 * Sizes at which the QED-Nano recipe runs in a tab. The objective is the paper's in all of them; what shrinks is the
 * model, the length, the group and the number of steps.
 */
import type { ModelConfig } from './modelConfig'
import type { ObjectiveName } from './objectives'
import type { RewardShaping } from './reward'
import type { ScheduleName } from './schedule'
import { VOCAB_SIZE } from '../proofs/tinyProofs/vocabulary'

export interface SftSettings {
  readonly steps: number
  readonly batchRows: number
  readonly learningRate: number
  readonly warmupSteps: number
  readonly schedule: ScheduleName
  readonly weightDecay: number
  readonly clipNorm: number
  /** Rows with more tokens than this are set aside and counted, never cut: cut traces teach not to end. */
  readonly maxTokens: number
}

export interface GrpoSettings {
  readonly steps: number
  /** Problems a step. */
  readonly groups: number
  /** Rollouts a problem: K. */
  readonly groupSize: number
  readonly temperature: number
  /** A completion that reaches this many tokens is truncated; without `</think>` its proof is empty and scores 0. */
  readonly maxNewTokens: number
  readonly learningRate: number
  readonly warmupSteps: number
  readonly schedule: ScheduleName
  readonly weightDecay: number
  readonly clipNorm: number
  /** Ratio clamp of the surrogate; the paper's code uses 4. */
  readonly epsilon: number
  /** Upper side of the clamp where it differs from `epsilon`. */
  readonly epsilonHigh?: number
  readonly entropyBonus: number
  readonly klCoefficient: number
  /** Whose loss it is: advantage scaling and length normalisation. The paper's where it is left out. */
  readonly variant?: ObjectiveName
  /** From scores to rewards; plain score/7 where it is left out. */
  readonly shaping?: RewardShaping
  /** Groups whose rewards are all equal are left out of the update and of its number of samples. The paper keeps them. */
  readonly filterZeroVariance?: boolean
  /** Rollouts without an end token are sampled, graded and counted, but do not train. The paper trains on them. */
  readonly filterOverlong?: boolean
  /** Optimiser steps that share one batch of rollouts, by whole groups; the later ones train on rollouts of an older policy. 1 where it is left out. */
  readonly updatesPerBatch?: number
  /** Rollouts older than this are dropped, in samples consumed since they were drawn; null or left out: none is. */
  readonly maxLag?: number | null
}

export interface Preset {
  readonly id: string
  readonly label: string
  readonly description: string
  /** `any` also trains on the wasm backend, slowly. */
  readonly needs: 'any' | 'webgpu'
  readonly model: ModelConfig
  /** Problems whose prompt is longer are set aside and counted. */
  readonly maxPromptTokens: number
  readonly sft: SftSettings
  readonly grpo: GrpoSettings
  /** Held-out problems in each of the three evaluations (base, after SFT, after RL). */
  readonly evaluationProblems: number
  /** Attempts at each of them, n of avg@n; absent for one. */
  readonly evaluationAttempts?: number
  readonly checkpointEverySteps: number
}

export function shape(hidden: number, layers: number, heads: number, kvHeads: number, headDim: number, inner: number): ModelConfig {
  return {
    vocab_size: VOCAB_SIZE,
    hidden_size: hidden,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    rope_theta: 10_000,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
  }
}

/** Shared by all presets: the paper's objective (arXiv 2604.04898; released configuration `qed_nano_rl.yaml`). */
const objective = { temperature: 0.8, schedule: 'constant' as const, weightDecay: 0.01, epsilon: 4, entropyBonus: 1e-4, klCoefficient: 0, clipNorm: 0.3 }

export const PRESETS: Readonly<Record<string, Preset>> = {
  micro: {
    id: 'micro',
    label: 'Micro',
    description: 'Two small layers, the shortest problems; seconds on a GPU, half a minute without. Shows the whole path; learns style more than proof.',
    needs: 'any',
    model: shape(32, 2, 2, 1, 16, 64),
    maxPromptTokens: 20,
    sft: { steps: 240, batchRows: 16, learningRate: 1.2e-2, warmupSteps: 10, schedule: 'linear', weightDecay: 0.01, clipNorm: 1, maxTokens: 96 },
    grpo: { ...objective, steps: 30, groups: 8, groupSize: 8, maxNewTokens: 20, learningRate: 1.5e-3, warmupSteps: 0 },
    evaluationProblems: 32,
    evaluationAttempts: 3,
    checkpointEverySteps: 15,
  },
  smoke: {
    id: 'smoke',
    label: 'Smoke',
    description: 'Two layers, problems of one to three steps; two minutes of one CPU core, less on a GPU. SFT lengthens the traces, RL makes them end.',
    needs: 'any',
    model: shape(64, 2, 4, 2, 16, 128),
    maxPromptTokens: 26,
    sft: { steps: 550, batchRows: 16, learningRate: 6e-3, warmupSteps: 20, schedule: 'linear', weightDecay: 0.01, clipNorm: 1, maxTokens: 128 },
    grpo: { ...objective, steps: 100, groups: 8, groupSize: 8, maxNewTokens: 40, learningRate: 2.5e-4, warmupSteps: 0 },
    evaluationProblems: 96,
    evaluationAttempts: 3,
    checkpointEverySteps: 25,
  },
  small: {
    id: 'small',
    label: 'Small',
    description: 'Four layers, problems of up to eight steps. For a GPU.',
    needs: 'webgpu',
    model: shape(128, 4, 4, 2, 32, 256),
    maxPromptTokens: 64,
    sft: { steps: 2000, batchRows: 32, learningRate: 3e-3, warmupSteps: 50, schedule: 'linear', weightDecay: 0.01, clipNorm: 1, maxTokens: 256 },
    grpo: { ...objective, steps: 300, groups: 8, groupSize: 16, maxNewTokens: 112, learningRate: 1.5e-4, warmupSteps: 0 },
    evaluationProblems: 160,
    evaluationAttempts: 3,
    checkpointEverySteps: 50,
  },
}
