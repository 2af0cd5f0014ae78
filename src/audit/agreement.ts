import { concordance, kendallTau, pearson, spearman, type TauTies } from './correlation'
import { kappa } from './kappa'
import type { PairedGrade } from './pairs'

/** The part of the agreement suite that costs one pass. */
export interface Agreement {
  readonly proofs: number
  /** mean |d|, d = judge − human, over all proofs (micro). */
  readonly mae: number
  /** √ mean d². */
  readonly rmse: number
  /** Share with d = 0. */
  readonly exact: number
  /** Share with |d| ≤ `within`. */
  readonly near: number
  readonly within: number
  /** Null when either side is constant: a correlation with a constant is undefined. */
  readonly pearson: number | null
}

/** How closely a judge follows the humans, proof by proof; null for no pairs. Equality is taken to 1e-9. */
export function agreement(pairs: readonly PairedGrade[], within = 0.25): Agreement | null {
  const n = pairs.length
  if (n === 0) return null
  let absolute = 0
  let square = 0
  let exact = 0
  let near = 0
  for (const { judge, human } of pairs) {
    const d = Math.abs(judge - human)
    absolute += d
    square += d * d
    if (d <= 1e-9) exact++
    if (d <= within + 1e-9) near++
  }
  return {
    proofs: n, mae: absolute / n, rmse: Math.sqrt(square / n), exact: exact / n, near: near / n, within,
    pearson: pearson(pairs.map((p) => p.judge), pairs.map((p) => p.human)),
  }
}

export interface AgreementSuite extends Agreement {
  readonly bias: number
  readonly spearman: number | null
  readonly tau: number | null
  readonly concordance: number | null
  /** κ on the given levels; null without levels. */
  readonly kappa: number | null
  readonly kappaLinear: number | null
  readonly kappaQuadratic: number | null
  /** Mean over problems of each problem's RMSE. */
  readonly macroRmse: number
  /** τ-b within each problem, averaged over the problems where it is defined; null when it is nowhere. */
  readonly macroTau: number | null
  readonly problemsWithTau: number
}

/**
 * Everything that is usually said of a judge against humans.
 * @param levels the rubric's grid, for κ; null when grades lie on no grid
 * @source qualities as in ProofGrader, arXiv 2510.13888, A.3: macro values are means over problems
 */
export function agreementSuite(pairs: readonly PairedGrade[], levels: readonly number[] | null, within = 0.25, ties: TauTies = 'oneSide'): AgreementSuite | null {
  const first = agreement(pairs, within)
  if (first === null) return null
  const judge = pairs.map((p) => p.judge)
  const human = pairs.map((p) => p.human)
  const problems = new Map<string, PairedGrade[]>()
  for (const pair of pairs) {
    const own = problems.get(pair.problemId)
    if (own) own.push(pair)
    else problems.set(pair.problemId, [pair])
  }
  const taus = [...problems.values()].map((own) => kendallTau(own.map((p) => p.judge), own.map((p) => p.human), ties)).filter((t): t is number => t !== null)
  const of = (weights: 'none' | 'linear' | 'quadratic') => (levels === null ? null : kappa(judge, human, levels, weights))
  return {
    ...first,
    bias: pairs.reduce((sum, p) => sum + p.judge - p.human, 0) / pairs.length,
    spearman: spearman(judge, human), tau: kendallTau(judge, human, ties), concordance: concordance(judge, human),
    kappa: of('none'), kappaLinear: of('linear'), kappaQuadratic: of('quadratic'),
    macroRmse: macroRmse(problems), macroTau: taus.length === 0 ? null : taus.reduce((a, b) => a + b, 0) / taus.length, problemsWithTau: taus.length,
  }
}

/** Mean over problems of each problem's RMSE. */
function macroRmse(problems: ReadonlyMap<string, readonly PairedGrade[]>): number {
  let sum = 0
  for (const own of problems.values()) sum += Math.sqrt(own.reduce((s, p) => s + (p.judge - p.human) ** 2, 0) / own.length)
  return sum / problems.size
}
