import { expect, test } from 'vitest'
import { PRESETS, type Preset } from './presets'
import { notResumable } from './resumable'

const preset: Preset = PRESETS.micro!
const record = { sftSteps: preset.sft.steps, totalSteps: preset.sft.steps + preset.grpo.steps }

test('a run of this version goes on', () => {
  expect(notResumable(record, preset, preset.model)).toBeNull()
  expect(notResumable(record, preset, { ...preset.model })).toBeNull()
  expect(notResumable(record, preset, null)).toBeNull()
})

test('a run with a smaller vocabulary, another width or another plan does not, and the reason names it', () => {
  expect(notResumable(record, preset, { ...preset.model, vocab_size: 51 })).toContain(`vocab_size was 51 and is ${preset.model.vocab_size} now`)
  expect(notResumable(record, preset, { ...preset.model, hidden_size: 33 })).toContain('hidden_size was 33')
  expect(notResumable({ ...record, sftSteps: 1 }, preset, preset.model)).toContain('planned with another version')
  expect(notResumable({ ...record, totalSteps: 5 }, preset, null)).toContain('5 steps then')
})
