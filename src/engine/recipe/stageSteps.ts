/** What each training stage does in a step, and what its data came to. */
import { Random } from '../../base/random'
import { CHECKER_ALONE } from '../../posttrain/checkerGrader'
import type { CacheSettings, RecipeStage } from '../../posttrain/recipe'
import { stageTraces, type RecipeData } from '../../posttrain/recipeData'
import type { StageResult } from '../../posttrain/recipeResults'
import type { Rollout } from '../../posttrain/runRecords'
import { rlBatch, type RlProblem, type Trace } from '../../posttrain/trainingSet'
import { grpoStep, policyStep, type StepContext } from '../loops/grpo'
import { rolloutMetrics } from '../loops/rolloutMetrics'
import { sftSteps } from '../loops/sft'
import type { PolicyModel } from '../policyModel'
import { assistantTraces } from './assistantTraces'
import { cacheTrajectories, drawStates, promptState, type CacheLimits, type CacheState } from './cacheStates'
import type { RecipeHost, RecipeStart } from './recipeRun'

export type Training = Extract<RecipeStage, { readonly kind: 'sft' | 'assistant' | 'rl' | 'rc-rl' }>

export interface StageStep {
  readonly metrics: Record<string, number | null>
  readonly rollouts?: readonly Rollout[]
  readonly tokens: number
}

export interface StagePlan {
  /** @returns null when it was stopped: nothing was updated */
  step(model: PolicyModel, step: number): Promise<StageStep | null>
  /** Counts of what the stage learns from. */
  readonly notes: Readonly<Record<string, number>>
  /** What it keeps between steps, as text, and taking it up again. */
  memory?(): string
  remember?(memory: string): void
}

/** @returns null when it was stopped while its data was made */
export async function planStage(
  stage: Training, start: RecipeStart, results: ReadonlyMap<string, StageResult>, host: RecipeHost, open: (from: string) => Promise<PolicyModel>,
): Promise<StagePlan | null> {
  const { preset, seed, data } = start
  const breathe = () => host.breathe(false)
  const context = (at: Extract<Training, { kind: 'rl' | 'rc-rl' }>, step: number): StepContext => ({
    settings: at.settings, graders: start.graders ?? CHECKER_ALONE, seed: (Math.imul(seed, 65_537) + at.id.length) | 0, step, stop: host.stop, breathe,
  })
  switch (stage.kind) {
    case 'sft': {
      const { traces, tooLong } = stageTraces(data.train, stage.traces, stage.settings.maxTokens, seed)
      return supervised(stage, traces, seed, { traces: traces.length, 'set aside as too long': tooLong })
    }
    case 'assistant': {
      const policy = await open(stage.from)
      const made = await assistantTraces(policy, data.train, stage.mix, preset.maxNewTokens, preset.temperature, seed, host.stop, breathe, () => host.progressed(stage, 0, stage.settings.steps))
      return made && supervised(stage, made.traces, seed, made.notes)
    }
    case 'rl': {
      const problems = keptProblems(stage, data, results)
      return { notes: { problems: problems.length }, step: (model, step) => grpoStep(model, problems, context(stage, step)) }
    }
    case 'rc-rl': {
      const problems = keptProblems(stage, data, results)
      const summariser = await open(stage.summariser)
      const replay: CacheState[] = []
      const limits = { maxNewTokens: preset.maxNewTokens, summaryTokens: preset.summaryTokens, temperature: preset.temperature }
      return {
        notes: { problems: problems.length },
        step: (model, step) => cacheStep(model, summariser, problems, stage.cache, context(stage, step), limits, replay),
        ...(stage.cache.replay > 0 ? { memory: () => JSON.stringify(replay), remember: (memory: string) => void replay.splice(0, replay.length, ...(JSON.parse(memory) as CacheState[])) } : {}),
      }
    }
  }
}

