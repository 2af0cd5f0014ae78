/** Severity of raters on one scale: additive in score units, and Rasch's many-facet model in logits. */
import { nearestLevel } from './kappa'

export interface Rating {
  readonly proof: string
  readonly rater: string
  /** 0..1. */
  readonly score: number
}

/** Groups of raters that share no proof: severities of different groups cannot be compared. One group when connected. */
export function connectedRaters(ratings: readonly Rating[]): string[][] {
  const parent = new Map<string, string>()
  const find = (a: string): string => {
    const up = parent.get(a) ?? a
    if (up === a) return a
    const top = find(up)
    parent.set(a, top)
    return top
  }
  for (const { proof, rater } of ratings) {
    const [a, b] = [find(`r${rater}`), find(`p${proof}`)]
    if (a !== b) parent.set(b, a)
  }
  const groups = new Map<string, Set<string>>()
  for (const { rater } of ratings) {
    const root = find(`r${rater}`)
    const group = groups.get(root) ?? new Set()
    groups.set(root, group.add(rater))
  }
  return [...groups.values()].map((g) => [...g].sort())
}

export interface Severities {
  /** Leniency of each rater in score units: its effect in an additive model, centred on 0. */
  readonly byRater: ReadonlyMap<string, number>
  readonly residualSd: number
}

/**
 * score = proof + rater + error by least squares (alternating projections to 1e-12), rater effects centred over raters.
 * With all grades present a rater's effect is its mean minus the grand mean.
 * @throws when the design is not connected: see `connectedRaters`
 * @source two-way additive model; lab test vector `additive_severity`
 */
export function additiveSeverity(ratings: readonly Rating[]): Severities {
  if (connectedRaters(ratings).length !== 1) throw new RangeError('additiveSeverity: raters fall into groups that share no proof')
  const proofs = [...new Set(ratings.map((r) => r.proof))]
  const raters = [...new Set(ratings.map((r) => r.rater))].sort()
  const [pAt, rAt] = [new Map(proofs.map((p, i) => [p, i])), new Map(raters.map((r, i) => [r, i]))]
  const rows = ratings.map((r) => ({ p: pAt.get(r.proof)!, r: rAt.get(r.rater)!, score: r.score }))
  const proof = new Float64Array(proofs.length)
  const rater = new Float64Array(raters.length)
  for (let pass = 0; pass < 5000; pass++) {
    project(proof, rows, (row) => row.p, (row) => row.score - rater[row.r]!)
    const moved = project(rater, rows, (row) => row.r, (row) => row.score - proof[row.p]!)
    if (moved < 1e-12) break
  }
  const centre = rater.reduce((a, b) => a + b, 0) / rater.length
  const squares = rows.reduce((sum, row) => sum + (row.score - proof[row.p]! - rater[row.r]!) ** 2, 0)
  const degrees = Math.max(1, rows.length - proofs.length - raters.length + 1)
  return { byRater: new Map(raters.map((id, i) => [id, rater[i]! - centre])), residualSd: Math.sqrt(squares / degrees) }
}

function project<T>(effects: Float64Array, rows: readonly T[], at: (row: T) => number, left: (row: T) => number): number {
  const sums = new Float64Array(effects.length)
  const counts = new Float64Array(effects.length)
  for (const row of rows) {
    sums[at(row)]! += left(row)
    counts[at(row)]!++
  }
  let moved = 0
  for (let i = 0; i < effects.length; i++) {
    const next = sums[i]! / counts[i]!
    moved = Math.max(moved, Math.abs(next - effects[i]!))
    effects[i] = next
  }
  return moved
}

export interface RaschRater {
  readonly rater: string
  /** Logits; positive is severe. Centred on 0. */
  readonly severity: number
  readonly standardError: number
  /** Mean squares, expected 1: infit weighs by information, outfit feels surprises far from the rater's level. */
  readonly infit: number
  readonly outfit: number
  readonly ratings: number
}

export interface RaschFit {
  readonly raters: readonly RaschRater[]
  readonly levels: readonly number[]
  /** Steps between neighbouring levels, logits, centred on 0. */
  readonly steps: readonly number[]
  readonly proofs: ReadonlyMap<string, number>
  readonly iterations: number
  readonly isConverged: boolean
}

/**
 * Many-facet Rasch model with a rating scale shared by all raters.
 *   P(level k) ∝ exp Σ_{h≤k} (θ_proof − λ_rater − τ_h)
 * Joint maximum likelihood by damped Newton steps, facet by facet; a proof whose raters all gave the lowest or all the
 * highest level has no finite estimate and is scored 0.3 levels inside, as Facets does. Estimates of joint likelihood are
 * stretched; λ and θ are shrunk by (R − 1)/R for R raters a proof.
 * @param levels the rubric's grid, ascending; scores go to the nearest
 * @throws when the design is not connected
 * @source Linacre 1989; Andrich 1978; correction of Wright and Douglas 1977
 */
