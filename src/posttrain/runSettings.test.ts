import { describe, expect, test } from 'vitest'
import { OBJECTIVES, type ObjectiveName } from './objectives'
import { PRESETS } from './presets'
import { changesInWords, changesOfObjective, GRPO_FIELDS, presetOf, settingFault, settingOf, SFT_FIELDS, withChanges, type RunChanges } from './runSettings'

const micro = PRESETS.micro!

test('no change is the preset itself; a change touches what it names', () => {
  expect(presetOf({ preset: 'micro' })).toEqual({ ok: true, value: micro })
  const changed = withChanges(micro, { grpo: { groupSize: 16 }, sft: { steps: 10 } })
  expect(changed).toEqual({ ...micro, sft: { ...micro.sft, steps: 10 }, grpo: { ...micro.grpo, groupSize: 16 } })
})

test.each(Object.keys(OBJECTIVES) as ObjectiveName[])('choosing %s sets what its source ships', (variant) => {
  const { grpo } = withChanges(micro, { grpo: changesOfObjective(variant) })
  const { epsilon, epsilonHigh, klCoefficient, entropyBonus } = OBJECTIVES[variant]
  expect(grpo).toEqual({ ...micro.grpo, variant, epsilon, epsilonHigh, klCoefficient, entropyBonus })
})

test('every preset has every field, within its bounds', () => {
  for (const preset of Object.values(PRESETS))
    for (const [stage, fields] of [['sft', SFT_FIELDS], ['grpo', GRPO_FIELDS]] as const)
      for (const field of fields) expect(settingFault(field, settingOf(preset, stage, field.key)), `${preset.id} ${field.key}`).toBeNull()
})

describe('what a stored record may not hold', () => {
  test.each<[string, unknown, string]>([
    ['a group of one', { grpo: { groupSize: 1 } }, 'Rollouts a problem'],
    ['half a step', { sft: { steps: 1.5 } }, 'SFT Steps is 1.5'],
    ['no number', { grpo: { learningRate: 'fast' } }, 'Learning rate is fast'],
    ['NaN', { grpo: { temperature: NaN } }, 'Temperature'],
    ['an objective of nobody', { grpo: { variant: 'ppo' } }, 'dr_grpo'],
    ['a setting of nobody', { grpo: { __proto__: null, constructor: 1 } }, 'no such setting'],
    ['a flag that is none', { grpo: { filterOverlong: 'yes' } }, 'True or false'],
  ])('%s', (_, changes, words) => {
    const got = presetOf({ preset: 'micro', changes: changes as RunChanges })
    expect(got).toMatchObject({ ok: false, kind: 'badSetting' })
    if (!got.ok) expect(got.what).toContain(words)
  })
  test('a preset of another version', () => expect(presetOf({ preset: 'toString' })).toMatchObject({ ok: false, kind: 'noPreset' }))
})

test('changes in words', () => {
  expect(changesInWords(undefined)).toEqual([])
  expect(changesInWords({ sft: { steps: 10 }, grpo: { variant: 'dapo', groupSize: 16, filterOverlong: true } })).toEqual([
    'objective DAPO', 'SFT steps 10', 'RL rollouts a problem (K) 16', 'truncated rollouts left out',
  ])
})
