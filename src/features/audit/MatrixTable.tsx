/** The inflation matrix as a table that is also a heat map: each cell says its number, its interval and its n in text. */
import { useRef, useState, type KeyboardEvent } from 'react'
import type { ProofPick } from '../../audit/exhibit'
import type { Cell, CellKey, Matrix } from '../../audit/matrix'
import { counted, interval, signed } from './format'
import { fewProblems, rowsOf, shownOf, toneScale, type MatrixRow } from '../../audit/matrixRows'
import styles from './MatrixTable.module.css'

export interface MatrixTableProps {
  readonly matrix: Matrix
  readonly isShare: boolean
  readonly open: ProofPick | null
  /** A newer matrix is being computed. */
  readonly isStale: boolean
  readonly onOpen: (cell: CellKey) => void
}

export function MatrixTable({ matrix, isShare, open, isStale, onOpen }: MatrixTableProps) {
  const { query } = matrix
  const rows = rowsOf(matrix)
  const columns: readonly (string | null)[] = [...columnHeads(matrix)]
  const scale = toneScale(matrix, isShare)
  const [at, setAt] = useState<readonly [number, number]>([0, 0])
  const table = useRef<HTMLTableElement>(null)

  // One tab stop for the whole matrix; arrows move inside it. Hundreds of stops would bar the way for keyboards.
  const move = (event: KeyboardEvent<HTMLTableElement>) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key]
    if (!step) return
    event.preventDefault()
    let [r, c] = at
    for (let tries = rows.length * columns.length; tries > 0; tries--) {
      r = Math.min(rows.length - 1, Math.max(0, r + step[0]!))
      c = Math.min(columns.length - 1, Math.max(0, c + step[1]!))
      const next = table.current?.querySelector<HTMLButtonElement>(`[data-at="${r},${c}"]`)
      if (next) {
        setAt([r, c])
        next.focus()
        return
      }
      const isEdge = (step[0] === 1 && r === rows.length - 1) || (step[0] === -1 && r === 0) || (step[1] === 1 && c === columns.length - 1) || (step[1] === -1 && c === 0)
      if (isEdge) return
    }
  }

  return (
    <>
      <div className={styles.scroll} data-stale={isStale} role="region" aria-label="Inflation matrix" tabIndex={0}>
        <table ref={table} className={styles.table} onKeyDown={move} aria-busy={isStale}>
          <caption><span>
            {isShare ? 'Inflation as a share of headroom' : 'Inflation, mean(judge − human)'} under the rubric “{query.rubric}”. Positive is lenient.
            Brackets: 95 % {query.method === 'bca' ? 'BCa ' : ''}cluster bootstrap by problem ({query.replicates.toLocaleString('en-US')} draws, seed {query.seed}). n: proofs.{query.isUnparsedZero ? ' Unparsed replies counted as 0.' : ''}{' '}
            Press a cell to read its proofs.
          </span></caption>
          <thead>
            <tr>
              <th scope="col">Judge{query.columns === 'both' ? ' × solver' : ''}</th>
              {columns.map((name) => (
                <th key={name ?? ' all'} scope="col">{name ?? marginName(matrix)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => (
              <tr key={row.key}>
                <th scope="row" className={row.isSub ? styles.sub : undefined}>{row.label}</th>
                {columns.map((name, c) => {
                  const cell = row.cellAt(name)
                  return (
                    <td key={name ?? ' all'}>
                      {cell ? (
                        <MatrixCell
                          cell={cell} isShare={isShare} scale={scale} row={row} column={name ?? marginName(matrix)} position={`${r},${c}`}
                          isTabStop={at[0] === r && at[1] === c} isOpen={isSame(open, cell)}
                          onFocus={() => setAt([r, c])} onOpen={() => onOpen(cell)}
                        />
                      ) : (
                        <span className={styles.none} title="No proof has both a human and a judge grade here">—</span>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.legend}>
        <span className={styles.scale}>
          −{scale.toFixed(2)} strict <span className={styles.ramp} aria-hidden="true" /> lenient +{scale.toFixed(2)}
        </span>
        <span className={styles.scale}>
          <span className={`${styles.swatch} ${styles.few}`} aria-hidden="true" /> fewer than 5 problems: too few to colour
        </span>
      </div>
    </>
  )
}

interface MatrixCellProps {
  readonly cell: Cell
  readonly isShare: boolean
  readonly scale: number
  readonly row: MatrixRow
  readonly column: string
  readonly position: string
  readonly isTabStop: boolean
  readonly isOpen: boolean
  readonly onFocus: () => void
  readonly onOpen: () => void
}

function MatrixCell({ cell, isShare, scale, row, column, position, isTabStop, isOpen, onFocus, onOpen }: MatrixCellProps) {
  const shown = shownOf(cell, isShare)
  const isFew = fewProblems(cell)
  const tone = isFew || shown.value === null ? '' : shown.value > 0 ? styles.lenient : styles.strict
  const weight = Math.min(1, Math.abs(shown.value ?? 0) / scale)
  const size = `${counted(cell.proofs, 'proof')}, ${counted(cell.problems, 'problem')}`
  return (
    <button
      type="button"
      className={`${styles.cell} ${tone} ${isFew ? styles.few : ''}`}
      style={{ ['--weight' as string]: weight }}
      data-at={position}
      data-value={shown.value ?? undefined}
      data-low={shown.interval?.low}
      data-high={shown.interval?.high}
      data-n={cell.proofs}
      tabIndex={isTabStop ? 0 : -1}
      aria-pressed={isOpen}
      aria-label={`${row.spoken}, ${column}: ${signed(shown.value)}, interval ${interval(shown.interval)}, ${size}`}
      title={`${size}\nhuman mean ${cell.humanMean.toFixed(3)}, judge mean ${cell.judgeMean.toFixed(3)}\nCR1 t interval ${interval(cell.robust)}`}
      onFocus={onFocus}
      onClick={onOpen}
    >
      <span className={styles.value}>{signed(shown.value)}</span>
      <span className={styles.range}>{interval(shown.interval, 2)}</span>
      <span className={styles.size}>n {cell.proofs.toLocaleString('en-US')}</span>
    </button>
  )
}

function columnHeads({ query, solvers, domains }: Matrix): (string | null)[] {
  const isSolver = query.columns === 'solver'
  // A filter to one name leaves the margin and that name the same.
  const filtered = isSolver ? query.solver : query.domain
  return filtered !== null ? [filtered] : [null, ...(isSolver ? solvers : domains)]
}

function marginName({ query }: Matrix): string {
  return query.columns === 'solver' ? 'All solvers' : 'All domains'
}

function isSame(a: ProofPick | null, b: CellKey): boolean {
  return a !== null && a.judge === b.judge && a.solver === b.solver && a.domain === b.domain
}
