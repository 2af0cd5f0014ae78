/** One dataset: the row that is read, its rows to find one in, its columns, and where it came from. */
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { clearedPatch, filterPatch, queryOf, sortPatch, widthPatch, widthsOf } from '../../proofs/query/filters'
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { Segmented } from '../../ui/Segmented'
import { useKeys } from '../../ui/useKeys'
import { useView } from '../../ui/useView'
import type { DatasetRecord } from '../../../workers/data/protocol'
import { prepareTypesetting } from '../../../workers/render/client'
import { ColumnsPanel } from './ColumnsPanel'
import { CuratePanel } from './CuratePanel'
import { DatasetGrid } from './DatasetGrid'
import styles from './DatasetsPlace.module.css'
import { DifficultyPanel } from './DifficultyPanel'
import { neighbour, placeOf, rowAt, rowInView } from './gridWindow'
import { DistilPanel } from './DistilPanel'
import { KeysDialog, useKeysDialog } from './KeysDialog'
import { counted, placeWords, schemaName, whyNotTrained } from './names'
import { ProvenanceForm } from './ProvenanceForm'
import { QueryBar } from './QueryBar'
import { RowReader } from './RowReader'
import { useDoubleKey } from './useDoubleKey'
import { useFacts, useSelection } from './useTable'

const TABS = [{ value: 'rows', label: 'Rows' }, { value: 'columns', label: 'Columns' }, { value: 'difficulty', label: 'Difficulty' }, { value: 'curate', label: 'Curate' }, { value: 'distil', label: 'Distil' }, { value: 'origin', label: 'Origin' }] as const
type Tab = (typeof TABS)[number]['value']

/** Difficulty is told of scores; jobs over all rows wait until the dataset is stored. */
function tabsOf({ roles }: DatasetRecord, isEarly: boolean) {
  const hasScores = roles.scores !== undefined || roles.rewards !== undefined || roles.rewardMean !== undefined
  return TABS.filter(({ value }) => (value === 'difficulty' ? hasScores && !isEarly : value === 'rows' || !isEarly))
}

export interface DatasetViewProps {
  readonly dataset: DatasetRecord
  /** Its rows are read from the dropped file, while that is still being stored. */
  readonly isEarly: boolean
  /** Asks the researcher for a file that is read where it lies. */
  readonly onAllow: () => void
}

