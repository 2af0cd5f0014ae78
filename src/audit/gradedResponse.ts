/** How sharply a rater tells good proofs from bad ones, apart from how strict it is. */
import { nearestLevel } from './kappa'
import { inverted } from './regression'
import { connectedRaters, type Rating } from './severity'

export interface GradedRater {
  readonly rater: string
  /** Discrimination a: how much the log odds of a higher grade rise with one standard deviation of quality. Near 0: blind to it. */
  readonly discrimination: number
  readonly discriminationError: number
  /** Quality at which grade k is as likely reached as not, for each level above the lowest, ascending, in SD of quality. */
  readonly thresholds: readonly number[]
  /** Mean of the thresholds: positive is severe. */
  readonly severity: number
  readonly ratings: number
}

export interface GradedFit {
  readonly raters: readonly GradedRater[]
  readonly levels: readonly number[]
  /** Posterior mean of each proof's quality. */
  readonly proofs: ReadonlyMap<string, number>
  readonly iterations: number
  readonly isConverged: boolean
}

/** Quadrature nodes for quality ~ N(0, 1). */
const NODES = Array.from({ length: 31 }, (_, q) => -4.5 + 0.3 * q)
/** Grades added to each rater's, spread like its expected ones: a level that it never gave keeps a finite threshold. */
const PRIOR = 0.5

/**
 * Graded response model, each rater with its own discrimination and thresholds.
 *   P(Y ≥ k | θ) = 1 / (1 + exp(−(a_r θ − d_rk))),   θ ~ N(0, 1),   thresholds b_rk = d_rk / a_r
 * Marginal maximum likelihood by EM (31 nodes); Fisher scoring for each rater. A scale whose quality ran backwards is turned
 * round, so that most raters discriminate positively.
 * @param levels the rubric's grid, ascending; scores go to the nearest
 * @throws when the raters fall into groups that share no proof
 * @source Samejima 1969; Bock and Aitkin 1981; for LLM judges arXiv 2602.00521
 */
export function gradedResponse(ratings: readonly Rating[], levels: readonly number[], most = 300): GradedFit {
  if (connectedRaters(ratings).length !== 1) throw new RangeError('gradedResponse: raters fall into groups that share no proof')
  const [K, Q] = [levels.length, NODES.length]
  const proofIds = [...new Set(ratings.map((r) => r.proof))]
  const raterIds = [...new Set(ratings.map((r) => r.rater))].sort()
  const [pAt, rAt] = [new Map(proofIds.map((p, i) => [p, i])), new Map(raterIds.map((r, i) => [r, i]))]
  const rows = ratings.map((r) => ({ p: pAt.get(r.proof)!, r: rAt.get(r.rater)!, k: nearestLevel(r.score, levels) }))
  const weight = NODES.map((x) => Math.exp(-x * x / 2))
  const total = weight.reduce((a, b) => a + b, 0)
  const logPrior = weight.map((w) => Math.log(w / total))
  const raters = raterIds.map((_, r) => startOf(rows.filter((row) => row.r === r).map((row) => row.k), K))
  const posterior = proofIds.map(() => new Float64Array(Q))
  let iterations = 0
  let isConverged = false
  const expectation = () => {
    const logs = raters.map((rater) => NODES.map((x) => chancesAt(rater, x, K).map((p) => Math.log(Math.max(1e-12, p)))))
    for (const post of posterior) post.set(logPrior)
    for (const { p, r, k } of rows) for (let q = 0; q < Q; q++) posterior[p]![q]! += logs[r]![q]![k]!
    for (const post of posterior) {
      const top = Math.max(...post)
      let sum = 0
      for (let q = 0; q < Q; q++) sum += post[q] = Math.exp(post[q]! - top)
      for (let q = 0; q < Q; q++) post[q]! /= sum
    }
  }
  for (; iterations < most && !isConverged; iterations++) {
    expectation()
    const counts = raters.map(() => NODES.map(() => new Float64Array(K)))
    for (const { p, r, k } of rows) for (let q = 0; q < Q; q++) counts[r]![q]![k]! += posterior[p]![q]!
    let moved = 0
    raters.forEach((rater, r) => {
      for (let q = 0; q < Q; q++) for (const [k, p] of chancesAt(rater, NODES[q]!, K).entries()) counts[r]![q]![k]! += PRIOR * Math.exp(logPrior[q]!) * (p + 1 / K) / 2
      moved = Math.max(moved, improve(rater, counts[r]!, K))
    })
    isConverged = moved < 1e-4
  }
  expectation()
  const turn = raters.reduce((sum, { a }) => sum + Math.sign(a), 0) < 0 ? -1 : 1
  const given = new Map<number, number>()
  for (const { r } of rows) given.set(r, (given.get(r) ?? 0) + 1)
  return {
    levels, iterations, isConverged,
    proofs: new Map(proofIds.map((id, p) => [id, turn * posterior[p]!.reduce((sum, w, q) => sum + w * NODES[q]!, 0)])),
    raters: raterIds.map((rater, r) => {
      const { a, d, error } = raters[r]!
      const slope = turn * a
      const thresholds = d.map((x) => x / slope)
      return { rater, discrimination: slope, discriminationError: error, thresholds, severity: thresholds.reduce((x, y) => x + y, 0) / thresholds.length, ratings: given.get(r)! }
    }),
  }
}

