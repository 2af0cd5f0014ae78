/** Bootstrap intervals of all cells of a matrix: cells over the same problems share their draws. */
import { Random } from '../base/random'
import { cellStream } from './bootstrap'
import type { Cluster } from './clusters'
import { bcaInterval, percentileInterval, type Interval, type IntervalMethod } from './intervals'
import { ResampledSums } from './resampledSums'

export interface CellIntervals {
  /** Of Σ difference / Σ count; null for one problem. */
  readonly inflation: Interval | null
  /** Of Σ difference / Σ headroom; null when some resample has no headroom. */
  readonly share: Interval | null
}

export interface MatrixBootstrapOptions {
  readonly replicates: number
  readonly seed: number
  readonly method: IntervalMethod
  /** Begins the name of every stream: the rubric. */
  readonly stream: string
}

/** Products of weights and columns between two chances to report and to stop: about 15 ms. */
const WORK_A_STEP = 12_000_000

/**
 * @param cells clusters of each cell, in `clustersOf` order
 * @returns intervals in the order of `cells`. A cell's stream is named by the stream prefix and its own problems.
 */
export function* matrixBootstrap(cells: readonly (readonly Cluster[])[], options: MatrixBootstrapOptions): Generator<number, CellIntervals[]> {
  const { replicates, seed, method, stream } = options
  const groups = new Map<string, number[]>()
  cells.forEach((clusters, at) => {
    const name = `${stream}|${clusters.map((c) => c.problemId).join('|')}`
    const group = groups.get(name)
    if (group) group.push(at)
    else groups.set(name, [at])
  })
  const out = new Array<CellIntervals>(cells.length)
  // Selecting the quantiles costs about as much as summing over 100 problems; measured.
  const costOf = (group: readonly number[]) => group.length * (cells[group[0]!]!.length + 100)
  const whole = [...groups.values()].reduce((sum, group) => sum + costOf(group), 0)
  let before = 0
  for (const [name, group] of groups) {
    const G = cells[group[0]!]!.length
    const columns = group.flatMap((at) => {
      const clusters = cells[at]!
      return [Float64Array.from(clusters, (c) => c.count), Float64Array.from(clusters, (c) => c.difference), Float64Array.from(clusters, (c) => c.headroom)]
    })
    const sums = new ResampledSums(columns, replicates, Random.seed(seed, cellStream(name)))
    const chunk = Math.max(64, Math.floor(WORK_A_STEP / (G * (2 + sums.width))))
    while (sums.done < replicates) {
      sums.advance(chunk)
      yield (before + (costOf(group) * sums.done * G) / (replicates * (G + 100))) / whole
    }
    const drawn = new Float64Array(replicates)
    let sinceBreath = 0
    for (const [i, at] of group.entries()) {
      const [count, difference, headroom] = [sums.sums(3 * i), sums.sums(3 * i + 1), sums.sums(3 * i + 2)]
      for (let r = 0; r < replicates; r++) drawn[r] = difference[r]! / count[r]!
      const inflation = G < 2 ? null : intervalOf(drawn, cells[at]!, 'count', method)
      for (let r = 0; r < replicates; r++) drawn[r] = headroom[r]! > 1e-12 ? difference[r]! / headroom[r]! : NaN
      out[at] = { inflation, share: G < 2 ? null : intervalOf(drawn, cells[at]!, 'headroom', method) }
      if ((sinceBreath += replicates) >= 200_000) {
        sinceBreath = 0
        yield (before + (costOf(group) * (G + (100 * (i + 1)) / group.length)) / (G + 100)) / whole
      }
    }
    before += costOf(group)
  }
  yield 1
  return out
}

function intervalOf(drawn: Float64Array, clusters: readonly Cluster[], below: 'count' | 'headroom', method: IntervalMethod): Interval | null {
  if (method === 'percentile') return percentileInterval(drawn)
  let top = 0
  let bottom = 0
  for (const cluster of clusters) {
    top += cluster.difference
    bottom += cluster[below]
  }
  const jackknife = clusters.map((c) => (bottom - c[below] > 1e-12 ? (top - c.difference) / (bottom - c[below]) : NaN))
  return bottom > 1e-12 ? bcaInterval(drawn, top / bottom, jackknife) : null
}
