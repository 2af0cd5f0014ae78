/** What a grading table should hold and does not: counted and listed, never filled in. */
import { keyOf, sortedNames, type GradeRow, type GradeStatus, type GradeTable, type RawTable } from './table'

export type GapReason = Exclude<GradeStatus, 'ok'> | 'absent' | 'noHuman' | 'duplicate' | 'unread'

export interface Gap {
  readonly reason: GapReason
  /** Row of the file; null when the gap is that there is no row. */
  readonly line: number | null
  readonly proofId: string
  readonly rater: string
  readonly rubric: string
  /** The cell as it came, or why the line was not read. */
  readonly detail: string
}

export interface Ledger {
  /** proofs × judges × rubrics: what a complete table would hold. */
  readonly expectedGrades: number
  readonly judgeGrades: number
  readonly counts: Readonly<Record<GapReason, number>>
  /** The first gaps, in file order, then the absent ones. */
  readonly gaps: readonly Gap[]
}

/**
 * The completeness ledger of a table.
 *   absent  = (proof, judge, rubric) with no row at all
 *   noHuman = (proof, rubric) with a judge's grade and no human's: it cannot form a pair
 * Rows present but without a verdict are counted under their status; repeated keys under `duplicate`.
 * @param humans raters that stand for the human reference
 * @param limit how many gaps are listed; all are counted
 */
export function ledgerOf(table: GradeTable, humans: ReadonlySet<string>, unread: RawTable['unread'] = [], limit = 500): Ledger {
  const counts: Record<GapReason, number> = {
    unparsed: 0, refused: 0, truncated: 0, out_of_range: 0, missing: 0, absent: 0, noHuman: 0, duplicate: 0, unread: 0,
  }
  const gaps: Gap[] = []
  const note = (gap: Gap) => {
    counts[gap.reason]++
    if (gaps.length < limit) gaps.push(gap)
  }
  for (const { line, reason } of unread) note({ reason: 'unread', line, proofId: '', rater: '', rubric: '', detail: reason })
  const present = new Set<string>()
  const withHuman = new Set<string>()
  const withJudge = new Map<string, GradeRow>()
  let judgeGrades = 0
  for (const row of table.rows) {
    if (row.status !== 'ok') note(gapOf(row, row.status))
    const pair = keyOf(row.proofId, row.rubric)
    if (humans.has(row.rater)) {
      if (row.status === 'ok') withHuman.add(pair)
      continue
    }
    present.add(keyOf(row.proofId, row.rater, row.rubric))
    if (row.status === 'ok') {
      judgeGrades++
      withJudge.set(pair, row)
    }
  }
  for (const row of table.duplicates) note(gapOf(row, 'duplicate'))
  for (const [pair, row] of withJudge)
    if (!withHuman.has(pair)) note({ ...gapOf(row, 'noHuman'), line: null, rater: 'human', detail: 'no human grade under this rubric' })
  const proofs = sortedNames(table.rows.map((r) => r.proofId))
  const judges = table.raters.filter((r) => !humans.has(r.id))
  for (const rubric of table.rubrics)
    for (const { id } of judges)
      for (const proofId of proofs)
        if (!present.has(keyOf(proofId, id, rubric)))
          note({ reason: 'absent', line: null, proofId, rater: id, rubric, detail: 'no row' })
  return { expectedGrades: proofs.length * judges.length * table.rubrics.length, judgeGrades, counts, gaps }
}

function gapOf(row: GradeRow, reason: GapReason): Gap {
  return { reason, line: row.line, proofId: row.proofId, rater: row.rater, rubric: row.rubric, detail: row.raw === null ? 'empty' : String(row.raw) }
}

/** Raters that stand for the human reference: those chosen, else those the table calls human. */
export function humanRaters(table: GradeTable, chosen: readonly string[] = []): ReadonlySet<string> {
  const known = chosen.filter((id) => table.raters.some((r) => r.id === id))
  return new Set(known.length > 0 ? known : table.raters.filter((r) => r.kind === 'human').map((r) => r.id))
}
