import { describe, expect, test } from 'vitest'
import { alignedRows, neighbour, valueAt, type Curve } from './curveData'
import { smoothed } from './smoothing'

const curve = (x: number[], y: number[], name = 'a'): Curve => ({ name, color: '--series-1', x: Float64Array.from(x), y: Float64Array.from(y) })
const view = { smoothing: 0, buckets: 500, range: null, isLog: false }

describe('alignedRows', () => {
  test('one curve: raw and smoothed, gaps as null', () => {
    const { x, rows } = alignedRows([curve([1, 2, 3], [5, NaN, 7])], { ...view, smoothing: 0.5 })
    expect(x).toEqual([1, 2, 3])
    expect(rows[0]).toEqual([5, null, 7])
    expect(rows[1]![1]).toBeNull()
    expect(rows[1]![2]).toBeCloseTo((0.25 * 5 + 0.5 * 7) / 0.75, 12)
  })

  test('two curves share one axis; a step that only the other has is no gap', () => {
    const { x, rows } = alignedRows([curve([1, 3], [10, 30]), curve([2, 3], [20, 31], 'b')], view)
    expect(x).toEqual([1, 2, 3])
    expect(rows).toEqual([[10, undefined, 30], [10, undefined, 30], [undefined, 20, 31], [undefined, 20, 31]])
  })

  test('smoothing is of the full data, not of what is drawn', () => {
    const n = 50_000
    const x = Array.from({ length: n }, (_, i) => i)
    const y = x.map((i) => Math.sin(i / 50) + (i % 17))
    const want = smoothed(y, 0.9)
    const got = alignedRows([curve(x, y)], { ...view, smoothing: 0.9, buckets: 100 })
    expect(got.x.length).toBeLessThanOrEqual(400)
    got.x.forEach((step, i) => expect(got.rows[1]![i]).toBe(want[step]))
  })

  test('a log scale draws no zero and no negative value', () => {
    expect(alignedRows([curve([1, 2, 3], [0, -1, 5])], { ...view, isLog: true }).rows[0]).toEqual([null, null, 5])
  })

  test('no curve and an empty curve draw nothing', () => {
    expect(alignedRows([], view)).toEqual({ x: [], rows: [] })
    expect(alignedRows([curve([], [])], view)).toEqual({ x: [], rows: [[], []] })
  })
})

test('valueAt reads the exact point only', () => {
  const c = curve([1, 4, 9], [10, NaN, 90])
  expect([valueAt(c, 1), valueAt(c, 4), valueAt(c, 5), valueAt(c, 9), valueAt(c, 99)]).toEqual([10, null, null, 90, null])
})

test('neighbour walks every point of every curve and stops at the ends', () => {
  const curves = [curve([1, 4, 9], [0, 0, 0]), curve([4, 5], [0, 0])]
  const walk = (from: number | null, d: -1 | 1) => neighbour(curves, from, d)
  expect([walk(null, 1), walk(null, -1)]).toEqual([1, 9])
  expect([walk(1, 1), walk(4, 1), walk(5, 1), walk(9, 1)]).toEqual([4, 5, 9, 9])
  expect([walk(9, -1), walk(5, -1), walk(4, -1), walk(1, -1)]).toEqual([5, 4, 1, 1])
  expect([neighbour([], null, 1), neighbour([curve([], [])], 3, 1)]).toEqual([null, 3])
})
