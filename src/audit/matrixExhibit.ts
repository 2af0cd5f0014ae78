/** The matrix as an exhibit: what is exported as a drawing, and what a report holds. */
import { column, entry, estimate, exhibit, type Exhibit } from './exhibit'
import type { Matrix } from './matrix'
import { fewProblems, rowsOf, shownOf } from './matrixRows'

export function matrixExhibit(matrix: Matrix, isShare: boolean): Exhibit {
  const { query, solvers, domains, humans } = matrix
  const isSolver = query.columns === 'solver'
  const filtered = isSolver ? query.solver : query.domain
  const names: (string | null)[] = filtered !== null ? [filtered] : [null, ...(isSolver ? solvers : domains)]
  const margin = isSolver ? 'All solvers' : 'All domains'
  const rows = rowsOf(matrix)
  const title = isShare ? 'Inflation as a share of headroom' : 'Inflation'
  return exhibit({
    id: isShare ? 'inflation-share' : 'inflation', title,
    caption: `${isShare ? 'Inflation / (1 − human mean)' : 'mean(judge − human)'} on the same proofs under the rubric “${query.rubric}”; positive is lenient. Human reference: ${humans.length === 1 ? humans[0]! : `mean of ${humans.length} humans`}. Brackets: 95 % ${query.method === 'bca' ? 'BCa' : 'percentile'} cluster bootstrap by problem, ${query.replicates.toLocaleString('en-US')} draws, seed ${query.seed}. n: proofs.${query.isUnparsedZero ? ' Unparsed replies counted as 0.' : ''}`,
    columns: [column('Judge', 'text'), ...names.map((n) => column(n ?? margin, 'signed'))],
    rows: rows.map((row) => [entry(row.spoken), ...names.map((n) => {
      const cell = row.cellAt(n)
      if (!cell) return entry(null)
      const { value, interval } = shownOf(cell, isShare)
      return estimate(value, interval, { n: cell.proofs, opens: { judge: cell.judge, solver: cell.solver, domain: cell.domain } })
    })]),
    figure: {
      kind: 'heat', scale: 'diverging', rows: rows.map((r) => r.spoken), columns: names.map((n) => n ?? margin),
      cells: rows.map((row) => names.map((n) => {
        const cell = row.cellAt(n)
        const value = cell ? shownOf(cell, isShare).value : null
        return cell && value !== null ? { value, note: `${cell.proofs} proofs, ${cell.problems} problems${fewProblems(cell) ? ': too few to read much into' : ''}` } : null
      })),
    },
  })
}

/** Judges side by side in one column of the matrix: the same points as the chart beside it. */
export function comparedJudges(matrix: Matrix, points: readonly { readonly label: string; readonly value: number; readonly low: number | null; readonly high: number | null; readonly note: string }[], slice: string | null, isShare: boolean): Exhibit {
  const { caption } = matrixExhibit(matrix, isShare)
  const measure = isShare ? 'share of headroom' : 'mean(judge − human)'
  return exhibit({
    id: 'judges-compared', title: `Judges compared${slice === null ? '' : `: ${slice}`}`, caption,
    columns: [column('Judge', 'text'), column(measure, 'signed'), column('proofs', 'text')],
    rows: points.map((p) => [entry(p.label), estimate(p.value, p.low === null || p.high === null ? null : { low: p.low, high: p.high }), entry(p.note)]),
    figure: { kind: 'forest', axis: measure, rows: points },
  })
}
