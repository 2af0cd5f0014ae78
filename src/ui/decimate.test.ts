import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawnIndexes, lowerBound } from './decimate'

describe('drawnIndexes', () => {
  test('keeps a single spike among 100 000 points', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, i) => i)
    const y = new Float64Array(100_000)
    y[61_803] = 9
    y[27_182] = -9
    const kept = drawnIndexes(x, y, 400)
    expect(kept.length).toBeLessThanOrEqual(1600)
    expect(kept).toContain(61_803)
    expect(kept).toContain(27_182)
  })

  test('is ascending, without repeats, with both ends and both extremes, whatever the series', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.constant(NaN)), { minLength: 1, maxLength: 400 }), fc.integer({ min: 1, max: 20 }), (y, buckets) => {
        const x = y.map((_, i) => i * 3)
        const kept = drawnIndexes(x, y, buckets)
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
        const finite = y.filter(Number.isFinite)
        if (finite.length) {
          const drawn = kept.map((k) => y[k]!).filter(Number.isFinite)
          expect(Math.max(...drawn)).toBe(Math.max(...finite))
          expect(Math.min(...drawn)).toBe(Math.min(...finite))
        }
        expect(kept[0]).toBe(0)
      }),
    )
  })

  test('a wholly missing stretch stays a gap', () => {
    const x = Array.from({ length: 100 }, (_, i) => i)
    const y = x.map((i) => (i >= 40 && i < 60 ? NaN : i))
    const kept = drawnIndexes(x, y, 10)
    expect(kept.some((k) => Number.isNaN(y[k]!))).toBe(true)
  })

  test('a range keeps its points and one neighbour to each side', () => {
    const x = [0, 10, 20, 30, 40]
    expect(drawnIndexes(x, x, 100, [15, 25])).toEqual([1, 2, 3])
    expect(drawnIndexes([], [], 10)).toEqual([])
  })

  test('lowerBound finds the first entry not below', () => {
    expect([lowerBound([1, 3, 5], 0), lowerBound([1, 3, 5], 3), lowerBound([1, 3, 5], 4), lowerBound([1, 3, 5], 9)]).toEqual([0, 1, 2, 3])
  })
})