export function manyFacetRasch(ratings: readonly Rating[], levels: readonly number[], most = 200): RaschFit {
  if (connectedRaters(ratings).length !== 1) throw new RangeError('manyFacetRasch: raters fall into groups that share no proof')
  const K = levels.length
  const proofIds = [...new Set(ratings.map((r) => r.proof))]
  const raterIds = [...new Set(ratings.map((r) => r.rater))].sort()
  const [pAt, rAt] = [new Map(proofIds.map((p, i) => [p, i])), new Map(raterIds.map((r, i) => [r, i]))]
  const rows = ratings.map((r) => ({ p: pAt.get(r.proof)!, r: rAt.get(r.rater)!, k: nearestLevel(r.score, levels) }))
  const theta = new Float64Array(proofIds.length)
  const lambda = new Float64Array(raterIds.length)
  const tau = new Float64Array(K - 1)
  const [pSum, pCount, rSum] = [new Float64Array(theta.length), new Float64Array(theta.length), new Float64Array(lambda.length)]
  const levelCount = new Float64Array(K)
  for (const { p, r, k } of rows) {
    pSum[p]! += k
    pCount[p]!++
    rSum[r]! += k
    levelCount[k]!++
  }
  for (let p = 0; p < theta.length; p++) pSum[p] = Math.min(pCount[p]! * (K - 1) - 0.3, Math.max(0.3, pSum[p]!))
  const chances = new Float64Array(K)
  const expectAt = (p: number, r: number) => {
    let total = 0
    let power = 0
    let top = 0
    for (let k = 0; k < K; k++) {
      if (k > 0) power += theta[p]! - lambda[r]! - tau[k - 1]!
      chances[k] = power
      top = Math.max(top, power)
    }
    for (let k = 0; k < K; k++) total += chances[k] = Math.exp(chances[k]! - top)
    let mean = 0
    let square = 0
    for (let k = 0; k < K; k++) {
      chances[k]! /= total
      mean += k * chances[k]!
      square += k * k * chances[k]!
    }
    return { mean, variance: square - mean * mean }
  }
  let iterations = 0
  let isConverged = false
  for (; iterations < most && !isConverged; iterations++) {
    const before = [...theta, ...lambda, ...tau]
    const step = (gap: number, information: number) => Math.max(-1, Math.min(1, gap / Math.max(1e-6, information)))
    const [pE, pV] = [new Float64Array(theta.length), new Float64Array(theta.length)]
    for (const { p, r } of rows) {
      const { mean, variance } = expectAt(p, r)
      pE[p]! += mean
      pV[p]! += variance
    }
    for (let p = 0; p < theta.length; p++) theta[p]! += step(pSum[p]! - pE[p]!, pV[p]!)
    const [rE, rV, kE] = [new Float64Array(lambda.length), new Float64Array(lambda.length), new Float64Array(K)]
    for (const { p, r } of rows) {
      const { mean, variance } = expectAt(p, r)
      rE[r]! += mean
      rV[r]! += variance
      for (let k = 0; k < K; k++) kE[k]! += chances[k]!
    }
    for (let r = 0; r < lambda.length; r++) lambda[r]! -= step(rSum[r]! - rE[r]!, rV[r]!)
    recentre(lambda)
    // τ_k moves by the log odds of reaching level k rather than k − 1, expected against observed.
    for (let k = 1; k < K; k++)
      tau[k - 1]! += Math.max(-0.5, Math.min(0.5, Math.log((Math.max(0.5, levelCount[k - 1]!) * Math.max(1e-9, kE[k]!)) / (Math.max(0.5, levelCount[k]!) * Math.max(1e-9, kE[k - 1]!))) / 2))
    recentre(tau)
    // Measured after recentring: scores moved inside for extreme proofs leave a pull on the mean that recentring takes back.
    isConverged = [...theta, ...lambda, ...tau].every((v, i) => Math.abs(v - before[i]!) < 1e-4)
  }
  const fit = raterIds.map(() => ({ information: 0, squares: 0, standard: 0, count: 0 }))
  for (const { p, r, k } of rows) {
    const { mean, variance } = expectAt(p, r)
    const own = fit[r]!
    own.information += variance
    own.squares += (k - mean) ** 2
    own.standard += (k - mean) ** 2 / Math.max(1e-9, variance)
    own.count++
  }
  const perProof = rows.length / theta.length
  const shrink = perProof > 1 ? (perProof - 1) / perProof : 1
  return {
    levels, steps: [...tau].map((t) => t * shrink), proofs: new Map(proofIds.map((id, i) => [id, theta[i]! * shrink])), iterations, isConverged,
    raters: raterIds.map((rater, i) => {
      const { information, squares, standard, count } = fit[i]!
      return { rater, severity: lambda[i]! * shrink, standardError: shrink / Math.sqrt(information), infit: squares / information, outfit: standard / count, ratings: count }
    }),
  }
}

function recentre(values: Float64Array): void {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  for (let i = 0; i < values.length; i++) values[i]! -= mean
}
