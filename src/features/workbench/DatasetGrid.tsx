/** The rows of a dataset: only those in sight exist in the page, and only their pages are read. */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { Failure } from '../../base/result'
import type { Filter, Query, Sort } from '../../proofs/query/filters'
import type { Snippet } from '../../proofs/query/search'
import { ErrorCard } from '../../ui/ErrorCard'
import { workerFailure } from '../../ui/useAnswer'
import { openData } from '../../../workers/data/client'
import type { ColumnFacts, DatasetRecord, GridPage, Selection } from '../../../workers/data/protocol'
import { ColumnEdge } from './ColumnEdge'
import { ColumnHead } from './ColumnHead'
import styles from './DatasetGrid.module.css'
import { gridWindow, HEAD_PX, PAGE_ROWS, placeOf, rowAt, ROW_PX } from './gridWindow'

const KEPT_PAGES = 40
const BODY_PX = 460

type Pages = ReadonlyMap<number, GridPage>

/** Pages as they come; a failed page is asked again on retry. Pages of another selection are never shown. */
function usePages(dataset: DatasetRecord, selection: Selection | null, query: Query, wanted: readonly number[]): { pages: Pages; failure: Failure | null; retry: () => void } {
  const [state, setState] = useState<{ of: Selection | null; pages: Pages }>({ of: selection, pages: new Map() })
  const [failure, setFailure] = useState<Failure | null>(null)
  const [tries, setTries] = useState(0)
  const asked = useRef<{ of: Selection | null; pages: Set<number> }>({ of: selection, pages: new Set() })
  const wantedKey = wanted.join(' ')
  const total = selection?.rows.length ?? dataset.rows
  useEffect(() => {
    if (asked.current.of !== selection) asked.current = { of: selection, pages: new Set() }
    const { pages } = asked.current
    for (const page of wantedKey.split(' ').filter(Boolean).map(Number)) {
      if (pages.has(page)) continue
      pages.add(page)
      const start = page * PAGE_ROWS
      const rows = Array.from({ length: Math.max(0, Math.min(PAGE_ROWS, total - start)) }, (_, i) => rowAt(selection, start + i))
      openData().gridPage(dataset.id, rows, query).catch(workerFailure).then((result) => {
        if (!result.ok) {
          pages.delete(page)
          setFailure(result)
          return
        }
        setState((known) => {
          const next = new Map(known.of === selection ? known.pages : []).set(page, result.value)
          for (const old of [...next.keys()].slice(0, -KEPT_PAGES)) {
            next.delete(old)
            pages.delete(old)
          }
          return { of: selection, pages: next }
        })
      })
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a selection is the answer to its query
  }, [wantedKey, tries, dataset.id, selection, total])
  return { pages: state.of === selection ? state.pages : new Map(), failure, retry: () => (setFailure(null), setTries((n) => n + 1)) }
}

export interface DatasetGridProps {
  readonly dataset: DatasetRecord
  readonly facts: readonly ColumnFacts[] | null
  readonly query: Query
  readonly selection: Selection | null
  readonly row: number | null
  /** Chosen by key: the grid keeps the focus. */
  readonly onRow: (row: number) => void
  /** Chosen by a press: it is to be read. */
  readonly onOpen: (row: number) => void
  readonly onSort: (sort: Sort | null) => void
  readonly onFilter: (column: string, filter: Filter | null) => void
  /** Widths that were given to columns, in pixels. */
  readonly widths: ReadonlyMap<string, number>
  readonly onWidth: (column: string, px: number | null) => void
}

/** Mount it with the dataset's id as its key: what it has read belongs to one dataset. */
export function DatasetGrid({ dataset, facts, query, selection, row, onRow, onOpen, onSort, onFilter, widths: given, onWidth }: DatasetGridProps) {
  const total = selection?.rows.length ?? dataset.rows
  const place = row === null ? null : placeOf(selection, row)
  const [scrolled, setScrolled] = useState(() => (place === null ? 0 : Math.max(0, place * ROW_PX - BODY_PX / 2)))
  const scroller = useRef<HTMLDivElement>(null)
  const view = gridWindow(scrolled, BODY_PX, total)
  const { pages, failure, retry } = usePages(dataset, selection, query, view.pages)
  const first = view.pages.map((page) => pages.get(page)?.rows[0]).find(Boolean) ?? pages.values().next().value?.rows[0]
  const [lastColumns, setLastColumns] = useState<readonly string[]>([])
  const columns = first ? Object.keys(first) : lastColumns // the head stays while other rows are fetched
  if (first && columns.join('\n') !== lastColumns.join('\n')) setLastColumns(columns)
  const factsOf = (name: string) => facts?.find((f) => f.name === name) ?? null
  const kindOf = (name: string) => factsOf(name)?.profile?.kind ?? (typeof first?.[name] === 'number' ? 'number' : 'text')
  const isSearch = query.search !== ''
  const ownWidth = (name: string) => (name === dataset.roles.problem ? 340 : kindOf(name) === 'text' ? 200 : 150)
  const [dragged, setDragged] = useState<{ readonly name: string; readonly px: number } | null>(null)
  const widthOf = (name: string) => (dragged?.name === name ? dragged.px : (given.get(name) ?? null))
  const grows = (px: number) => `minmax(${px}px, ${px}fr)`
  const template = ['64px', ...(isSearch ? [grows(320)] : []), ...columns.map((name) => (widthOf(name) !== null ? `${widthOf(name)}px` : grows(ownWidth(name))))].join(' ')

  // The chosen row stays in sight, also when it was chosen by key or by link.
  useLayoutEffect(() => {
    const box = scroller.current
    if (!box || place === null) return
    const top = place * ROW_PX
    if (top < box.scrollTop) box.scrollTop = top
    else if (top + ROW_PX + HEAD_PX > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW_PX + HEAD_PX - box.clientHeight
  }, [place])

  const move = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget && !(event.target instanceof HTMLElement && event.target.dataset.row)) return
    const step = ({ ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity } as Record<string, number>)[event.key]
    if (step === undefined || total === 0) return
    event.preventDefault()
    onRow(rowAt(selection, Math.max(0, Math.min(total - 1, (place ?? (step > 0 ? -1 : 0)) + step))))
  }

  const drawn = Array.from({ length: Math.max(0, view.end - view.first) }, (_, i) => view.first + i)
  return (
    <>
      {failure ? <ErrorCard failure={failure} onRetry={retry} /> : null}
      {/* The arrow keys choose a row here; without a listener they would only scroll. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={scroller} className={styles.scroll} style={{ maxHeight: BODY_PX }} tabIndex={0} role="region" aria-label={`Rows of ${dataset.name}`}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)} onKeyDown={move}
      >
        <div role="table" aria-label={dataset.name} aria-rowcount={total + 1} className={styles.table} style={{ gridTemplateColumns: template }}>
          <div role="rowgroup" className={styles.contents}>
            <div role="row" aria-rowindex={1} className={styles.head} style={{ gridTemplateColumns: template, height: HEAD_PX }}>
              <span role="columnheader" className={styles.number}>Row</span>
              {isSearch ? <span role="columnheader" className={styles.cell}>Found</span> : null}
              {columns.map((name) => (
                <span key={name} role="columnheader" className={`${styles.cell} ${styles.headCell}`} aria-sort={query.sort?.column !== name ? 'none' : query.sort.isDescending ? 'descending' : 'ascending'}>
                  <ColumnHead
                    name={name} facts={factsOf(name)} rows={dataset.rows} selected={selection?.facets[name] ?? null} filter={query.filters[name] ?? null} sort={query.sort}
                    onSort={onSort} onFilter={(filter) => onFilter(name, filter)}
                  />
                  <ColumnEdge
                    name={name} onDrag={(px) => setDragged({ name, px })}
                    onWidth={(px) => (setDragged(null), onWidth(name, px))}
                  />
                </span>
              ))}
            </div>
          </div>
          <div role="rowgroup" className={styles.body} style={{ height: total * ROW_PX }}>
            {drawn.map((at) => {
              const page = pages.get(Math.floor(at / PAGE_ROWS))
              const values = page?.rows[at % PAGE_ROWS]
              const index = rowAt(selection, at)
              return (
                <div
                  key={at} role="row" aria-rowindex={at + 2} className={styles.row} data-open={index === row}
                  style={{ top: at * ROW_PX, height: ROW_PX, gridTemplateColumns: template }}
                >
                  <span role="cell" className={styles.number}>
                    <button type="button" data-row={index} className={styles.open} aria-label={`Read row ${index + 1}`} aria-current={index === row ? 'true' : undefined} onClick={() => onOpen(index)}>
                      {index + 1}
                    </button>
                  </span>
                  {isSearch ? <span role="cell" className={styles.cell}><Found snippet={page?.snippets?.[at % PAGE_ROWS] ?? null} /></span> : null}
                  {columns.map((name) => {
                    const value = values?.[name]
                    return (
                      <span key={name} role="cell" className={typeof value === 'number' ? styles.number : styles.cell}>
                        {values === undefined ? '…' : value == null ? '—' : typeof value === 'number' ? shown(value) : value}
                      </span>
                    )
                  })}
                </div>
              )
            })}
          </div>
        </div>
      </div>
    </>
  )
}

function Found({ snippet }: { readonly snippet: Snippet | null }) {
  if (!snippet) return '—'
  return <span title={`in ${snippet.column}`}>{snippet.before}<mark className={styles.hit}>{snippet.hit}</mark>{snippet.after}</span>
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3)
}
