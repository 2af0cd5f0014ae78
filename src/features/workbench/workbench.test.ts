import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gridWindow, PAGE_ROWS, ROW_PX, rowInView, scoreCounts } from './gridWindow'
import { purpose } from './names'
import type { DatasetRecord } from '../../../workers/data/protocol'

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

test('an evaluation-only file never says that it trains', () => {
  const dataset: DatasetRecord = {
    schema: 1, id: 'a', name: 'a', schemaId: 'fineproofs-rl', format: 'jsonl', rows: 1, rowGroups: 1, sizeBytes: 1, sha256: '', columns: [],
    origin: 'file', addedAt: 0, trainable: { sft: false, rl: true, why: null }, flags: ['no_train'],
  }
  expect(purpose(dataset).text).toBe('Evaluation only')
  expect(purpose({ ...dataset, flags: [] }).text).toBe('Trains RL')
})
