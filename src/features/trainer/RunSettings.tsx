/** The settings of a run, each beside what its preset has: only what differs is kept. */
import { OBJECTIVES, type ObjectiveName } from '../../posttrain/objectives'
import type { Preset } from '../../posttrain/presets'
import { GRPO_FIELDS, SFT_FIELDS, changesOfObjective, settingOf, type SettingField } from '../../posttrain/runSettings'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { draftCount, draftKey, draftFault, type SettingsDraft } from './settingsDraft'
import styles from './Trainer.module.css'

interface RunSettingsProps {
  readonly preset: Preset
  readonly draft: SettingsDraft
  readonly onChange: (draft: SettingsDraft) => void
}

const STAGES = [
  ['sft', 'Fine-tuning', SFT_FIELDS],
  ['grpo', 'Reinforcement learning', GRPO_FIELDS],
] as const
const FLAGS = [
  ['filterZeroVariance', 'Leave out groups whose rewards are all equal'],
  ['filterOverlong', 'Leave out rollouts that were truncated'],
] as const

export function RunSettings({ preset, draft, onChange }: RunSettingsProps) {
  const changed = draftCount(preset, draft)
  const text = (stage: 'sft' | 'grpo', field: SettingField) => draft.texts[draftKey(stage, field.key)] ?? String(settingOf(preset, stage, field.key))
  const chooseObjective = (variant: ObjectiveName) => {
    // An objective brings its own clamp and coefficients; what was typed for another does not carry over.
    const shipped = Object.entries(changesOfObjective(variant)).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    onChange({ ...draft, variant, texts: { ...draft.texts, ...Object.fromEntries(shipped.map(([key, value]) => [draftKey('grpo', key), String(value)])) } })
  }
  return (
    <details className={styles.settings}>
      <summary>
        Settings{' '}
        <span className={styles.quiet}>{changed === 0 ? `as ${preset.label} has them` : `${changed} changed`}</span>
      </summary>
      {STAGES.map(([stage, title, fields]) => (
        <fieldset key={stage} className={styles.stage}>
          <legend>{title}</legend>
          {stage === 'grpo' && (
            <Field label="Objective" hint="QED-Nano's loss, or TRL's under the same names.">
              {(control) => (
                <select {...control} value={draft.variant ?? preset.grpo.variant ?? 'qed-nano'} onChange={(event) => chooseObjective(event.target.value as ObjectiveName)}>
                  {Object.entries(OBJECTIVES).map(([name, { label }]) => (
                    <option key={name} value={name}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
          {fields.map((field: SettingField) => (
            <Field key={field.key} label={field.label} hint={field.hint} error={draftFault(draft, stage, field)}>
              {(control) => (
                <input
                  {...control}
                  inputMode="decimal"
                  value={text(stage, field)}
                  onChange={(event) => onChange({ ...draft, texts: { ...draft.texts, [draftKey(stage, field.key)]: event.target.value } })}
                />
              )}
            </Field>
          ))}
          {stage === 'grpo' &&
            FLAGS.map(([key, label]) => (
              <label key={key} className={styles.flag}>
                <input type="checkbox" checked={draft.flags[key] ?? preset.grpo[key] ?? false} onChange={(event) => onChange({ ...draft, flags: { ...draft.flags, [key]: event.target.checked } })} />
                {label}
              </label>
            ))}
        </fieldset>
      ))}
      {changed > 0 && <Button onClick={() => onChange({ texts: {}, flags: {} })}>Back to the preset</Button>}
    </details>
  )
}
