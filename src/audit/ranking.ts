import { kendallTau } from './correlation'
import { Random } from '../base/random'
import { cellStream } from './bootstrap'
import { ResampledSums } from './resampledSums'
import { order, type PairedGrade } from './pairs'

export interface SolverRank {
  readonly solver: string
  readonly mean: number
  /** 1 is best; equal means share the better place. */
  readonly rank: number
  /** Share of resamples in which the solver takes each place, first to last. */
  readonly chances: readonly number[]
  readonly proofs: number
}

export interface Ranking {
  readonly judge: readonly SolverRank[]
  readonly human: readonly SolverRank[]
  /** τ-b of the two sets of means; null when one is constant. */
  readonly tau: number | null
  readonly isTopSame: boolean
  /** Share of resamples in which judge and humans put the same solver first. */
  readonly topAgreement: number
}

/**
 * Solver ranking under a judge against the humans', on the same proofs, with rank probabilities by cluster bootstrap.
 * A judge can inflate every solver and still keep their order; this view says which of the two happened.
 * @returns null below two solvers
 */
export function solverRanking(pairs: readonly PairedGrade[], replicates: number, seed: number): Ranking | null {
  const solvers = [...new Set(pairs.map((p) => p.solver))].sort(order)
  const problems = [...new Set(pairs.map((p) => p.problemId))].sort(order)
  if (solvers.length < 2) return null
  const [sAt, gAt] = [new Map(solvers.map((s, i) => [s, i])), new Map(problems.map((g, i) => [g, i]))]
  const make = () => solvers.map(() => new Float64Array(problems.length))
  const [counts, judges, humans] = [make(), make(), make()]
  for (const p of pairs) {
    const [s, g] = [sAt.get(p.solver)!, gAt.get(p.problemId)!]
    counts[s]![g]!++
    judges[s]![g]! += p.judge
    humans[s]![g]! += p.human
  }
  const S = solvers.length
  const sums = new ResampledSums([...counts, ...judges, ...humans], replicates, Random.seed(seed, cellStream(`ranking|${pairs[0]!.judgeId}`)))
  sums.advance(replicates)
  const [judgeChances, humanChances] = [solvers.map(() => new Array<number>(S).fill(0)), solvers.map(() => new Array<number>(S).fill(0))]
  const drawn = Array.from({ length: 3 * S }, (_, k) => sums.sums(k))
  let same = 0
  let used = 0
  for (let r = 0; r < replicates; r++) {
    if (!solvers.every((_, s) => drawn[s]![r]! > 0)) continue
    used++
    const tops = [S, 2 * S].map((offset, which) => {
      const means = solvers.map((_, s) => drawn[offset + s]![r]! / drawn[s]![r]!)
      const ranks = ranksOf(means)
      ranks.forEach((rank, s) => (which === 0 ? judgeChances : humanChances)[s]![rank - 1]!++)
      return ranks.indexOf(1)
    })
    if (tops[0] === tops[1]) same++
  }
  const total = (x: Float64Array) => x.reduce((a, b) => a + b, 0)
  const means = (of: readonly Float64Array[]) => solvers.map((_, s) => total(of[s]!) / total(counts[s]!))
  const ranked = (of: readonly number[], chances: readonly number[][]) => {
    const ranks = ranksOf(of)
    return solvers.map((solver, s): SolverRank => ({ solver, mean: of[s]!, rank: ranks[s]!, proofs: total(counts[s]!), chances: chances[s]!.map((c) => (used === 0 ? 0 : c / used)) }))
  }
  const [byJudge, byHuman] = [means(judges), means(humans)]
  const [judge, human] = [ranked(byJudge, judgeChances), ranked(byHuman, humanChances)]
  return {
    judge, human, tau: kendallTau(byJudge, byHuman), isTopSame: judge.findIndex((r) => r.rank === 1) === human.findIndex((r) => r.rank === 1),
    topAgreement: used === 0 ? 0 : same / used,
  }
}

/** Competition ranks: 1 for the largest, equal values (to 1e-9) share the better place. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((v) => 1 + values.filter((w) => w > v + 1e-9).length)
}
