import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseScoreTag } from './grade'

it('reads the first whole-number tag', () => {
  expect(parseScoreTag('<assessment>…</assessment><score>5</score> <score>7</score>')).toEqual({ score: 5, cause: null })
  expect(parseScoreTag('<SCORE>\n 3 \n</SCORE>')).toEqual({ score: 3, cause: null })
  expect(parseScoreTag('<score>x</score><score>2</score>')).toEqual({ score: 2, cause: null })
})

it('clamps to 0–7 for every number', () => {
  fc.assert(
    fc.property(fc.bigInt(), (n) => {
      const expected = n < 0n ? 0 : n > 7n ? 7 : Number(n)
      expect(parseScoreTag(`<score>${n}</score>`).score).toBe(expected)
    }),
  )
  expect(Object.is(parseScoreTag('<score>-0</score>').score, 0)).toBe(true)
  expect(parseScoreTag(`<score>${'9'.repeat(400)}</score>`).score).toBe(7)
})

it('gives no score without a readable tag', () => {
  for (const reply of ['', '7', 'score: 7', '<score></score>', '<score>6.5</score>', '<score>7', '<score>7/7</score>', '&lt;score&gt;7&lt;/score&gt;'])
    expect(parseScoreTag(reply), reply).toEqual({ score: null, cause: 'no_score_tag' })
})

it('stays linear on a megabyte of openings', () => {
  const started = performance.now()
  parseScoreTag('<score> 1 '.repeat(100_000))
  parseScoreTag(`<score>${' '.repeat(1_000_000)}`)
  expect(performance.now() - started).toBeLessThan(1000)
})
