import { expect, test } from 'vitest'
import { curriculum, PAPER_CURRICULUM } from './curriculum'

test('never solved and above 0.7 go; what was never graded is neither; the histograms count every problem once', () => {
  const got = curriculum([0, 1 / 16, 0.7, 0.71, 1, null, 0.35], PAPER_CURRICULUM)
  expect(got.kept).toEqual([1, 2, 6])
  expect([got.tooHard, got.tooEasy, got.ungraded]).toEqual([1, 2, 1])
  expect(got.before).toEqual([2, 0, 0, 1, 0, 0, 0, 2, 0, 1])
  expect(got.after).toEqual([1, 0, 0, 1, 0, 0, 0, 1, 0, 0])
})
