import { expect, test } from 'vitest'
import { stageOutcome } from './stageOutcome'

test('supervised: its loss; reinforced: reward, truncation and length, not the loss', () => {
  const common = { stage: 's', seconds: 12.4, steps: 80, notes: {} }
  expect(stageOutcome({ ...common, kind: 'sft', first: { loss: 3.1 }, last: { loss: 0.42 } })).toBe('loss 3.100 → 0.420; 80 steps; 12 s')
  const first = { loss: 0.1, reward: 0.25, 'completions/clipped_ratio': 0.5, 'completions/mean_length': 30 }
  const last = { loss: -0.1, reward: 0.5, 'completions/clipped_ratio': 0.04, 'completions/mean_length': 22.25 }
  expect(stageOutcome({ ...common, kind: 'rl', first, last })).toBe('reward 0.250 → 0.500; truncated 50 % → 4 %; length 30.0 → 22.3; 80 steps; 12 s')
  expect(stageOutcome({ ...common, kind: 'rl', first: { reward: null }, last: { reward: null } })).toBe('80 steps; 12 s')
})

test('a curriculum counts what it left out', () => {
  const curriculum = { kept: [1, 2], tooHard: 3, tooEasy: 4, ungraded: 0, before: [], after: [] }
  expect(stageOutcome({ stage: 'c', kind: 'curriculum', seconds: 1, curriculum })).toBe('2 problems kept; 3 never solved and 4 too easy left out; 1 s')
})
