import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Column, Table } from '../../proofs/query/column'
import { filterText, parseFilter } from '../../proofs/query/filters'
import { columnProfile } from '../../proofs/query/profile'
import { passing } from '../../proofs/query/select'
import { barsOf } from './columnBars'
import { gridWindow, neighbour, PAGE_ROWS, ROW_PX, rowInView, scoreCounts } from './gridWindow'
import { purpose, whyNotTrained } from './names'

test('the window holds every row in sight and its pages, whatever is scrolled', () => {
  fc.assert(
    fc.property(fc.integer({ min: -500, max: 10_000_000 }), fc.integer({ min: 0, max: 100_000 }), (scrolled, rows) => {
      const { first, end, pages } = gridWindow(scrolled, 360, rows)
      expect(first).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(rows)
      for (let row = first; row < end; row++) expect(pages).toContain(Math.floor(row / PAGE_ROWS))
      for (const page of pages) expect(page * PAGE_ROWS).toBeLessThan(Math.max(rows, 1))
      const top = Math.floor(scrolled / ROW_PX)
      if (top >= 0 && top < rows) expect(first <= top && end >= Math.min(rows, top + 10)).toBe(true)
    }),
  )
})

test.each([
  ['0', 0], ['41', 41], ['42', null], ['-1', null], ['1.5', null], ['', null], [undefined, null], ['9999999999999', null],
] as const)('the link to row %j of 42 opens %j', (text, row) => expect(rowInView(text, 42)).toBe(row))

test('scores are counted by whole points; what is outside is told', () => {
  expect(scoreCounts([0, 7, 7, 6.6, 3, -1, 8, Number.NaN])).toEqual({ counts: [1, 0, 0, 1, 0, 0, 0, 3], others: 3 })
  expect(scoreCounts([])).toEqual({ counts: [0, 0, 0, 0, 0, 0, 0, 0], others: 0 })
})

test('an evaluation-only file never says that it trains, and says why', () => {
  const dataset = { schemaId: 'proofbench', trainable: { sft: false, rl: true, why: null }, flags: ['no_train'], provenance: { source: null, revision: null, licence: null, packing: [] } } as const
  expect(purpose(dataset).text).toBe('Evaluation only')
  expect(whyNotTrained(dataset)).toContain('ProofBench is a benchmark')
  expect(whyNotTrained({ ...dataset, flags: ['no_train', 'no_export'], provenance: { ...dataset.provenance, packing: ['zip'] } })).toContain('password')
  expect(purpose({ ...dataset, flags: [] }).text).toBe('Trains RL')
  expect(whyNotTrained({ ...dataset, flags: [] })).toBeNull()
})

test('next and previous go through the selection, also from a row that it leaves out', () => {
  const selection = { rows: Uint32Array.of(7, 2, 9) }
  expect([1, -1, 5, Infinity, -Infinity].map((steps) => neighbour(selection, 20, 2, steps))).toEqual([9, 7, 9, 9, 7])
  expect(neighbour(selection, 20, 9, 1)).toBeNull()
  expect([neighbour(selection, 20, 5, 1), neighbour(selection, 20, 5, -1), neighbour(selection, 20, 10, 1)]).toEqual([7, 2, null])
  expect([neighbour(null, 20, 5, 1), neighbour(null, 20, 19, 1), neighbour({ rows: new Uint32Array() }, 20, 5, 1)]).toEqual([6, null, null])
})

test('every bar of a histogram is a filter that keeps just its rows', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer({ min: -40, max: 90 }), fc.double({ min: -3, max: 3, noNaN: true }), fc.constant(Number.NaN)), { minLength: 1, maxLength: 200 }), (numbers) => {
      const column: Column = { kind: 'number', values: Float64Array.from(numbers) }
      const profile = columnProfile(column)
      const table: Table = { rows: numbers.length, columns: new Map([['x', column]]) }
      const bars = barsOf(profile)
      for (const { count, filter } of bars) {
        expect(passing(table, { x: parseFilter(filterText(filter))! }).reduce((a, b) => a + b, 0)).toBe(count)
      }
      expect(bars.reduce((sum, b) => sum + b.count, 0)).toBe(profile.filled)
    }),
  )
})
