/** Whether a stored run can go on with a preset as it is today. */
import type { ModelConfig } from './modelConfig'
import type { Preset } from './presets'
import type { RunRecord } from './runRecords'

/**
 * Why the run must not go on: its model or its stages have another shape than the preset of this version, so that its
 * weights would be read wrongly or its schedule would break. Null when it can.
 * @param config of its checkpoint; null when it has none and would start anew
 */
export function notResumable(record: Pick<RunRecord, 'totalSteps' | 'sftSteps'>, preset: Preset, config: ModelConfig | null): string | null {
  const other = otherModel(preset.model, config)
  if (other) return `It was trained with another version of the preset "${preset.id}": ${other}`
  const steps = preset.sft.steps + preset.grpo.steps
  if (record.sftSteps !== preset.sft.steps || record.totalSteps !== steps)
    return `It was planned with another version of the preset "${preset.id}": ${record.totalSteps} steps then, ${steps} now.`
  return null
}

/** How a checkpoint's model differs from the one that is wanted; null when it does not, or there is none. */
export function otherModel(wanted: ModelConfig, config: ModelConfig | null): string | null {
  const key = config === null ? undefined : (Object.keys(wanted) as (keyof ModelConfig)[]).find((name) => config[name] !== wanted[name])
  return config && key ? `${key} was ${config[key]} and is ${wanted[key]} now.` : null
}
