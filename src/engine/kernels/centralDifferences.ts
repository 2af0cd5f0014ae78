/** Test helper: a gradient by the definition, to hold hand-written ones against. */

/**
 * (f(x + h) − f(x − h))/2h in one coordinate after the other. In float64 with h = 1e-4 the error is about 1e-8 of the third
 * derivative, and the rounding 1e-11 of f: far below what float32 kernels owe.
 * @param f must not keep the array it is given
 * @param at coordinates to differentiate for; all of them by default
 */
export function centralDifferences(f: (x: Float64Array) => number, x: ArrayLike<number>, at: readonly number[] = Array.from({ length: x.length }, (_, i) => i), h = 1e-4): Float64Array {
  const moved = Float64Array.from(x)
  return Float64Array.from(at, (i) => {
    const keep = moved[i]!
    moved[i] = keep + h
    const up = f(moved)
    moved[i] = keep - h
    const down = f(moved)
    moved[i] = keep
    return (up - down) / (2 * h)
  })
}

/** Σ a·b: what turns a kernel's output and a gradient for it into one number to differentiate. */
export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
