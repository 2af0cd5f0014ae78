/** What a column holds, in a few numbers and a histogram whose bars are filters. */
import type { Column } from './column'

export interface Bin {
  readonly low: number
  readonly high: number
  /** Rows with low ≤ value < high; of the last bin also value = high. */
  readonly count: number
}

export type ColumnProfile =
  | { readonly kind: 'number'; readonly filled: number; readonly min: number; readonly max: number; readonly mean: number; readonly std: number; readonly isWhole: boolean; readonly bins: readonly Bin[] }
  | { readonly kind: 'category'; readonly filled: number; readonly distinct: number; readonly bars: readonly { readonly label: string; readonly count: number }[] }
  | { readonly kind: 'text'; readonly filled: number; readonly meanChars: number; readonly maxChars: number }
  /** No value at all. */
  | { readonly kind: 'empty'; readonly filled: 0 }

/** Bars of a histogram; whole numbers over a small span get one each. */
export const MOST_BINS = 20
/** Labels with a bar of their own. */
export const MOST_BARS = 12

/**
 * mean and std are of the filled values; std is the population's (÷ n).
 * Edges: no value → `empty`; all values equal → one bin from that value to itself.
 */
export function columnProfile(column: Column): ColumnProfile {
  switch (column.kind) {
    case 'number': return numberProfile(column.values)
    case 'category': return categoryProfile(column)
    case 'text': {
      let filled = 0
      let chars = 0
      let maxChars = 0
      for (const text of column.values) {
        if (text === null) continue
        filled++
        chars += text.length
        maxChars = Math.max(maxChars, text.length)
      }
      return filled === 0 ? { kind: 'empty', filled } : { kind: 'text', filled, meanChars: chars / filled, maxChars }
    }
  }
}

function numberProfile(values: Float64Array): ColumnProfile {
  let filled = 0
  let sum = 0
  let min = Infinity
  let max = -Infinity
  let isWhole = true
  for (const value of values) {
    if (Number.isNaN(value)) continue
    filled++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
    isWhole &&= Number.isInteger(value)
  }
  if (filled === 0) return { kind: 'empty', filled }
  const mean = sum / filled
  let squares = 0
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2
  const edges = binEdges(min, max, isWhole)
  const counts = binCounts(values, edges, null)
  const bins = counts.map((count, i) => ({ low: edges[i]!, high: edges[i + 1]!, count }))
  return { kind: 'number', filled, min, max, mean, std: Math.sqrt(squares / filled), isWhole, bins }
}

/** n + 1 edges of n equal bins. Whole numbers: bins hold equally many of them, one where the span allows. */
export function binEdges(min: number, max: number, isWhole: boolean): number[] {
  if (min === max) return [min, max]
  if (isWhole) {
    const width = Math.ceil((max - min + 1) / MOST_BINS)
    const n = Math.ceil((max - min + 1) / width)
    return Array.from({ length: n + 1 }, (_, i) => min + i * width)
  }
  const edges = Array.from({ length: MOST_BINS + 1 }, (_, i) => (i === MOST_BINS ? max : min + ((max - min) * i) / MOST_BINS))
  // Neighbouring doubles leave no room for bins between them.
  return edges.every((edge, i) => i === 0 || edge > edges[i - 1]!) ? edges : [min, max]
}

/** Rows of each bin; with `mask`, only those it marks. */
export function binCounts(values: Float64Array, edges: readonly number[], mask: Uint8Array | null): number[] {
  const bins = edges.length - 1
  const counts = Array.from({ length: bins }, () => 0)
  const low = edges[0]!
  const perUnit = bins / (edges[bins]! - low)
  const scale = Number.isFinite(perUnit) ? perUnit : 0 // one bin, so narrow that its width has no inverse
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value) || (mask && mask[i] === 0)) continue
    // The quotient may round across an edge: the edges themselves decide.
    let bin = Math.max(0, Math.min(bins - 1, Math.floor((value - low) * scale)))
    while (bin > 0 && value < edges[bin]!) bin--
    while (bin + 1 < bins && value >= edges[bin + 1]!) bin++
    counts[bin]!++
  }
  return counts
}

function categoryProfile({ codes, labels }: Extract<Column, { kind: 'category' }>): ColumnProfile {
  const counts = codeCounts(codes, labels.length, null)
  const filled = counts.reduce((sum, n) => sum + n, 0)
  if (filled === 0) return { kind: 'empty', filled: 0 }
  const bars = labels.map((label, i) => ({ label, count: counts[i]! })).sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1))
  return { kind: 'category', filled, distinct: labels.length, bars: bars.slice(0, MOST_BARS) }
}

function codeCounts(codes: Int32Array, labels: number, mask: Uint8Array | null): number[] {
  const counts = new Int32Array(labels + 1)
  for (let i = 0; i < codes.length; i++) if (!mask || mask[i] === 1) counts[codes[i]! + 1]!++
  return [...counts.slice(1)]
}

/** For every bar of a profile, how many of the marked rows it holds. */
export function facetCounts(column: Column, profile: ColumnProfile, mask: Uint8Array | null): number[] {
  if (column.kind === 'number' && profile.kind === 'number') return binCounts(column.values, [...profile.bins.map((b) => b.low), profile.bins.at(-1)!.high], mask)
  if (column.kind === 'category' && profile.kind === 'category') {
    const counts = codeCounts(column.codes, column.labels.length, mask)
    return profile.bars.map(({ label }) => counts[column.labels.indexOf(label)] ?? 0)
  }
  return []
}
