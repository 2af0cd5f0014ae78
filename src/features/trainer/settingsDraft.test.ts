import { expect, test } from 'vitest'
import { PRESETS } from '../../posttrain/presets'
import { changesOf, draftCount, NO_DRAFT, type SettingsDraft } from './settingsDraft'

const micro = PRESETS.micro!

test('untouched, or typed as the preset has it: no change', () => {
  expect(changesOf(micro, NO_DRAFT)).toBeUndefined()
  expect(changesOf(micro, { texts: { 'grpo.groupSize': String(micro.grpo.groupSize) }, flags: { filterOverlong: false }, variant: 'qed-nano' })).toBeUndefined()
})

test('what differs, and nothing else', () => {
  const draft: SettingsDraft = { texts: { 'grpo.groupSize': ' 16 ', 'sft.steps': '5', 'sft.learningRate': String(micro.sft.learningRate) }, flags: { filterOverlong: true }, variant: 'dapo' }
  expect(changesOf(micro, draft)).toEqual({ sft: { steps: 5 }, grpo: { groupSize: 16, filterOverlong: true, variant: 'dapo' } })
  expect(draftCount(micro, draft)).toBe(4)
})

test.each(['', 'x', '1', '16.5'])('a wrong text is no request: %j', (text) => {
  expect(changesOf(micro, { ...NO_DRAFT, texts: { 'grpo.groupSize': text } })).toBeNull()
})
