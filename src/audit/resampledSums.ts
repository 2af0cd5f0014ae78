/** The engine under every cluster bootstrap of the audit: problems drawn with replacement, all statistics from one draw. */
import type { Random } from '../base/random'

/** Replicates whose weights are held at once: small enough to stay in the processor's cache with 272 problems. */
const BLOCK = 64

/**
 * Sums of K columns over resamples of the same G problems.
 *   sum*_k[r] = Σ_g w_rg · column_k[g],   w_r = how often replicate r drew each problem
 * Every mean, rate, share or difference of an audit is a ratio of such sums, so statistics that share their problems
 * share their draws: comparisons between judges are paired, and one draw serves hundreds of cells. Equal columns (the
 * counts of seven complete judges) are summed once.
 *
 * A replicate draws by `random.fillBelow(G)`, in order; cutting the work into `advance` calls changes nothing.
 * @source Miller, arXiv 2411.00640 (resample problems, not proofs); Efron and Tibshirani 1993, ch. 8
 */
export class ResampledSums {
  readonly clusters: number
  private finished = 0
  private readonly distinct: Float64Array[] = []
  private readonly place: number[]
  private readonly results: Float64Array[]
  private readonly drawn: Uint32Array
  private readonly weights: Float64Array

  /** @param columns K arrays of length G ≥ 1 */
  constructor(columns: readonly Float64Array[], readonly replicates: number, private readonly random: Random) {
    this.clusters = columns[0]?.length ?? 0
    if (this.clusters === 0) throw new RangeError('a bootstrap needs at least one cluster')
    const known = new Map<string, number>()
    this.place = columns.map((column) => {
      if (column.length !== this.clusters) throw new RangeError('columns of one bootstrap have one length')
      const key = new Uint32Array(column.buffer, column.byteOffset, column.length * 2).join()
      const at = known.get(key) ?? this.distinct.push(column) - 1
      known.set(key, at)
      return at
    })
    this.results = this.distinct.map(() => new Float64Array(replicates))
    this.drawn = new Uint32Array(this.clusters)
    this.weights = new Float64Array(BLOCK * this.clusters)
  }

  get done(): number {
    return this.finished
  }

  /** How many columns are really summed. */
  get width(): number {
    return this.distinct.length
  }

  /** Draws up to `count` more replicates. */
  advance(count: number): void {
    const { clusters: G, drawn, weights } = this
    const end = Math.min(this.replicates, this.finished + count)
    while (this.finished < end) {
      const size = Math.min(BLOCK, end - this.finished)
      weights.fill(0)
      for (let b = 0; b < size; b++) {
        this.random.fillBelow(G, drawn)
        const base = b * G
        for (let g = 0; g < G; g++) weights[base + drawn[g]!]!++
      }
      for (let k = 0; k < this.distinct.length; k++) addUp(this.distinct[k]!, weights, size, this.results[k]!, this.finished)
      this.finished += size
    }
  }

  /** Column k summed over each replicate drawn so far, [replicates]. Shared between equal columns: read, do not write. */
  sums(k: number): Float64Array {
    return this.results[this.place[k]!]!.subarray(0, this.finished)
  }
}

/** Four replicates at a time: each value of the column is read once for four sums that do not wait for each other. */
function addUp(column: Float64Array, weights: Float64Array, size: number, into: Float64Array, at: number): void {
  const G = column.length
  let b = 0
  for (; b + 4 <= size; b += 4) {
    const w0 = b * G, w1 = w0 + G, w2 = w1 + G, w3 = w2 + G
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0
    for (let g = 0; g < G; g++) {
      const value = column[g]!
      s0 += weights[w0 + g]! * value
      s1 += weights[w1 + g]! * value
      s2 += weights[w2 + g]! * value
      s3 += weights[w3 + g]! * value
    }
    into[at + b] = s0
    into[at + b + 1] = s1
    into[at + b + 2] = s2
    into[at + b + 3] = s3
  }
  for (; b < size; b++) {
    let sum = 0
    for (let g = 0; g < G; g++) sum += weights[b * G + g]! * column[g]!
    into[at + b] = sum
  }
}
