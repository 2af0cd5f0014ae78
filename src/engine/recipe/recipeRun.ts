/** The stages of a recipe, one after the other; a run that was killed goes on from its last checkpoint, bit for bit. */
import { mean } from '../../base/numeric'
import type { Graders } from '../../posttrain/grader'
import { stepsOf, type RecipePreset, type RecipeStage } from '../../posttrain/recipe'
import type { RecipeData } from '../../posttrain/recipeData'
import type { StageResult } from '../../posttrain/recipeResults'
import type { MetricPoint, Rollout } from '../../posttrain/runRecords'
import type { Checkpoint } from '../checkpoint'
import { assertFinite } from '../loops/finite'
import type { OpenModel } from '../loops/run'
import { initialParameters } from '../model/parameters'
import type { PolicyModel } from '../policyModel'
import { curriculumOf, evaluateCell } from './stageEvaluation'
import { planStage, type Training } from './stageSteps'

export interface RecipeStart {
  readonly preset: RecipePreset
  readonly seed: number
  readonly data: RecipeData
  readonly openModel: OpenModel
  /** Results of the stages that are done; those are not run again. */
  readonly finished: readonly StageResult[]
  /** Where the stage that comes next was left; null to begin it. */
  readonly partial: PartialStage | null
  /** Who rewards and who knows; the checker both where it is left out. */
  readonly graders?: Graders
}

/** A stage left in the middle. */
export interface PartialStage {
  readonly stage: string
  readonly checkpoint: Checkpoint
  /** What the stage keeps between steps beside weights and optimiser; null when it keeps nothing. */
  readonly memory: string | null
  /** Points up to the checkpoint, at least. */
  readonly points: readonly MetricPoint[]
}

/** What a recipe asks of its surroundings; a worker and a terminal answer differently. */
export interface RecipeHost {
  readonly stop: { readonly aborted: boolean }
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** Lets messages in; `isSafe` is true between steps, where a pause may hold. */
  breathe(isSafe: boolean): Promise<void>
  /** How far the stage is: steps, or problems. */
  progressed(stage: RecipeStage, done: number, of: number): void
  /** `point.step` counts inside the stage, from 1. */
  stepFinished(stage: RecipeStage, point: MetricPoint, rollouts: readonly Rollout[] | null): void
  wantsCheckpoint(stage: RecipeStage, step: number): boolean
  /** A place inside the stage to go on from. */
  save(stage: RecipeStage, checkpoint: Checkpoint, memory: string | null): Promise<void>
  /** The stage is done: its result, and its weights where it trained. After this it is never run again. */
  stageFinished(stage: RecipeStage, result: StageResult, checkpoint: Checkpoint | null): Promise<void>
  /** Weights of a finished stage. */
  weights(stage: string): Promise<Float32Array>
}

/** Runs what is left of the recipe. */
export async function runRecipe(start: RecipeStart, host: RecipeHost): Promise<'finished' | 'stopped'> {
  const results = new Map(start.finished.map((result) => [result.stage, result]))
  for (const stage of start.preset.stages) {
    if (results.has(stage.id)) continue
    const result = await runStage(stage, start, results, host)
    if (!result) return 'stopped'
    results.set(stage.id, result)
  }
  return 'finished'
}

/** @returns null when it was stopped */
async function runStage(stage: RecipeStage, start: RecipeStart, results: ReadonlyMap<string, StageResult>, host: RecipeHost): Promise<StageResult | null> {
  if (stage.kind === 'evaluate') return evaluateCell(stage, start, host)
  if (stage.kind === 'curriculum') return curriculumOf(stage, start, host)
  return trained(stage, start, results, host)
}

async function trained(stage: Training, start: RecipeStart, results: ReadonlyMap<string, StageResult>, host: RecipeHost): Promise<StageResult | null> {
  const { preset, seed } = start
  const startedAt = host.now()
  const total = stepsOf(stage)
  const opened: PolicyModel[] = []
  const open = async (from: string | null) => {
    const model = start.openModel(preset.model, { parameters: from === null ? initialParameters(preset.model, seed) : await host.weights(from) })
    opened.push(model)
    return model
  }
  try {
    const plan = await planStage(stage, start, results, host, open)
    if (!plan) return null
    const partial = start.partial?.stage === stage.id ? start.partial : null
    let model: PolicyModel
    if (partial) {
      opened.push((model = start.openModel(preset.model, partial.checkpoint)))
      if (partial.memory !== null) plan.remember?.(partial.memory)
    }
    else {
      model = await open(stage.from)
      if ((stage.kind === 'rl' || stage.kind === 'rc-rl') && stage.settings.klCoefficient !== 0) model.freezeReference()
    }
    const isRl = stage.kind === 'rl' || stage.kind === 'rc-rl'
    const points: MetricPoint[] = partial ? partial.points.filter((p) => p.step <= partial.checkpoint.step) : []
    let step = partial?.checkpoint.step ?? 0
    const checkpoint = async (): Promise<Checkpoint> => ({ config: preset.model, stage: isRl ? 'grpo' : 'sft', step, seed, ...(await model.state()) })
    while (step < total) {
      host.progressed(stage, step, total)
      await host.breathe(true)
      if (host.stop.aborted) break
      const before = host.now()
      const done = await plan.step(model, step)
      if (!done) break
      assertFinite(done.metrics, step + 1)
      step++
      const seconds = (host.now() - before) / 1000
      const point: MetricPoint = { step, stage: isRl ? 'grpo' : 'sft', values: { ...done.metrics, num_tokens: done.tokens, step_time: seconds, tokens_per_second: seconds > 0 ? done.tokens / seconds : null } }
      points.push(point)
      host.stepFinished(stage, point, done.rollouts ?? null)
      if (step < total && host.wantsCheckpoint(stage, step)) await host.save(stage, await checkpoint(), plan.memory?.() ?? null)
    }
    if (step < total) {
      if (step > 0) await host.save(stage, await checkpoint(), plan.memory?.() ?? null)
      return null
    }
    const tenth = Math.max(1, Math.floor(points.length / 10))
    const result: StageResult = {
      stage: stage.id, kind: stage.kind, steps: total, seconds: (host.now() - startedAt) / 1000,
      first: meansOf(points.slice(0, tenth)), last: meansOf(points.slice(-tenth)), notes: plan.notes,
    }
    await host.stageFinished(stage, result, await checkpoint())
    return result
  } finally {
    for (const model of opened) model.dispose()
  }
}

/** Mean of each metric over the points; null where none has it. */
function meansOf(points: readonly MetricPoint[]): Record<string, number | null> {
  const names = new Set(points.flatMap((point) => Object.keys(point.values)))
  return Object.fromEntries([...names].map((name) => [name, mean(points.flatMap((point) => point.values[name] ?? []))]))
}