export function DatasetView({ dataset, isEarly, onAllow }: DatasetViewProps) {
  const [view, setView] = useView()
  const row = rowInView(view.row, dataset.rows)
  const compared = rowInView(view.with, dataset.rows)
  const viewKey = JSON.stringify(view)
  // One object as long as it asks the same: what follows is asked of the worker by it.
  const query = useMemo(() => queryOf(JSON.parse(viewKey) as typeof view), [viewKey])
  const { facts, failure, retry } = useFacts(dataset)
  const result = useSelection(dataset, query)
  const { selection } = result
  const tabs = tabsOf(dataset, isEarly)
  const tab: Tab = tabs.find((t) => t.value === view.tab)?.value ?? 'rows'
  const total = selection?.rows.length ?? dataset.rows
  const isKeys = useKeysDialog()
  useEffect(prepareTypesetting, [])

  /** Holds the row that is read, to set the next ones beside it; or lets it go. */
  const compare = () => void (row !== null && setView({ with: compared === null ? row : undefined }, { replace: true }))
  const reader = useRef<HTMLDivElement>(null)
  const isRead = row !== null
  const before = useRef<number | null>(null)
  // The reader stands above the rows: who opens one far down must not look for it, and comes back to where they were.
  useLayoutEffect(() => {
    if (isRead) {
      const top = reader.current?.getBoundingClientRect().top ?? 0
      if (top >= 0 && top < window.innerHeight / 2) return
      before.current = window.scrollY
      reader.current?.scrollIntoView({ block: 'start' })
    } else if (before.current !== null) {
      window.scrollTo({ top: before.current })
      before.current = null
    }
  }, [isRead])
  const read = (next: number | null) => void (next !== null && setView({ row: next }, { replace: row !== null }))
  const step = (steps: number) => read(row === null ? (total > 0 ? rowAt(selection, steps > 0 ? 0 : total - 1) : null) : neighbour(selection, dataset.rows, row, steps))
  const open = (next: number) => {
    read(next)
    if (isRead) reader.current?.scrollIntoView({ block: 'start' })
  }
  useKeys({
    j: () => step(1), k: () => step(-1), Home: () => step(-Infinity), End: () => step(Infinity), G: () => step(Infinity), g: useDoubleKey(() => step(-Infinity)),
    '/': () => document.querySelector<HTMLInputElement>('[data-workbench-search]')?.focus(),
    '?': isKeys.open,
    r: () => void (row !== null && setView({ raw: view.raw === '1' ? undefined : 1 }, { replace: true })),
    c: () => compare(),
    Escape: () => void (row !== null && setView({ row: undefined, with: undefined, raw: undefined })),
  })

  const provenance = [
    dataset.provenance.source ?? (dataset.origin === 'derived' ? 'made here' : null), placeWords(dataset), dataset.format, bytes(dataset.sizeBytes), counted(dataset.rows, 'row'),
    ...(dataset.format === 'parquet' ? [counted(dataset.rowGroups, 'row group')] : []),
    ...(dataset.shardsOf && dataset.shardsOf > dataset.shards.length && !isEarly ? [`${dataset.shards.length} of ${dataset.shardsOf} shards`] : []),
  ].filter(Boolean)
  const why = whyNotTrained(dataset) ?? (dataset.trainable.why && `${trains(dataset.trainable)} ${dataset.trainable.why}`)
  return (
    <>
      {row === null ? null : (
        <div ref={reader} className={styles.reader}>
          <RowReader
            dataset={dataset} row={row} isRaw={view.raw === '1'} search={query.search} place={placeOf(selection, row)} total={total}
            onStep={step} onRaw={(isRaw) => setView({ raw: isRaw ? 1 : undefined }, { replace: true })}
            compared={compared} onCompare={compare} onClose={() => setView({ row: undefined, with: undefined, raw: undefined })}
          />
        </div>
      )}
      <Panel
        title={dataset.name} note={schemaName(dataset)}
        actions={
          <>
            {row === null && total > 0 ? <Button variant="primary" onClick={() => read(rowAt(selection, 0))}>Read from row {rowAt(selection, 0) + 1}</Button> : null}
            <Button onClick={isKeys.open} aria-keyshortcuts="?">Keys</Button>
          </>
        }
      >
        <p className={styles.provenance}>
          {isEarly ? <><Badge tone="accent">Being stored</Badge> </> : null}
          {provenance.join(' · ')}{dataset.sha256 ? <> · SHA-256 <code title={dataset.sha256}>{dataset.sha256.slice(0, 12)}</code></> : null}
        </p>
        {why ? <p className={styles.why}>{why}</p> : null}
        <div className={styles.tabs}>
          <Segmented label="Part of the dataset" value={tab} options={tabs} onChange={(value) => setView({ tab: value === 'rows' ? undefined : value })} />
        </div>
        {failure ? <ErrorCard failure={failure} {...(failure.kind === 'noPermission' ? { onRetry: onAllow, retryLabel: 'Allow reading' } : { onRetry: retry })} /> : null}
        {tab === 'rows' ? (
          <>
            <QueryBar
              dataset={dataset} facts={facts} query={query} result={result} onClear={() => setView(clearedPatch(view))}
              onView={(patch, isTyping = false) => setView(patch, { replace: isTyping && query.search !== '' })}
            />
            {result.failure ? <ErrorCard failure={result.failure} onRetry={() => setView(clearedPatch(view))} retryLabel="Clear the query" /> : null}
            <DatasetGrid
              key={dataset.id} dataset={dataset} facts={facts} query={query} selection={selection} row={row} onRow={read} onOpen={open}
              onSort={(sort) => setView(sortPatch(sort))} onFilter={(column, filter) => setView(filterPatch(column, filter))}
              widths={widthsOf(view)} onWidth={(column, px) => setView(widthPatch(column, px), { replace: true })}
            />
          </>
        ) : tab === 'columns' ? <ColumnsPanel dataset={dataset} facts={facts} />
          : tab === 'difficulty' ? <DifficultyPanel key={dataset.id} dataset={dataset} />
          : tab === 'curate' ? <CuratePanel key={dataset.id} dataset={dataset} query={query} selection={selection} />
          : tab === 'distil' ? <DistilPanel key={dataset.id} dataset={dataset} />
          : <ProvenanceForm key={dataset.id} dataset={dataset} />}
      </Panel>
      <KeysDialog state={isKeys} />
    </>
  )
}

/** What a set that lacks something trains all the same. */
function trains({ sft, rl }: DatasetRecord['trainable']): string {
  if (rl) return 'Trains reinforcement learning, not fine-tuning.'
  return sft ? 'Trains fine-tuning, not reinforcement learning.' : 'The in-tab models cannot train on it.'
}
