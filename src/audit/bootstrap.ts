/** Bootstrap intervals of statistics that are functions of per-problem sums. */
import { Random } from '../base/random'
import type { Cluster } from './clusters'
import { bcaInterval, percentileInterval, type Interval, type IntervalMethod } from './intervals'
import { ResampledSums } from './resampledSums'

/** A statistic of the sums of columns: `sum(k)` is column k summed over the data or over one resample. */
export type SumStatistic = (sum: (k: number) => number) => number

export interface Bootstrapped {
  /** The statistic of the data; null when it is undefined. */
  readonly estimate: number | null
  readonly interval: Interval | null
  /** Standard deviation of the drawn statistics; null when any is undefined. */
  readonly standardError: number | null
}

export interface BootstrapOptions {
  readonly replicates: number
  readonly seed: number
  /** Names the random stream, so that an interval depends on the seed and on its own data only. */
  readonly stream: string
  readonly method?: IntervalMethod
  readonly level?: number
}

/**
 * Bootstraps several statistics of the same problems with the same draws.
 * @param columns K columns of per-problem sums, each of length G
 * @returns one entry a statistic; a single problem has no interval, since its resamples never differ
 */
export function* bootstrapSteps(columns: readonly Float64Array[], statistics: readonly SumStatistic[], options: BootstrapOptions): Generator<number, Bootstrapped[]> {
  const { replicates, seed, stream, method = 'percentile', level = 0.95 } = options
  const sums = new ResampledSums(columns, replicates, Random.seed(seed, cellStream(stream)))
  const chunk = Math.max(64, Math.floor(4_000_000 / (sums.clusters * (2 + sums.width))))
  while (sums.done < replicates) {
    sums.advance(chunk)
    yield sums.done / replicates
  }
  const drawn = columns.map((_, k) => sums.sums(k))
  return statistics.map((statistic) => {
    const values = new Float64Array(replicates)
    let r = 0
    const at = (k: number) => drawn[k]![r]!
    for (; r < replicates; r++) values[r] = statistic(at)
    return finished(values, columns, statistic, method, level)
  })
}

/** The same at once, for short work and tests. */
export function bootstrapped(columns: readonly Float64Array[], statistics: readonly SumStatistic[], options: BootstrapOptions): Bootstrapped[] {
  const steps = bootstrapSteps(columns, statistics, options)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function finished(values: Float64Array, columns: readonly Float64Array[], statistic: SumStatistic, method: IntervalMethod, level: number): Bootstrapped {
  const totals = columns.map((column) => column.reduce((a, b) => a + b, 0))
  const estimate = statistic((k) => totals[k]!)
  const G = columns[0]!.length
  if (Number.isNaN(estimate)) return { estimate: null, interval: null, standardError: null }
  if (G < 2) return { estimate, interval: null, standardError: null }
  const interval = method === 'bca'
    ? bcaInterval(values, estimate, Array.from({ length: G }, (_, g) => statistic((k) => totals[k]! - columns[k]![g]!)), level)
    : percentileInterval(values, level)
  return { estimate, interval, standardError: spread(values) }
}

function spread(values: Float64Array): number | null {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const square = values.reduce((a, b) => a + (b - mean) ** 2, 0)
  return Number.isNaN(square) ? null : Math.sqrt(square / (values.length - 1))
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
 * A random stream from a name: FNV-1a over UTF-16 code units. What is drawn then depends on the seed and on the data it
 * belongs to, not on what else is shown or in what order.
 */
export function cellStream(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
