import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokenSpans } from './embedding'

test('rows of a token lie together, in their own order', () => {
  const { order, spans, distinct } = tokenSpans([9, 2, 9, 100, 2, 9])
  expect(distinct).toBe(3)
  expect([...order]).toEqual([1, 4, 0, 2, 5, 3])
  expect([...spans]).toEqual([2, 0, 2, 9, 2, 5, 100, 5, 6]) // by number, not as text
})

test('no rows give no spans', () => expect(tokenSpans([])).toEqual({ order: new Uint32Array(), spans: new Uint32Array(), distinct: 0 }))

test('every row is in the span of its token, once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 }), (ids) => {
      const { order, spans, distinct } = tokenSpans(ids)
      expect(distinct).toBe(new Set(ids).size)
      expect([...order].sort((a, b) => a - b)).toEqual(ids.map((_, i) => i))
      const rows = Array.from({ length: distinct }, (_, s) => [...order.subarray(spans[s * 3 + 1], spans[s * 3 + 2])])
      rows.forEach((span, s) => {
        expect(span).toEqual(ids.flatMap((id, i) => (id === spans[s * 3] ? [i] : [])))
      })
      expect(spans[distinct * 3 - 1] ?? 0).toBe(ids.length)
    }),
  )
})
