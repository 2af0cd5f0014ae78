/** One exhibit: what it says, its figure, the same numbers as a table, and how to take them away. */
import { useState } from 'react'
import type { Column, Entry, Exhibit, ProofPick } from '../../audit/exhibit'
import { shownInterval, shownNumber } from '../../audit/exhibitText'
import type { AuditTable } from '../../../workers/stats/protocol'
import { FigureView } from './FigureView'
import { SaveFiles } from './SaveFiles'
import styles from './ExhibitView.module.css'
import tables from './tables.module.css'

export interface ExhibitViewProps {
  readonly exhibit: Exhibit
  readonly table: Pick<AuditTable, 'name' | 'flags'>
  readonly onOpen: (pick: ProofPick) => void
}

export function ExhibitView({ exhibit, table, onOpen }: ExhibitViewProps) {
  const { title, caption, columns, rows, figure, warnings } = exhibit
  const hasFigure = figure !== null && rows.length > 0
  return (
    <section className={styles.exhibit} aria-label={title}>
      <div className={styles.head}>
        <h3 className={styles.title}>{title}</h3>
        <SaveFiles exhibit={exhibit} table={table} />
      </div>
      <p className={styles.caption}>{caption}</p>
      {warnings.length > 0 ? <ul className={styles.warnings}>{warnings.map((w) => <li key={w}>{w}</li>)}</ul> : null}
      {hasFigure ? <FigureView figure={figure} title={title} onOpen={onOpen} /> : null}
      {columns.length === 0 ? null : rows.length === 0 ? <p className={tables.quiet}>Nothing to show for this choice.</p> : <ExhibitTable title={title} columns={columns} rows={rows} onOpen={onOpen} />}
    </section>
  )
}

interface Sorting { readonly at: number; readonly isDown: boolean }

function ExhibitTable({ title, columns, rows, onOpen }: Pick<Exhibit, 'title' | 'columns' | 'rows'> & Pick<ExhibitViewProps, 'onOpen'>) {
  const [sorting, setSorting] = useState<Sorting | null>(null)
  const shown = sorting === null || sorting.at >= columns.length ? rows : [...rows].sort((a, b) => (sorting.isDown ? -1 : 1) * compared(a[sorting.at]!, b[sorting.at]!))
  const sort = (at: number) => setSorting((s) => (s?.at !== at ? { at, isDown: columns[at]!.format !== 'text' } : s.isDown === (columns[at]!.format !== 'text') ? { at, isDown: !s.isDown } : null))
  return (
    <div className={`${tables.scroll} ${rows.length > 16 ? tables.tall : ''}`} role="region" aria-label={`${title}, table`} tabIndex={0}>
      <table className={`${tables.table} ${tables.sticky} ${styles.table}`}>
        <thead>
          <tr>
            {columns.map((c, i) => (
              <th key={i} scope="col" className={c.format === 'text' ? undefined : tables.number} aria-sort={sorting?.at === i ? (sorting.isDown ? 'descending' : 'ascending') : undefined} title={c.meaning}>
                <button type="button" className={styles.sort} onClick={() => sort(i)}>{c.label}<span aria-hidden="true" className={styles.arrow}>{sorting?.at === i ? (sorting.isDown ? '▾' : '▴') : ''}</span></button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, r) => (
            <tr key={r}>
              {row.map((e, c) => {
                const content = <CellText entry={e} column={columns[c]!} onOpen={onOpen} heading={columns[c]!.format === 'text' ? null : `${String(row[0]!.value ?? '')}, ${columns[c]!.label}`} />
                const name = `${columns[c]!.format === 'text' ? styles.text : tables.number} ${e.tone ? styles[e.tone] : ''}`
                return c === 0 ? <th key={c} scope="row" className={name}>{content}</th> : <td key={c} className={name}>{content}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A number, its interval and its n; a button when there are proofs behind it. */
function CellText({ entry, column, heading, onOpen }: { readonly entry: Entry; readonly column: Column; readonly heading: string | null; readonly onOpen: (pick: ProofPick) => void }) {
  const { value, n, opens } = entry
  const number = shownNumber(value, column.format)
  const range = shownInterval(entry, column.format)
  const body = (
    <>
      <span className={styles.value}>{number}</span>
      {range ? <span className={styles.range}>{range}</span> : null}
      {n !== undefined ? <span className={styles.range}>n {n.toLocaleString('en-US')}</span> : null}
    </>
  )
  if (!opens || value === null) return body
  const label = heading === null ? `${number}: proofs` : `${heading}: ${number}${range ? `, interval ${range}` : ''}${n !== undefined ? `, n ${n}` : ''}. Open the proofs`
  return <button type="button" className={styles.open} aria-label={label} onClick={() => onOpen(opens)}>{body}</button>
}

/** Numbers by size, words by reading order; what is missing comes last either way it is sorted first. */
function compared(a: Entry, b: Entry): number {
  if (a.value === null || b.value === null) return a.value === b.value ? 0 : a.value === null ? -1 : 1
  return typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value : String(a.value).localeCompare(String(b.value), 'en', { numeric: true })
}