function supervised(stage: Extract<Training, { kind: 'sft' | 'assistant' }>, traces: readonly Trace[], seed: number, notes: Record<string, number>): StagePlan {
  enough(stage.id, traces.length, stage.settings.batchRows, 'traces')
  return { notes, step: async (model, step) => (await sftSteps(model, traces, stage.settings, seed, step, 1))[0]! }
}

/** The problems that the curriculum kept; all where the stage has none. */
function keptProblems(stage: Extract<Training, { kind: 'rl' | 'rc-rl' }>, data: RecipeData, results: ReadonlyMap<string, StageResult>): readonly RlProblem[] {
  if (stage.curriculum === null) return data.train
  const measured = results.get(stage.curriculum)
  if (measured?.kind !== 'curriculum') throw new Error(`Stage ${stage.id} needs the curriculum ${stage.curriculum}, which comes after it or not at all.`)
  const problems = measured.curriculum.kept.map((at) => data.train[at]!)
  enough(stage.id, problems.length, stage.kind === 'rl' ? stage.settings.groups : stage.cache.problems, 'problems that are neither too easy nor too hard')
  return problems
}

function enough(stage: string, count: number, least: number, what: string): void {
  if (count < least) throw new Error(`Stage ${stage}: only ${count} ${what}, and it needs ${least} at a time. Enlarge the training side, or train the stage before for longer.`)
}

/**
 * One step with the reasoning cache: a trajectory a problem, some of its states drawn, K rollouts of each, advantage within the
 * state's own group, grades against the original problem. Metrics of each turn's rollouts end in `_turn_n`; those of the
 * trajectories themselves are not trained on. Earlier states join in where there is a replay, as many as new ones at most.
 * @param replay grows by the drawn states up to its limit, oldest out first
 * @source QED-Nano, arXiv 2604.04898, released `rc_actor`: nothing flows back to earlier turns, nor to the summariser
 */
async function cacheStep(
  model: PolicyModel, summariser: PolicyModel, problems: readonly RlProblem[], cache: CacheSettings, context: StepContext, limits: CacheLimits, replay: CacheState[],
): Promise<StageStep | null> {
  const { seed, step, stop, breathe } = context
  const random = Random.seed(seed, 3_000_000 + step)
  const drawn = rlBatch(problems, cache.problems, seed, step)
  const trajectories = await cacheTrajectories(model, summariser, drawn, cache, limits, (Math.imul(seed, 31) + step) | 0, stop, breathe)
  if (!trajectories) return null
  const fresh = trajectories.flatMap((trajectory) => drawStates(trajectory, cache.states, random))
  const old = random.shuffled(replay).slice(0, cache.replay > 0 ? fresh.length : 0)
  replay.push(...fresh.filter((state) => state.summary !== ''))
  replay.splice(0, Math.max(0, replay.length - cache.replay))
  const result = await policyStep(model, [...fresh, ...old].map(promptState), context)
  if (!result) return null
  const summaries = trajectories.flat().filter((state) => state.turn > 1)
  return { ...result, metrics: { ...result.metrics, ...turnMetrics(result.rollouts, cache.turns + 1), 'rc_actor/empty_summary_frac': summaries.filter((s) => s.summary === '').length / summaries.length } }
}

/** The named metrics over the rollouts of each turn; null for a turn of which none was drawn. */
function turnMetrics(rollouts: readonly Rollout[], turns: number): Record<string, number | null> {
  return Object.fromEntries(
    Array.from({ length: turns }, (_, i) => i + 1).flatMap((turn) => {
      const own = rollouts.filter((r) => r.turn === turn)
      const groups = [...new Set(own.map((r) => r.group))]
      const metrics = rolloutMetrics(own.map((r) => ({ ...r, group: groups.indexOf(r.group) })), groups.length)
      return ['reward', 'success', 'completions/mean_length', 'completions/clipped_ratio', 'frac_reward_zero_std'].map((name): [string, number | null] => [`${name}_turn_${turn}`, metrics[name] ?? null])
    }),
  )
}
