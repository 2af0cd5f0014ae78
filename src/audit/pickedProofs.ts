/** The proofs behind a number. */
import type { ProofPick } from './exhibit'
import { pairedGrades, type PairedGrade } from './pairs'
import type { GradeTable } from './table'

export interface PickQuery {
  readonly rubric: string
  readonly threshold: number
  readonly isUnparsedZero?: boolean
}

/** Name of the judge side when a number speaks of no single judge. */
export const ALL_JUDGES = 'mean of judges'

/**
 * Pairs of a pick, the largest disagreement first. Without a judge, each proof once, against the mean of its judges.
 */
export function pickedProofs(table: GradeTable, query: PickQuery, pick: ProofPick, humans: ReadonlySet<string>): PairedGrade[] {
  const { judge, solver, domain, outcome } = pick
  const pairs = pairedGrades(table, pick.rubric ?? query.rubric, humans, query.isUnparsedZero)
    .filter((p) => (judge === null || p.judgeId === judge) && (solver === null || p.solver === solver) && (domain === null || p.domain === domain))
  const shown = judge === null ? meanOfJudges(pairs) : pairs
  return shown
    .filter((p) => outcome === undefined || outcome === outcomeOf(p, query.threshold))
    .sort((a, b) => Math.abs(b.judge - b.human) - Math.abs(a.judge - a.human))
}

function outcomeOf({ judge, human }: PairedGrade, threshold: number): ProofPick['outcome'] {
  const [said, truth] = [judge >= threshold - 1e-9, human >= threshold - 1e-9]
  return said ? (truth ? 'tp' : 'fp') : truth ? 'fn' : 'tn'
}

function meanOfJudges(pairs: readonly PairedGrade[]): PairedGrade[] {
  const sums = new Map<string, { pair: PairedGrade; total: number; count: number }>()
  for (const pair of pairs) {
    const sum = sums.get(pair.proofId)
    if (sum) {
      sum.total += pair.judge
      sum.count++
    } else sums.set(pair.proofId, { pair, total: pair.judge, count: 1 })
  }
  return [...sums.values()].map(({ pair, total, count }) => ({ ...pair, judgeId: ALL_JUDGES, judge: total / count }))
}
