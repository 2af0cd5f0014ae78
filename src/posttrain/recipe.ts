/** The whole recipe as data: stages one after the other, each from the weights of an earlier one. */
import { PAPER_CURRICULUM, type CurriculumSettings } from './curriculum'
import type { ModelConfig } from './modelConfig'
import { shape, type GrpoSettings, type SftSettings } from './presets'
import type { DeepseekMathSettings } from './scaffolds/deepseekMath'
import type { ReasoningCacheSettings } from './scaffolds/simple'
import type { RsaSettings } from './scaffolds/tournament'
import type { Level } from '../proofs/tinyProofs/generate'

/** The models of the table, in its order; the assistant summarises and verifies, and is never reinforced. */
export const POLICIES = ['base', 'sft', 'rl', 'rc-rl'] as const
export type PolicyName = (typeof POLICIES)[number]
export const SCAFFOLD_NAMES = ['single', 'rc', 'dsm', 'rsa'] as const
export type ScaffoldName = (typeof SCAFFOLD_NAMES)[number]

/** Which traces a supervised stage learns from. */
export interface TraceMix {
  readonly levels: readonly Level[]
  /** Share of traces that repeat themselves, as the paper's teacher does. */
  readonly verbose: number
  /** Rows a problem that go on from a summary, beside the one that starts from nothing. */
  readonly continuations: number
}

export interface AssistantMix {
  /** Problems that the policy attempts, for traces to sum up and proofs to judge. */
  readonly problems: number
  /** Longest attempt, in tokens; more than a turn has, so that there are proofs to judge. */
  readonly maxNewTokens: number
}

export interface CacheSettings extends ReasoningCacheSettings {
  /** States drawn of each trajectory's turns + 1, without replacement. */
  readonly states: number
  /** Problems a step, in the place of `groups`. */
  readonly problems: number
  /** The summariser's. @source temperature 0.7 */
  readonly temperature: number
  /** Summaries of earlier trajectories that are kept and drawn beside the new ones; 0 turns replay off, as in QED-Nano. */
  readonly replay: number
}

export type RecipeStage =
  | { readonly id: string; readonly label: string; readonly kind: 'sft'; readonly from: string | null; readonly traces: TraceMix; readonly settings: SftSettings }
  | { readonly id: string; readonly label: string; readonly kind: 'assistant'; readonly from: string; readonly mix: AssistantMix; readonly settings: SftSettings }
  | { readonly id: string; readonly label: string; readonly kind: 'curriculum'; readonly from: string; readonly problems: number; readonly settings: CurriculumSettings }
  | { readonly id: string; readonly label: string; readonly kind: 'rl'; readonly from: string; readonly curriculum: string | null; readonly settings: GrpoSettings }
  | { readonly id: string; readonly label: string; readonly kind: 'rc-rl'; readonly from: string; readonly curriculum: string | null; readonly summariser: string; readonly cache: CacheSettings; readonly settings: GrpoSettings }
  /** One cell of the table. */
  | { readonly id: string; readonly label: string; readonly kind: 'evaluate'; readonly from: PolicyName; readonly scaffold: ScaffoldName; readonly assistant: string }

export interface RecipePreset {
  readonly id: string
  readonly label: string
  readonly description: string
  readonly model: ModelConfig
  /** Problems whose prompt is longer are set aside. */
  readonly maxPromptTokens: number
  /** Problems of the training, validation and held-out side; levels in turn, only these kinds; `mostAlike` training problems of one canonical form, so that few forms are not most of what is seen. */
  readonly data: { readonly train: number; readonly validation: number; readonly heldOut: number; readonly levels: readonly Level[]; readonly kinds: readonly string[]; readonly mostAlike: number }
  /** The limit of one turn, in training and in evaluation. */
  readonly maxNewTokens: number
  readonly temperature: number
  readonly summaryTokens: number
  readonly scaffolds: { readonly rc: ReasoningCacheSettings; readonly dsm: DeepseekMathSettings; readonly rsa: RsaSettings }
  readonly stages: readonly RecipeStage[]
  readonly checkpointEverySteps: number
}

/** The paper's objective; what the sizes ask for is set by each preset. */
const objective = { temperature: 0.8, schedule: 'constant' as const, weightDecay: 0.01, epsilon: 4, entropyBonus: 1e-4, klCoefficient: 0, clipNorm: 0.3, warmupSteps: 0 }
const supervised = { schedule: 'linear' as const, weightDecay: 0.01, clipNorm: 1 }

const cells: readonly RecipeStage[] = POLICIES.flatMap((from) =>
  SCAFFOLD_NAMES.map((scaffold): RecipeStage => ({ id: `${from}+${scaffold}`, label: `Evaluating ${from} with ${scaffold}`, kind: 'evaluate', from, scaffold, assistant: 'assistant' })),
)

interface Sizes {
  readonly maxNewTokens: number
  readonly steps: Readonly<Record<'base' | 'sft' | 'assistant' | 'rl' | 'rc-rl', number>>
  readonly curriculumProblems: number
  readonly assistantProblems: number
  readonly groups: number
  readonly cacheProblems: number
  readonly verbose: number
  readonly groupSize: number
  readonly sftRate: number
  readonly rlRate: number
  readonly levels: readonly Level[]
}

