/** What a run may change of its preset, as one list: the form shows it, the worker checks it, the record keeps it. */
import { fail, ok, type Result } from '../base/result'
import { OBJECTIVES, shippedBy, type ObjectiveName } from './objectives'
import { PRESETS, type GrpoSettings, type Preset, type SftSettings } from './presets'
import type { RunRequest } from './runRecords'

type NumberOf<T> = { [K in keyof T]-?: number extends T[K] ? K : never }[keyof T]

/** Settings of a run that differ from its preset; the rest is the preset's. */
export interface RunChanges {
  readonly sft?: Partial<Pick<SftSettings, (typeof SFT_FIELDS)[number]['key']>>
  readonly grpo?: Partial<Pick<GrpoSettings, (typeof GRPO_FIELDS)[number]['key'] | 'variant' | 'filterZeroVariance' | 'filterOverlong'>>
}

/** A number that can be set. Bounds are what the engine computes, not what is wise. */
export interface SettingField<Key extends string = string> {
  readonly key: Key
  readonly label: string
  readonly hint: string
  readonly min: number
  readonly max: number
  readonly isWhole: boolean
}

const whole = <Key extends string>(key: Key, label: string, min: number, max: number, hint: string): SettingField<Key> => ({ key, label, hint, min, max, isWhole: true })
const real = <Key extends string>(key: Key, label: string, min: number, max: number, hint: string): SettingField<Key> => ({ key, label, hint, min, max, isWhole: false })

export const SFT_FIELDS = [
  whole('steps', 'Steps', 1, 100_000, 'Optimiser steps.'),
  whole('batchRows', 'Batch', 1, 1024, 'Traces a step.'),
  real('learningRate', 'Learning rate', 0, 1, 'Peak, after the warm-up.'),
  real('weightDecay', 'Weight decay', 0, 1, 'AdamW, on matrices alone.'),
  real('clipNorm', 'Gradient clip', 1e-6, 1e6, 'Largest global norm.'),
] as const satisfies readonly SettingField<NumberOf<SftSettings>>[]

export const GRPO_FIELDS = [
  whole('steps', 'Steps', 1, 100_000, 'Batches of rollouts, one update each.'),
  whole('groups', 'Problems a step', 1, 256, 'One group of rollouts for each.'),
  whole('groupSize', 'Rollouts a problem (K)', 2, 256, 'Advantages are taken within these.'),
  whole('maxNewTokens', 'Token limit', 2, 1024, 'A rollout that reaches it is truncated.'),
  real('temperature', 'Temperature', 0.01, 10, 'Of sampling and of the loss alike.'),
  real('learningRate', 'Learning rate', 0, 1, 'Constant.'),
  real('epsilon', 'ε low', 1e-4, 100, 'The ratio is clamped at 1 − ε.'),
  real('epsilonHigh', 'ε high', 1e-4, 100, 'And at 1 + ε.'),
  real('klCoefficient', 'KL coefficient (β)', 0, 100, 'k3, against the fine-tuned policy.'),
  real('entropyBonus', 'Entropy bonus', 0, 10, 'Coefficient of the entropy.'),
  real('clipNorm', 'Gradient clip', 1e-6, 1e6, 'Largest global norm.'),
] as const satisfies readonly SettingField<NumberOf<GrpoSettings>>[]

/** What is wrong with a value; null when nothing is. */
export function settingFault(field: SettingField, value: number): string | null {
  if (Number.isFinite(value) && value >= field.min && value <= field.max && (!field.isWhole || Number.isInteger(value))) return null
  return `A ${field.isWhole ? 'whole ' : ''}number from ${field.min} to ${field.max}.`
}

/** What a preset has where it says nothing. */
export function settingOf(preset: Preset, stage: 'sft' | 'grpo', key: string): number {
  if (stage === 'grpo' && key === 'epsilonHigh') return preset.grpo.epsilonHigh ?? preset.grpo.epsilon
  return (preset[stage] as unknown as Record<string, number>)[key]!
}

/** The preset with the changes in it. */
export function withChanges(preset: Preset, changes: RunChanges | undefined): Preset {
  if (!changes) return preset
  return { ...preset, sft: { ...preset.sft, ...changes.sft }, grpo: { ...preset.grpo, ...changes.grpo } }
}

/** Everything that choosing an objective sets: the choices of its source. */
export function changesOfObjective(variant: ObjectiveName): NonNullable<RunChanges['grpo']> {
  return shippedBy(variant)
}

/** What a run computes with: its preset as this version has it, with the run's own changes. Records come from disk: all is checked. */
export function presetOf({ preset: id, changes }: Pick<RunRequest, 'preset' | 'changes'>): Result<Preset, 'noPreset' | 'badSetting'> {
  const preset = Object.hasOwn(PRESETS, id) ? PRESETS[id] : undefined
  if (!preset) return fail('noPreset', `This version has no preset "${id}".`)
  for (const [stage, fields] of [['sft', SFT_FIELDS], ['grpo', GRPO_FIELDS]] as const) {
    for (const [key, value] of Object.entries(changes?.[stage] ?? {})) {
      const field: SettingField | undefined = fields.find((f) => f.key === key)
      const fault = field ? settingFault(field, value as number) : flagFault(key, value)
      if (fault) return fail('badSetting', `${stage === 'sft' ? 'SFT' : 'RL'} ${field?.label ?? key} is ${String(value)}. ${fault}`, { where: 'Settings' })
    }
  }
  return ok(withChanges(preset, changes))
}

function flagFault(key: string, value: unknown): string | null {
  if (key === 'variant') return Object.hasOwn(OBJECTIVES, value as string) ? null : `One of ${Object.keys(OBJECTIVES).join(', ')}.`
  if (key === 'filterZeroVariance' || key === 'filterOverlong') return typeof value === 'boolean' ? null : 'True or false.'
  return 'There is no such setting.'
}

/** The changes in words, for the head of a run: "RL Rollouts a problem (K) 16". */
export function changesInWords(changes: RunChanges | undefined): string[] {
  const numbers = ([['sft', SFT_FIELDS], ['grpo', GRPO_FIELDS]] as const).flatMap(([stage, fields]) =>
    (fields as readonly SettingField[]).flatMap(({ key, label }) => {
      const value = (changes?.[stage] as Record<string, number> | undefined)?.[key]
      return value === undefined ? [] : [`${stage === 'sft' ? 'SFT' : 'RL'} ${label.charAt(0).toLowerCase()}${label.slice(1)} ${value}`]
    }),
  )
  const { variant, filterZeroVariance, filterOverlong } = changes?.grpo ?? {}
  return [
    ...(variant ? [`objective ${OBJECTIVES[variant].label}`] : []),
    ...numbers,
    ...(filterZeroVariance ? ['zero-variance groups left out'] : []),
    ...(filterOverlong ? ['truncated rollouts left out'] : []),
  ]
}
