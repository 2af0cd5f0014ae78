/** A non-decreasing step map, by its knots. */
export interface MonotoneMap {
  /** Ascending inputs seen, and the fitted output at each. */
  readonly knots: readonly { readonly x: number; readonly y: number; readonly weight: number }[]
}

/**
 * Isotonic regression by pooling adjacent violators: the non-decreasing map with the least squared error.
 * The fitted mean equals the mean of y. Equal inputs are averaged first.
 * @source Ayer et al. 1955; used for judge calibration by CJE, arXiv 2512.11150
 */
export function isotonic(x: readonly number[], y: readonly number[]): MonotoneMap {
  const byInput = new Map<number, { total: number; weight: number }>()
  for (let i = 0; i < x.length; i++) {
    const key = Math.round(x[i]! * 1e9) / 1e9
    const known = byInput.get(key) ?? { total: 0, weight: 0 }
    byInput.set(key, { total: known.total + y[i]!, weight: known.weight + 1 })
  }
  const inputs = [...byInput].sort((a, b) => a[0] - b[0])
  const blocks: { total: number; weight: number; inputs: number }[] = []
  for (const [, { total, weight }] of inputs) {
    blocks.push({ total, weight, inputs: 1 })
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)!]
      if (!before || before.total / before.weight <= last.total / last.weight) break
      blocks.splice(-2, 2, { total: before.total + last.total, weight: before.weight + last.weight, inputs: before.inputs + last.inputs })
    }
  }
  const fitted = blocks.flatMap((b) => new Array<number>(b.inputs).fill(b.total / b.weight))
  return { knots: inputs.map(([at, { weight }], i) => ({ x: at, y: fitted[i]!, weight })) }
}

/** The map at x: linear between knots, constant outside them. Throws without knots. */
export function mapped({ knots }: MonotoneMap, x: number): number {
  const first = knots[0]
  const last = knots.at(-1)
  if (!first || !last) throw new RangeError('mapped: a map without knots')
  if (x <= first.x) return first.y
  if (x >= last.x) return last.y
  let low = 0
  let high = knots.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (knots[middle]!.x <= x) low = middle
    else high = middle
  }
  const [a, b] = [knots[low]!, knots[high]!]
  return a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x)
}
