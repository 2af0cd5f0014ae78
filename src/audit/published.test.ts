import { expect, test } from 'vitest'
import { PUBLISHED_DOMAINS, PUBLISHED_FACTS, PUBLISHED_HUMAN_MEANS, PUBLISHED_INFLATION, PUBLISHED_INFLATION_BY_DOMAIN, PUBLISHED_SOLVERS } from './published'

test('the published human means are the four public cells, the rest is null', () => {
  const known = PUBLISHED_HUMAN_MEANS.flatMap((row, i) => row.flatMap((v, j) => (v === null ? [] : [[PUBLISHED_SOLVERS[i], PUBLISHED_DOMAINS[j], v]])))
  expect(known).toEqual([
    ['GPT-5 Pro', 'Discrete Math', 0.72], ['GPT-5 Pro', 'Graph Theory', 0.74],
    ['Claude Sonnet 4.5', 'Discrete Math', 0.63], ['Claude Sonnet 4.5', 'Graph Theory', 0.5],
  ])
  expect(PUBLISHED_HUMAN_MEANS.flat().length).toBe(50)
  expect(PUBLISHED_INFLATION_BY_DOMAIN.flat()).toEqual(Array(70).fill(null))
})

test('each anchor A1 to A12 is there once, with its source', () => {
  const all = [...PUBLISHED_FACTS, ...Object.values(PUBLISHED_INFLATION).flat()]
  expect(all.map((f) => f.id).sort()).toEqual(Array.from({ length: 12 }, (_, i) => `A${i + 1}`).sort())
  expect(Object.fromEntries(all.map((f) => [f.id, f.value]))).toEqual({
    A1: 0.18, A2: 0.2, A3: 0.3, A4: 0.36, A5: 0.91, A6: 0.72, A7: 0.74, A8: 0.63, A9: 0.5, A10: 42.1, A11: 90.2, A12: 0.28,
  })
  expect(all.filter((f) => f.source === 'OpenReview').map((f) => f.id).sort()).toEqual(['A10', 'A11', 'A12'])
})
