/**
 * Indexes to draw so that n points fit a plot of `buckets` columns without hiding an extreme: of each column the first,
 * the lowest, the highest and the last point, in order; a column without any finite point keeps one missing point, so
 * that a gap stays a gap.
 * @param x ascending positions, [n]
 * @param y values, [n]; NaN is missing
 * @param range only points inside it, and one neighbour to each side so that the line runs to the edge; null for all
 * @returns ascending indexes into x and y; all of them when they fit as they are
 */
export function drawnIndexes(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  buckets: number,
  range: readonly [number, number] | null = null,
): number[] {
  let start = 0
  let end = x.length
  if (range) {
    start = Math.max(0, lowerBound(x, range[0]) - 1)
    end = Math.min(x.length, lowerBound(x, range[1]) + 1)
  }
  const n = end - start
  if (n <= 0) return []
  if (n <= buckets * 4) return Array.from({ length: n }, (_, i) => start + i)

  const indexes: number[] = []
  const from = x[start]!
  const width = (x[end - 1]! - from) / buckets || 1
  let i = start
  for (let b = 0; b < buckets && i < end; b++) {
    const edge = b === buckets - 1 ? Infinity : from + (b + 1) * width
    const first = i
    let low = -1
    let high = -1
    for (; i < end && x[i]! < edge; i++) {
      if (!Number.isFinite(y[i]!)) continue
      if (low < 0 || y[i]! < y[low]!) low = i
      if (high < 0 || y[i]! > y[high]!) high = i
    }
    if (i === first) continue
    const kept = low < 0 ? [first] : [first, low, high, i - 1].sort((a, c) => a - c)
    for (const k of kept) if (indexes.at(-1) !== k) indexes.push(k)
  }
  return indexes
}

/** Index of the first entry of ascending `x` that is ≥ `value`; x.length when there is none. */
export function lowerBound(x: ArrayLike<number>, value: number): number {
  let low = 0
  let high = x.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
