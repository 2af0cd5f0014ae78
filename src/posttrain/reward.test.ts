import { expect, test } from 'vitest'
import { rewardOf } from './reward'

test.each([
  [7, 10, {}, 1],
  [1, 10, {}, 1 / 7],
  [null, 10, { bufferTokens: 5 }, null],
  [5, 10, { threshold: 6 }, 1 / 7],
  [6, 10, { threshold: 6 }, 6 / 7],
  [0, 10, { threshold: 6 }, 0],
  [7, 10, { discount: 0.99 }, 0.99 ** 10],
  [7, 80, { bufferTokens: 20 }, 1],
  [7, 90, { bufferTokens: 20 }, 0.5],
  [0, 100, { bufferTokens: 20 }, -1],
])('score %s after %i of 100 tokens, %o: %s', (score, tokens, shaping, want) => {
  const got = rewardOf(score, tokens, 100, shaping)
  if (want === null) expect(got).toBeNull()
  else expect(got).toBeCloseTo(want, 12)
})
