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
  const changed = config === null ? [] : (Object.keys(preset.model) as (keyof ModelConfig)[]).filter((key) => config[key] !== preset.model[key])
  if (config && changed.length > 0) {
    const [first] = changed
    return `It was trained with another version of the preset "${preset.id}": ${first} was ${config[first!]} and is ${preset.model[first!]} now.`
  }
  const steps = preset.sft.steps + preset.grpo.steps
  if (record.sftSteps !== preset.sft.steps || record.totalSteps !== steps)
    return `It was planned with another version of the preset "${preset.id}": ${record.totalSteps} steps then, ${steps} now.`
  return null
}
