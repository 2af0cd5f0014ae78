import { describe, expect, test } from 'vitest'
import { smoothed } from './smoothing'

/** TensorBoard's own routine, line by line, as the oracle. */
function classicSmoothing(data: readonly number[], weight: number): number[] {
  let last = data.length > 0 ? 0 : NaN
  let count = 0
  const constant = data.every((v) => v === data[0])
  return data.map((value) => {
    if (constant || !Number.isFinite(value)) return value
    last = last * weight + (1 - weight) * value
    count++
    return last / (weight !== 1 ? 1 - Math.pow(weight, count) : 1)
  })
}

describe('smoothed', () => {
  test('gives the values of the formula worked by hand', () => {
    // w = 0.6: 0.4/0.4 = 1; (0.24 + 0.8)/0.64 = 1.625; (0.624 + 1.2)/0.784
    const got = smoothed([1, 2, 3], 0.6)
    expect(got[0]).toBeCloseTo(1, 12)
    expect(got[1]).toBeCloseTo(1.625, 12)
    expect(got[2]).toBeCloseTo(2.326530612244898, 12)
  })

  test.each([0.1, 0.6, 0.9, 0.999])('equals TensorBoard at weight %d', (weight) => {
    const data = Array.from({ length: 3000 }, (_, i) => (i % 97 === 5 ? NaN : Math.sin(i / 7) * 10 + ((i * 7919) % 13)))
    const want = classicSmoothing(data, weight)
    const got = smoothed(data, weight)
    for (let i = 0; i < data.length; i++) {
      if (Number.isNaN(want[i]!)) expect(got[i]).toBeNaN()
      else expect(Math.abs(got[i]! - want[i]!)).toBeLessThan(1e-6)
    }
  })

  test('leaves constants exactly flat, and missing points missing', () => {
    expect([...smoothed([0.1, 0.1, 0.1], 0.9)]).toEqual([0.1, 0.1, 0.1])
    const withGap = smoothed([1, NaN, 1, 3], 0.5)
    expect(withGap[1]).toBeNaN()
    expect(withGap[2]).toBeCloseTo(1, 12) // as if the gap were not there
  })

  test('weight 0 and the empty series are the identity', () => {
    expect([...smoothed([3, 1, 2], 0)]).toEqual([3, 1, 2])
    expect([...smoothed([], 0.6)]).toEqual([])
  })
})
