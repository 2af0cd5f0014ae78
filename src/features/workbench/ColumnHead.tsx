/** The head of a grid column: its name to sort by, and its histogram, whose bars narrow the rows. */
import type { Filter, Sort } from '../../proofs/query/filters'
import type { ColumnProfile } from '../../proofs/query/profile'
import type { ColumnFacts } from '../../../workers/data/protocol'
import { barsOf, profileWords } from './columnBars'
import styles from './ColumnHead.module.css'

export interface ColumnHeadProps {
  readonly name: string
  readonly facts: ColumnFacts | null
  readonly rows: number
  /** Of each bar, how many selected rows it holds; null when all rows are selected. */
  readonly selected: readonly number[] | null
  readonly filter: Filter | null
  readonly sort: Sort | null
  readonly onSort: (sort: Sort | null) => void
  readonly onFilter: (filter: Filter | null) => void
}

export function ColumnHead({ name, facts, rows, selected, filter, sort, onSort, onFilter }: ColumnHeadProps) {
  const isSorted = sort?.column === name
  const profile = facts?.profile ?? null
  // First press up, second press down, third press back to file order.
  const press = () => onSort(!isSorted ? { column: name, isDescending: false } : sort.isDescending ? null : { column: name, isDescending: true })
  return (
    <div className={styles.head}>
      <button type="button" className={styles.sort} onClick={press} disabled={!profile} title={profile ? `Sort by ${name}` : `${name} is too long to sort by`}>
        <span className={styles.name}>{name}</span>
        <span aria-hidden="true" className={styles.arrow}>{isSorted ? (sort.isDescending ? '▼' : '▲') : ''}</span>
      </button>
      {profile && profile.kind !== 'text' && profile.kind !== 'empty' ? <Bars profile={profile} selected={selected} filter={filter} onFilter={onFilter} /> : null}
      <span className={styles.words}>{facts ? profileWords(facts, rows) : '…'}</span>
    </div>
  )
}

/** Pressed with the pointer; by keyboard the same filters are set in the filter form. */
function Bars({ profile, selected, filter, onFilter }: { readonly profile: ColumnProfile; readonly selected: readonly number[] | null; readonly filter: Filter | null; readonly onFilter: (filter: Filter | null) => void }) {
  const bars = barsOf(profile)
  const most = Math.max(1, ...bars.map((b) => b.count))
  const height = (count: number) => (count === 0 ? 0 : Math.max(4, (100 * count) / most))
  return (
    <span className={styles.bars} data-filtered={filter !== null}>
      {bars.map((bar, i) => {
        const count = selected?.[i] ?? bar.count
        return (
          <button
            key={bar.title} type="button" tabIndex={-1} className={styles.bar} title={`${bar.title}: ${count.toLocaleString('en')}${selected ? ` of ${bar.count.toLocaleString('en')}` : ''} rows`}
            aria-label={`${bar.title}: ${count} rows`} onClick={() => onFilter(bar.isOf(filter) ? null : bar.filter)}
          >
            {selected ? <span className={styles.ghost} style={{ height: `${height(bar.count)}%` }} /> : null}
            <span className={styles.fill} style={{ height: `${height(count)}%` }} />
          </button>
        )
      })}
    </span>
  )
}
