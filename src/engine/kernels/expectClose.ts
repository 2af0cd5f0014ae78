/** Test helper: float32 results against float64 references. */
import { expect } from 'vitest'

/**
 * What a float32 kernel may miss its float64 reference by, as a share of the entry and of the largest entry of the array.
 * One rounding costs 6e-8; a sum of n terms of random sign gathers about √n of them, WGSL's exp, log and inverseSqrt cost a
 * few more each, and differences of nearly equal terms are small beside the array's largest. 1e-5 leaves room for n in the
 * thousands; an error in indexing is of the order of the entries themselves, 1e5 times more.
 */
export const TOLERANCE = 1e-5

/** Fails at the entry that misses its bound by most; a length that differs or a number that is not finite fails too. */
export function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, what = 'entry', tolerance = TOLERANCE): void {
  expect(got.length, `${what}: length`).toBe(want.length)
  let largest = 0
  for (let i = 0; i < want.length; i++) largest = Math.max(largest, Math.abs(want[i]!))
  let worst = -1
  let excess = 1
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i]! - want[i]!)
    const share = error === 0 ? 0 : error / (tolerance * (Math.abs(want[i]!) + largest))
    if (!(share <= excess)) {
      worst = i
      excess = Number.isNaN(share) ? Infinity : share
    }
  }
  if (worst >= 0) expect.fail(`${what} ${worst} of ${want.length}: got ${got[worst]}, want ${want[worst]}; ${excess.toFixed(1)} times the tolerance`)
}