function stagesOf(s: Sizes): readonly RecipeStage[] {
  const { maxNewTokens, groupSize } = s
  const sft = { ...supervised, batchRows: 16, learningRate: s.sftRate, warmupSteps: 20, maxTokens: 128 }
  const rl = { ...objective, groups: s.groups, groupSize, maxNewTokens, learningRate: s.rlRate }
  return [
    { id: 'base', label: 'Pre-training on the shortest problems', kind: 'sft', from: null, traces: { levels: [1], verbose: 0, continuations: 0 }, settings: { ...sft, steps: s.steps.base } },
    { id: 'sft', label: 'Fine-tuning on teacher traces', kind: 'sft', from: 'base', traces: { levels: s.levels, verbose: s.verbose, continuations: 1 }, settings: { ...sft, steps: s.steps.sft } },
    { id: 'assistant', label: 'Teaching a copy to summarise and verify', kind: 'assistant', from: 'sft', mix: { problems: s.assistantProblems, maxNewTokens: 2 * maxNewTokens }, settings: { ...sft, learningRate: s.sftRate / 2, steps: s.steps.assistant } },
    { id: 'curriculum', label: 'Measuring difficulty', kind: 'curriculum', from: 'sft', problems: s.curriculumProblems, settings: { attempts: 8, ...PAPER_CURRICULUM } },
    { id: 'rl', label: 'Reinforcement with rubric rewards', kind: 'rl', from: 'sft', curriculum: 'curriculum', settings: { ...rl, steps: s.steps.rl } },
    // Kept besides: what a single turn never solved, since the cache may reach it.
    { id: 'rc-curriculum', label: 'Measuring difficulty again', kind: 'curriculum', from: 'rl', problems: s.curriculumProblems, settings: { attempts: 4, low: -1, high: 0.7 } },
    {
      id: 'rc-rl', label: 'Reinforcement with the reasoning cache', kind: 'rc-rl', from: 'rl', curriculum: 'rc-curriculum', summariser: 'assistant',
      cache: { turns: 3, style: 'replace', states: 2, problems: s.cacheProblems, temperature: 0.7, replay: 0 },
      settings: { ...rl, learningRate: s.rlRate * 0.75, steps: s.steps['rc-rl'] },
    },
    ...cells,
  ]
}

const scaffolds = {
  rc: { turns: 3, style: 'replace' as const },
  dsm: { poolSize: 4, verifications: 4, reviewsPerRefinement: 2, iterations: 1 },
  rsa: { solutions: 4, rounds: 2, blockSize: 3 },
}
const LEVELS: readonly Level[] = [1, 2, 3, 2, 3, 4]

export const RECIPES: Readonly<Record<string, RecipePreset>> = {
  'paper-tiny': {
    id: 'paper-tiny',
    label: 'Paper, tiny',
    description: 'The whole recipe on chains of one to four steps: pre-training, fine-tuning, a summariser, curriculum, reinforcement, reinforcement with the reasoning cache, and the table of four scaffolds on 200 held-out problems.',
    model: shape(48, 4, 4, 2, 12, 96),
    maxPromptTokens: 80,
    data: { train: 5000, validation: 200, heldOut: 200, levels: LEVELS, kinds: ['Implication'], mostAlike: 12 },
    maxNewTokens: 40,
    temperature: 0.8,
    summaryTokens: 40,
    scaffolds,
    stages: stagesOf({
      maxNewTokens: 40, steps: { base: 120, sft: 1500, assistant: 500, rl: 120, 'rc-rl': 90 }, curriculumProblems: 700, assistantProblems: 1400,
      groups: 8, cacheProblems: 6, groupSize: 8, sftRate: 6e-3, rlRate: 4e-4, levels: LEVELS, verbose: 0.4,
    }),
    checkpointEverySteps: 50,
  },
  'paper-micro': {
    id: 'paper-micro',
    label: 'Paper, micro',
    description: 'Every stage of the recipe in a minute, on problems of one and two steps: shows the path, not the gains.',
    model: shape(32, 2, 2, 1, 16, 64),
    maxPromptTokens: 40,
    data: { train: 400, validation: 16, heldOut: 16, levels: [1, 2], kinds: ['Implication'], mostAlike: 40 },
    maxNewTokens: 24,
    temperature: 0.8,
    summaryTokens: 16,
    scaffolds: { rc: scaffolds.rc, dsm: { ...scaffolds.dsm, poolSize: 2, verifications: 2 }, rsa: { solutions: 2, rounds: 1, blockSize: 2 } },
    stages: stagesOf({
      maxNewTokens: 24, steps: { base: 20, sft: 120, assistant: 20, rl: 6, 'rc-rl': 4 }, curriculumProblems: 64, assistantProblems: 24,
      groups: 4, cacheProblems: 2, groupSize: 4, sftRate: 1.2e-2, rlRate: 1e-3, levels: [1, 2], verbose: 0.5,
    }),
    checkpointEverySteps: 10,
  },
}

/** Optimiser steps of a stage; 0 for one that trains nothing. */
export function stepsOf(stage: RecipeStage): number {
  return stage.kind === 'evaluate' || stage.kind === 'curriculum' ? 0 : stage.settings.steps
}
