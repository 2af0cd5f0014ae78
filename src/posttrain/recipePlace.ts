/** Where a recipe stands: steps counted over all training stages, and how long the rest takes. */
import { stepsOf, type RecipePreset, type RecipeStage } from './recipe'
import type { ModelConfig } from './modelConfig'
import { otherModel } from './resumable'
import type { RunRecord } from './runRecords'

/** Optimiser steps of all stages. */
export function totalSteps(preset: RecipePreset): number {
  return preset.stages.reduce((sum, stage) => sum + stepsOf(stage), 0)
}

/** Steps of the stages before `id`: what is added to a step inside it. @throws RangeError when there is no such stage */
export function stepsBefore(preset: RecipePreset, id: string): number {
  const at = preset.stages.findIndex((stage) => stage.id === id)
  if (at < 0) throw new RangeError(`The recipe ${preset.id} has no stage ${id}.`)
  return preset.stages.slice(0, at).reduce((sum, stage) => sum + stepsOf(stage), 0)
}

/** Steps before the first reinforcement. */
export function supervisedSteps(preset: RecipePreset): number {
  return preset.stages.reduce((sum, stage) => sum + (stage.kind === 'sft' || stage.kind === 'assistant' ? stepsOf(stage) : 0), 0)
}

/** Rough cost of a stage; one unit is a supervised step. */
export function costOf(stage: RecipeStage): number {
  if (stage.kind === 'evaluate') return { single: 10, rc: 30, dsm: 130, rsa: 110 }[stage.scaffold]
  if (stage.kind === 'curriculum') return (stage.problems * stage.settings.attempts) / 60
  return stepsOf(stage) * { sft: 1, assistant: 1.3, rl: 12, 'rc-rl': 22 }[stage.kind]
}

/**
 * Seconds that the rest takes, from what the finished stages took for their cost. Null before the first is done.
 * @param now the stage underway and the share of it that is done
 */
export function recipeSecondsLeft(preset: RecipePreset, results: readonly { readonly stage: string; readonly seconds: number }[], now: { readonly stage: string; readonly share: number } | null): number | null {
  const done = new Map(results.map((r) => [r.stage, r.seconds]))
  const finished = preset.stages.filter((stage) => done.has(stage.id))
  const cost = finished.reduce((sum, stage) => sum + costOf(stage), 0)
  const seconds = finished.reduce((sum, stage) => sum + done.get(stage.id)!, 0)
  if (cost === 0 || seconds === 0) return null
  const left = preset.stages.reduce((sum, stage) => sum + (done.has(stage.id) ? 0 : costOf(stage) * (now?.stage === stage.id ? 1 - now.share : 1)), 0)
  return (left * seconds) / cost
}

/**
 * Why a stored recipe must not go on with the recipe of this version; null when it can.
 * @param config of its checkpoint; null when it has none
 */
export function recipeNotResumable(record: Pick<RunRecord, 'totalSteps' | 'recipe'>, preset: RecipePreset, config: ModelConfig | null): string | null {
  const other = otherModel(preset.model, config)
  if (other) return `It was trained with another version of the recipe "${preset.id}": ${other}`
  const steps = totalSteps(preset)
  if (record.totalSteps !== steps) return `It was planned with another version of the recipe "${preset.id}": ${record.totalSteps} steps then, ${steps} now.`
  const results = record.recipe?.results ?? []
  const unknown = results.find((result, i) => preset.stages[i]?.id !== result.stage)
  if (unknown) return `It was planned with another version of the recipe "${preset.id}": its stage ${unknown.stage} stands elsewhere now.`
  const { partial } = record.recipe ?? {}
  if (partial && preset.stages[results.length]?.id !== partial.stage) return `Its checkpoint belongs to the stage ${partial.stage}, which does not come next.`
  return null
}
