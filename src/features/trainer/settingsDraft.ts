/** Settings as they are being typed, and what they come to. */
import type { ObjectiveName } from '../../posttrain/objectives'
import type { Preset } from '../../posttrain/presets'
import { GRPO_FIELDS, settingFault, settingOf, SFT_FIELDS, type RunChanges, type SettingField } from '../../posttrain/runSettings'

export interface SettingsDraft {
  /** By `draftKey`; a field that was never touched is not there. */
  readonly texts: Readonly<Record<string, string>>
  readonly flags: { readonly filterZeroVariance?: boolean; readonly filterOverlong?: boolean }
  readonly variant?: ObjectiveName
}

export const NO_DRAFT: SettingsDraft = { texts: {}, flags: {} }

export function draftKey(stage: 'sft' | 'grpo', key: string): string {
  return `${stage}.${key}`
}

function valueOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text)
}

/** What is wrong with the text of a field; null when nothing is, or nobody touched it. */
export function draftFault(draft: SettingsDraft, stage: 'sft' | 'grpo', field: SettingField): string | null {
  const text = draft.texts[draftKey(stage, field.key)]
  return text === undefined ? null : settingFault(field, valueOf(text))
}

/** @returns undefined when nothing differs from the preset, null while a field is wrong */
export function changesOf(preset: Preset, draft: SettingsDraft): RunChanges | undefined | null {
  const of = (stage: 'sft' | 'grpo', fields: readonly SettingField[]) =>
    Object.fromEntries(
      fields.flatMap((field) => {
        const text = draft.texts[draftKey(stage, field.key)]
        return text === undefined || valueOf(text) === settingOf(preset, stage, field.key) ? [] : [[field.key, valueOf(text)]]
      }),
    )
  const isWrong = (stage: 'sft' | 'grpo', fields: readonly SettingField[]) => fields.some((field) => draftFault(draft, stage, field) !== null)
  if (isWrong('sft', SFT_FIELDS) || isWrong('grpo', GRPO_FIELDS)) return null
  const flags = Object.entries(draft.flags).filter(([key, value]) => value !== (preset.grpo[key as keyof typeof draft.flags] ?? false))
  const variant = draft.variant !== undefined && draft.variant !== (preset.grpo.variant ?? 'qed-nano') ? { variant: draft.variant } : {}
  const [sft, grpo] = [of('sft', SFT_FIELDS), { ...of('grpo', GRPO_FIELDS), ...Object.fromEntries(flags), ...variant }]
  const changes = { ...(Object.keys(sft).length > 0 ? { sft } : {}), ...(Object.keys(grpo).length > 0 ? { grpo } : {}) }
  return Object.keys(changes).length > 0 ? changes : undefined
}

/** Settings that differ from the preset, those with a fault included. */
export function draftCount(preset: Preset, draft: SettingsDraft): number {
  const wrong = ([['sft', SFT_FIELDS], ['grpo', GRPO_FIELDS]] as const).flatMap(([stage, fields]) => (fields as readonly SettingField[]).filter((field) => draftFault(draft, stage, field) !== null)).length
  if (wrong > 0) return Object.keys(draft.texts).length
  const changes = changesOf(preset, draft)
  return Object.keys(changes?.sft ?? {}).length + Object.keys(changes?.grpo ?? {}).length
}