interface Parameters {
  a: number
  d: number[]
  error: number
}

/** From how often each level was reached. */
function startOf(given: readonly number[], K: number): Parameters {
  const d = Array.from({ length: K - 1 }, (_, k) => {
    const reached = (given.filter((g) => g > k).length + 0.5) / (given.length + 1)
    return -1.5 * Math.log(reached / (1 - reached)) + 1e-3 * k
  })
  return { a: 1.5, d, error: NaN }
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x))

/** P(level k) at one quality. */
function chancesAt({ a, d }: Parameters, x: number, K: number): number[] {
  const reach = [1, ...d.map((dk) => logistic(a * x - dk)), 0]
  return Array.from({ length: K }, (_, k) => Math.max(0, reach[k]! - reach[k + 1]!))
}

function likelihood(rater: Parameters, counts: readonly Float64Array[], K: number): number {
  let sum = 0
  counts.forEach((at, q) => chancesAt(rater, NODES[q]!, K).forEach((p, k) => { if (at[k]! > 0) sum += at[k]! * Math.log(Math.max(1e-12, p)) }))
  return sum
}

/** One step of Fisher scoring, halved until it keeps the thresholds in order and the likelihood from falling. @returns how far it moved */
function improve(rater: Parameters, counts: readonly Float64Array[], K: number): number {
  const gradient = new Float64Array(K)
  const information = Array.from({ length: K }, () => new Array<number>(K).fill(0))
  counts.forEach((at, q) => {
    const x = NODES[q]!
    const all = at.reduce((a, b) => a + b, 0)
    if (all === 0) return
    const reach = [1, ...rater.d.map((dk) => logistic(rater.a * x - dk)), 0]
    const w = reach.map((p) => p * (1 - p))
    for (let k = 0; k < K; k++) {
      const p = Math.max(1e-12, reach[k]! - reach[k + 1]!)
      const slopes = new Float64Array(K)
      slopes[0] = x * (w[k]! - w[k + 1]!)
      if (k >= 1) slopes[k]! -= w[k]!
      if (k + 1 < K) slopes[k + 1]! += w[k + 1]!
      for (let i = 0; i < K; i++) {
        gradient[i]! += (at[k]! * slopes[i]!) / p
        for (let j = 0; j < K; j++) information[i]![j]! += (all * slopes[i]! * slopes[j]!) / p
      }
    }
  })
  for (let i = 0; i < K; i++) information[i]![i]! += 1e-6
  const inverse = inverted(information)
  if (!inverse) return 0
  rater.error = Math.sqrt(Math.max(0, inverse[0]![0]!))
  const step = inverse.map((row) => row.reduce((sum, v, j) => sum + v * gradient[j]!, 0))
  const before = likelihood(rater, counts, K)
  for (let size = 1; size > 1e-3; size /= 2) {
    const next = { ...rater, a: rater.a + size * step[0]!, d: rater.d.map((dk, k) => dk + size * step[k + 1]!) }
    if (next.d.some((dk, k) => k > 0 && dk <= next.d[k - 1]!) || likelihood(next, counts, K) < before - 1e-9) continue
    rater.a = next.a
    rater.d = next.d
    return size * Math.max(...step.map(Math.abs))
  }
  return 0
}
