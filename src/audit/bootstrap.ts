/** Cluster bootstrap: problems are drawn with replacement, each with all its proofs. */
import type { Random } from '../base/random'
import type { Cluster } from './clusters'

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * A resumable bootstrap of one cell: call `advance` until `done` reaches `replicates`, then read the intervals.
 * A replicate draws G problems with replacement, in order, by `random.below(G)`:
 *   inflation* = Σ difference / Σ count        share* = Σ difference / Σ headroom
 * Uneven problems make the denominators random, as they are in the data.
 * @source QEDBench audit: resample problems, not proofs; percentile interval
 */
export class ClusterBootstrap {
  readonly replicates: number
  private readonly means: Float64Array
  private readonly shares: Float64Array
  private finished = 0
  private isSorted = false
  // Flat columns: the inner loop runs tens of millions of times.
  private readonly counts: Float64Array
  private readonly differences: Float64Array
  private readonly headrooms: Float64Array
  private readonly drawn: Uint32Array

  constructor(
    clusters: readonly Cluster[],
    replicates: number,
    private readonly random: Random,
  ) {
    if (clusters.length === 0) throw new RangeError('a bootstrap needs at least one cluster')
    this.replicates = replicates
    this.means = new Float64Array(replicates)
    this.shares = new Float64Array(replicates)
    this.counts = Float64Array.from(clusters, (c) => c.count)
    this.differences = Float64Array.from(clusters, (c) => c.difference)
    this.headrooms = Float64Array.from(clusters, (c) => c.headroom)
    this.drawn = new Uint32Array(clusters.length)
  }

  get done(): number {
    return this.finished
  }

  /** Draws up to `count` more replicates. */
  advance(count: number): void {
    const { counts, differences, headrooms, drawn } = this
    const end = Math.min(this.replicates, this.finished + count)
    for (; this.finished < end; this.finished++) {
      this.random.fillBelow(drawn.length, drawn)
      let n = 0
      let difference = 0
      let headroom = 0
      for (let g = 0; g < drawn.length; g++) {
        const at = drawn[g]!
        n += counts[at]!
        difference += differences[at]!
        headroom += headrooms[at]!
      }
      this.means[this.finished] = difference / n
      this.shares[this.finished] = headroom > 1e-12 ? difference / headroom : NaN
    }
    this.isSorted = false
  }

  /** Percentile interval of the mean difference; null for one problem, whose resamples never differ. */
  inflation(level = 0.95): Interval | null {
    this.sort()
    return this.drawn.length < 2 ? null : percentileInterval(this.means.subarray(0, this.finished), level)
  }

  /** Percentile interval of difference over headroom; null when any resample has no headroom at all. */
  share(level = 0.95): Interval | null {
    this.sort()
    const drawn = this.shares.subarray(0, this.finished)
    // NaN sorts last in a typed array.
    return this.drawn.length < 2 || Number.isNaN(drawn.at(-1)) ? null : percentileInterval(drawn, level)
  }

  private sort(): void {
    if (this.isSorted) return
    this.means.subarray(0, this.finished).sort()
    this.shares.subarray(0, this.finished).sort()
    this.isSorted = true
  }
}

/** Quantile by the inverted empirical distribution: the smallest drawn value x with F(x) ≥ p. No interpolation. */
export function invertedCdf(sorted: ArrayLike<number>, p: number): number | null {
  const n = sorted.length
  // p·n may land a hair above a whole number: 0.025 · 40 = 1.0000000000000002.
  return n === 0 ? null : sorted[Math.min(n - 1, Math.max(0, Math.ceil(p * n - 1e-9) - 1))]!
}

function percentileInterval(sorted: ArrayLike<number>, level: number): Interval | null {
  const low = invertedCdf(sorted, (1 - level) / 2)
  const high = invertedCdf(sorted, (1 + level) / 2)
  return low === null || high === null ? null : { low, high }
}

/** Every one of the G^G equally likely resamples' means, sorted. The truth that the seeded bootstrap approaches; G ≤ 7. */
export function exactBootstrap(clusters: readonly Cluster[]): Float64Array {
  const G = clusters.length
  if (G === 0 || G > 7) throw new RangeError(`exactBootstrap: ${G} clusters; 1 to 7 can be enumerated`)
  const means = new Float64Array(G ** G)
  for (let code = 0; code < means.length; code++) {
    let n = 0
    let difference = 0
    for (let g = 0, rest = code; g < G; g++, rest = Math.floor(rest / G)) {
      const drawn = clusters[rest % G]!
      n += drawn.count
      difference += drawn.difference
    }
    means[code] = difference / n
  }
  return means.sort()
}

/**
 * A random stream for one cell, from its name: FNV-1a over UTF-16 code units. A cell's interval then depends on the
 * seed and on its own data, not on which other cells are shown or in what order.
 */
export function cellStream(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
