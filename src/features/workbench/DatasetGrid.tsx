/** The rows of a dataset: only those in sight exist in the page, and only their pages are read. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Failure } from '../../base/result'
import { ErrorCard } from '../../ui/ErrorCard'
import { openData } from '../../../workers/data/client'
import type { DatasetRecord, GridRow } from '../../../workers/data/protocol'
import styles from './DatasetGrid.module.css'
import { gridWindow, PAGE_ROWS, ROW_PX } from './gridWindow'
import { workerFailure } from '../../ui/useAnswer'

const KEPT_PAGES = 40
const BODY_PX = 360
const WIDE = new Set(['problem', 'proof', 'rubric', 'rubrics', 'reasoning', 'reasoning_content'])

type Pages = ReadonlyMap<number, readonly GridRow[]>

/** Pages as they come; a failed page is asked again on retry. */
function usePages(dataset: DatasetRecord, wanted: readonly number[]): { pages: Pages; failure: Failure | null; retry: () => void } {
  const [pages, setPages] = useState<Pages>(new Map())
  const [failure, setFailure] = useState<Failure | null>(null)
  const [tries, setTries] = useState(0)
  const asked = useRef(new Set<number>())
  const wantedKey = wanted.join(' ')
  useEffect(() => {
    for (const page of wantedKey.split(' ').map(Number)) {
      if (asked.current.has(page)) continue
      asked.current.add(page)
      const start = page * PAGE_ROWS
      openData().gridRows(dataset.id, start, Math.min(start + PAGE_ROWS, dataset.rows)).catch(workerFailure).then((result) => {
        if (!result.ok) {
          asked.current.delete(page)
          setFailure(result)
          return
        }
        setPages((known) => {
          const next = new Map(known).set(page, result.value)
          for (const old of [...next.keys()].slice(0, -KEPT_PAGES)) {
            next.delete(old)
            asked.current.delete(old)
          }
          return next
        })
      })
    }
  }, [wantedKey, tries, dataset.id, dataset.rows])
  return { pages, failure, retry: () => (setFailure(null), setTries((n) => n + 1)) }
}

export interface DatasetGridProps {
  readonly dataset: DatasetRecord
  readonly row: number | null
  readonly onRow: (row: number) => void
}

/** Mount it with the dataset's id as its key: what it has read belongs to one dataset. */
export function DatasetGrid({ dataset, row, onRow }: DatasetGridProps) {
  const [scrolled, setScrolled] = useState(() => (row === null ? 0 : Math.max(0, row * ROW_PX - BODY_PX / 2)))
  const scroller = useRef<HTMLDivElement>(null)
  const view = gridWindow(scrolled, BODY_PX, dataset.rows)
  const { pages, failure, retry } = usePages(dataset, view.pages)
  const first = view.pages.map((page) => pages.get(page)?.[0]).find(Boolean) ?? pages.values().next().value?.[0]
  const columns = first ? Object.keys(first) : []
  const isNumber = (name: string) => typeof first?.[name] === 'number'
  const template = `64px ${columns.map((name) => (WIDE.has(name) ? 'minmax(220px, 4fr)' : isNumber(name) ? 'minmax(84px, 1fr)' : 'minmax(110px, 1.4fr)')).join(' ')}`

  // The chosen row stays in sight, also when it was chosen by key or by link.
  useLayoutEffect(() => {
    const box = scroller.current
    if (!box || row === null) return
    const top = row * ROW_PX
    if (top < box.scrollTop) box.scrollTop = top
    else if (top + 2 * ROW_PX > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * ROW_PX - box.clientHeight
  }, [row])

  const drawn = Array.from({ length: view.end - view.first }, (_, i) => view.first + i)
  return (
    <>
      {failure ? <ErrorCard failure={failure} onRetry={retry} /> : null}
      <div
        ref={scroller} className={styles.scroll} style={{ maxHeight: BODY_PX }} tabIndex={0} role="region" aria-label={`Rows of ${dataset.name}`}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
      >
        <div role="table" aria-label={dataset.name} aria-rowcount={dataset.rows + 1} className={styles.table} style={{ gridTemplateColumns: template }}>
          <div role="rowgroup" className={styles.contents}>
            <div role="row" aria-rowindex={1} className={styles.head} style={{ gridTemplateColumns: template }}>
              <span role="columnheader" className={styles.number}>Row</span>
              {columns.map((name) => <span key={name} role="columnheader" className={isNumber(name) ? styles.number : styles.cell} title={name}>{name}</span>)}
            </div>
          </div>
          <div role="rowgroup" className={styles.body} style={{ height: dataset.rows * ROW_PX }}>
            {drawn.map((index) => {
              const values = pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS]
              return (
                <div
                  key={index} role="row" aria-rowindex={index + 2} className={styles.row} data-open={index === row}
                  style={{ top: index * ROW_PX, height: ROW_PX, gridTemplateColumns: template }}
                >
                  <span role="cell" className={styles.number}>
                    <button type="button" className={styles.open} aria-label={`Read row ${index + 1}`} aria-current={index === row ? 'true' : undefined} onClick={() => onRow(index)}>
                      {index + 1}
                    </button>
                  </span>
                  {columns.map((name) => {
                    const value = values?.[name]
                    return (
                      <span key={name} role="cell" className={isNumber(name) ? styles.number : styles.cell}>
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

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3)
}
