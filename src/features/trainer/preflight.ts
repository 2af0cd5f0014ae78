/** What a run will need, known before it starts. */
import { parameterCount } from '../../posttrain/modelConfig'
import type { Preset } from '../../posttrain/presets'
import type { RecipePreset } from '../../posttrain/recipe'
import { trainingBytes } from '../../posttrain/trainingMemory'

export interface Preflight {
  readonly parameters: number
  /** GPU memory of the fused engine, in bytes: from shapes, not a measurement. */
  readonly memoryBytes: number
  /** Weights and both AdamW moments, as stored. */
  readonly checkpointBytes: number
  readonly steps: number
  readonly sftSteps: number
  readonly grpoSteps: number
  readonly rollouts: number
}

/** What this preset will allocate on the GPU, from its shapes; see `trainingBytes`. */
export function preflight(preset: Preset): Preflight {
  const { model, sft, grpo } = preset
  const parameters = parameterCount(model)
  const rollouts = grpo.groups * grpo.groupSize
  const run = {
    stepTokens: Math.max(sft.batchRows * sft.maxTokens, rollouts * (preset.maxPromptTokens + grpo.maxNewTokens)),
    promptTokens: preset.maxPromptTokens,
    newTokens: grpo.maxNewTokens,
    prompts: grpo.groups,
    rollouts,
  }
  return {
    parameters,
    memoryBytes: trainingBytes(model, run, false),
    checkpointBytes: 4 * 3 * parameters,
    steps: sft.steps + grpo.steps,
    sftSteps: sft.steps,
    grpoSteps: grpo.steps,
    rollouts,
  }
}

/** The same for a whole recipe: the most that any of its stages takes, two models side by side where an assistant helps. */
export function recipePreflight({ model, stages, maxPromptTokens, maxNewTokens }: RecipePreset): Pick<Preflight, 'parameters' | 'memoryBytes' | 'checkpointBytes'> {
  const parameters = parameterCount(model)
  const needs = stages.map((stage) => {
    if (stage.kind === 'sft' || stage.kind === 'assistant') {
      const { batchRows, maxTokens } = stage.settings
      return trainingBytes(model, { stepTokens: batchRows * maxTokens, promptTokens: maxPromptTokens, newTokens: maxNewTokens, prompts: batchRows, rollouts: batchRows }, false)
    }
    if (stage.kind !== 'rl' && stage.kind !== 'rc-rl') return 0
    const groups = stage.kind === 'rc-rl' ? stage.cache.problems * stage.cache.states : stage.settings.groups
    const rollouts = groups * stage.settings.groupSize
    return trainingBytes(model, { stepTokens: rollouts * (maxPromptTokens + maxNewTokens), promptTokens: maxPromptTokens, newTokens: maxNewTokens, prompts: groups, rollouts }, false)
  })
  return { parameters, memoryBytes: Math.max(...needs), checkpointBytes: 4 * 3 * parameters }
}

export function formatCount(n: number): string {
  return new Intl.NumberFormat('en').format(n)
}
