/** How a matrix is laid out: its rows, what a cell shows, and the reach of its colours. */
import type { Interval } from './intervals'
import type { Cell, Matrix } from './matrix'

export interface MatrixRow {
  readonly key: string
  readonly label: string
  /** The label as read aloud, complete without the rows above. */
  readonly spoken: string
  /** A solver under its judge. */
  readonly isSub: boolean
  /** The cell under a column's name; null is the margin. Undefined when there is no pair. */
  cellAt(column: string | null): Cell | undefined
}

/** Cells of few problems have intervals that mean little: they are hatched, and left out of the colour scale. */
export const FEW_PROBLEMS = 5

export function fewProblems(cell: Cell): boolean {
  return cell.problems < FEW_PROBLEMS
}

export function rowsOf({ query, judges, solvers, cells }: Matrix): MatrixRow[] {
  const byKey = new Map(cells.map((c) => [JSON.stringify([c.judge, c.solver, c.domain]), c]))
  const find = (judge: string, solver: string | null, domain: string | null) => byKey.get(JSON.stringify([judge, solver, domain]))
  return judges.flatMap((judge) => {
    const row = (solver: string | null, isSub: boolean): MatrixRow => ({
      key: JSON.stringify([judge, solver]),
      label: isSub ? solver! : judge,
      spoken: isSub ? `${judge} on ${solver}` : judge,
      isSub,
      cellAt: (column) =>
        query.columns === 'solver' ? find(judge, column ?? query.solver, query.domain) : find(judge, solver, column ?? query.domain),
    })
    if (query.columns !== 'both') return [row(query.solver, false)]
    return query.solver !== null ? [{ ...row(query.solver, false), spoken: `${judge} on ${query.solver}` }] : [row(null, false), ...solvers.map((s) => row(s, true))]
  })
}

export function shownOf(cell: Cell, isShare: boolean): { value: number | null; interval: Interval | null } {
  return isShare ? { value: cell.share, interval: cell.shareInterval } : { value: cell.mean, interval: cell.interval }
}

/** The largest |value| among cells that are coloured, at least 0.1, so that noise alone never looks dramatic. */
export function toneScale(matrix: Matrix, isShare: boolean): number {
  let largest = 0.1
  for (const cell of matrix.cells) if (!fewProblems(cell)) largest = Math.max(largest, Math.abs(shownOf(cell, isShare).value ?? 0))
  return largest
}
