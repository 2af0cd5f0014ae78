import { expect, test } from 'vitest'
import { RECIPES, stepsOf } from './recipe'
import { costOf, recipeNotResumable, recipeSecondsLeft, stepsBefore, supervisedSteps, totalSteps } from './recipePlace'
import type { StageResult } from './recipeResults'

const preset = RECIPES['paper-micro']!
const result = (stage: string, seconds = 1): StageResult => ({ stage, seconds, kind: 'sft', steps: 1, first: {}, last: {}, notes: {} })

test('steps add up over the stages', () => {
  let before = 0
  for (const stage of preset.stages) {
    expect(stepsBefore(preset, stage.id)).toBe(before)
    before += stepsOf(stage)
  }
  expect(totalSteps(preset)).toBe(before)
  expect(supervisedSteps(preset)).toBe(stepsBefore(preset, 'rl'))
  expect(() => stepsBefore(preset, 'nowhere')).toThrow('no stage nowhere')
})

test('time left: by cost, from what was measured; the share of the stage underway counts', () => {
  expect(recipeSecondsLeft(preset, [], null)).toBeNull()
  const all = preset.stages.reduce((sum, stage) => sum + costOf(stage), 0)
  const base = costOf(preset.stages[0]!)
  expect(recipeSecondsLeft(preset, [result('base', 5)], null)).toBeCloseTo((5 * (all - base)) / base, 9)
  const sft = costOf(preset.stages[1]!)
  expect(recipeSecondsLeft(preset, [result('base', 5)], { stage: 'sft', share: 0.5 })).toBeCloseTo((5 * (all - base - sft / 2)) / base, 9)
})

test('another version of the recipe is told apart', () => {
  const steps = totalSteps(preset)
  expect(recipeNotResumable({ totalSteps: steps }, preset, null)).toBeNull()
  expect(recipeNotResumable({ totalSteps: steps, recipe: { results: [result('base')], partial: { stage: 'sft', memory: null } } }, preset, null)).toBeNull()
  expect(recipeNotResumable({ totalSteps: steps + 1 }, preset, null)).toContain(`${steps + 1} steps then`)
  expect(recipeNotResumable({ totalSteps: steps, recipe: { results: [result('rl')], partial: null } }, preset, null)).toContain('stands elsewhere')
  expect(recipeNotResumable({ totalSteps: steps, recipe: { results: [result('base')], partial: { stage: 'rl', memory: null } } }, preset, null)).toContain('does not come next')
  expect(recipeNotResumable({ totalSteps: steps }, preset, { ...preset.model, hidden_size: 7 })).toContain('hidden_size was 7')
})
