/** Search and filters of a dataset: what is set, what it keeps, and a form for the next filter. */
import { useEffect, useRef, useState } from 'react'
import { filterPatch, filterWords, type Query } from '../../proofs/query/filters'
import { Button } from '../../ui/Button'
import type { ColumnFacts, DatasetRecord } from '../../../workers/data/protocol'
import { FilterForm } from './FilterForm'
import styles from './QueryBar.module.css'
import type { SelectionState } from './useTable'

export interface QueryBarProps {
  readonly dataset: DatasetRecord
  readonly facts: readonly ColumnFacts[] | null
  readonly query: Query
  readonly result: SelectionState
  readonly onView: (patch: Record<string, string | number | undefined>, isTyping?: boolean) => void
  readonly onClear: () => void
}

/** Typing is looked up once it pauses. */
const PAUSE_MS = 180

export function QueryBar({ dataset, facts, query, result, onView, onClear }: QueryBarProps) {
  const [isOpen, setOpen] = useState(false)
  const filters = Object.entries(query.filters)
  const hasReasoning = dataset.roles.reasoning !== undefined
  return (
    <div className={styles.bar}>
      <div className={styles.row}>
        <SearchBox value={query.search} onSearch={(q) => onView({ q }, true)} />
        {hasReasoning ? (
          <label className={styles.check}>
            <input type="checkbox" checked={query.isReasoningSearched} onChange={(event) => onView({ qr: event.target.checked ? 1 : undefined })} /> in the reasoning too
          </label>
        ) : null}
        <Button aria-expanded={isOpen} onClick={() => setOpen((open) => !open)}>Filter…</Button>
        {filters.length > 0 || query.search || query.sort ? <Button onClick={onClear}>Clear all</Button> : null}
      </div>
      {isOpen && facts ? (
        <FilterForm facts={facts} query={query} onClose={() => setOpen(false)} onFilter={(column, filter) => (setOpen(false), onView(filterPatch(column, filter)))} />
      ) : null}
      <div className={styles.row}>
        {filters.map(([column, filter]) => (
          <button key={column} type="button" className={styles.chip} aria-label={`Remove the filter ${filterWords(column, filter)}`} onClick={() => onView(filterPatch(column, null))}>
            {filterWords(column, filter)} <span aria-hidden="true">×</span>
          </button>
        ))}
        <p role="status" className={styles.count}>{outcome(dataset, query, result)}</p>
      </div>
    </div>
  )
}

function outcome({ rows }: DatasetRecord, query: Query, { selection, isRunning, doneRows }: SelectionState): string {
  const all = rows.toLocaleString('en')
  if (isRunning) return doneRows > 0 && doneRows < rows ? `Reading ${doneRows.toLocaleString('en')} of ${all} rows…` : 'Looking…'
  if (!selection) return `${all} rows`
  const found = Object.entries(selection.foundIn).map(([name, count]) => `${count.toLocaleString('en')} in ${name}`)
  return `${selection.rows.length.toLocaleString('en')} of ${all} rows${query.search && found.length > 1 ? ` (${found.join(', ')})` : ''}`
}

function SearchBox({ value, onSearch }: { readonly value: string; readonly onSearch: (text: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const commit = (text: string) => {
    clearTimeout(timer.current)
    setTyped(null)
    if (text !== value) onSearch(text)
  }
  return (
    <input
      type="search" className={styles.search} aria-label="Search all texts" aria-keyshortcuts="/" placeholder="Search all texts, or /pattern/"
      value={typed ?? value} data-workbench-search
      onChange={({ target }) => {
        setTyped(target.value)
        clearTimeout(timer.current)
        timer.current = setTimeout(() => commit(target.value), PAUSE_MS)
      }}
      onBlur={() => typed !== null && commit(typed)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && typed !== null) commit(typed)
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
