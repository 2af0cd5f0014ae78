/** Which grading table is audited: the synthetic sample or one of the dropped files; and where to drop the next. */
import { useId, useState, type DragEvent } from 'react'
import type { Failure } from '../../base/result'
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Progress } from '../../ui/Progress'
import type { AuditInfo } from '../../../workers/stats/protocol'
import styles from './TableChooser.module.css'

export interface TableChooserProps {
  /** One line: which table, and no drop zone. */
  readonly isCompact: boolean
  readonly tables: readonly AuditInfo[]
  readonly chosen: string
  readonly importing: { readonly name: string; readonly done: number } | null
  readonly failure: Failure | null
  readonly onChoose: (tableId: string) => void
  readonly onFile: (file: File) => void
  readonly onCancel: () => void
  readonly onDismiss: () => void
  readonly onRemove: (tableId: string) => void
}

export function TableChooser(props: TableChooserProps) {
  const { isCompact, tables, chosen, importing, failure, onChoose, onFile, onCancel, onDismiss, onRemove } = props
  const [isOver, setIsOver] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const id = useId()
  const current = tables.find((t) => t.id === chosen)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(false)
    const file = event.dataTransfer.files[0]
    if (file) onFile(file)
  }
  return (
    <div className={styles.chooser}>
      <div className={styles.row}>
        <div className={styles.pick}>
          <label className={styles.label} htmlFor={id}>Audited now</label>
          <select id={id} className={styles.select} value={current ? chosen : ''} onChange={(e) => onChoose(e.target.value)}>
            {current ? null : <option value="" disabled>not in this browser</option>}
            {tables.map((t) => <option key={t.id} value={t.id}>{t.name}</option>)}
          </select>
        </div>
        {current?.origin === 'synthetic' ? <Badge tone="warn" title="Invented grades with a planted inflation. No real model or judge was measured.">Synthetic sample</Badge> : null}
        {current?.origin === 'file' && !isAsking ? <Button variant="danger" onClick={() => setAsking(true)}>Remove this table…</Button> : null}
      </div>
      {current?.origin === 'file' && isAsking ? (
        <div role="alertdialog" aria-label={`Remove ${current.name}?`} className={styles.row}>
          <span>Remove {current.name} with its settings and blind grades? This cannot be undone.</span>
          <Button variant="danger" onClick={() => { setAsking(false); onRemove(chosen) }}>Remove for good</Button>
          <Button autoFocus onClick={() => setAsking(false)}>Keep it</Button>
        </div>
      ) : null}
      {isCompact ? null : <label
        className={styles.drop} data-over={isOver}
        onDragOver={(e) => { e.preventDefault(); setIsOver(true) }} onDragLeave={() => setIsOver(false)} onDrop={drop}
      >
        <input
          className={styles.file} type="file" accept=".csv,.tsv,.json,.jsonl,.ndjson,.parquet,.zip,text/csv,application/json"
          onChange={(e) => {
            const file = e.target.files?.[0]
            e.target.value = '' // the same file may be chosen again after it was mended
            if (file) onFile(file)
          }}
        />
        <span><strong>Drop a grading table here</strong>, or press to choose: CSV, jsonl, parquet, or a zip of one.</span>
        <span className={styles.hint}>One row per grade (problem, solver, rater, score), or one row per proof with a column per judge (MathArena, QED-Nano). It stays in this browser.</span>
      </label>}
      {importing ? (
        <Progress label={`Reading ${importing.name}`} value={importing.done} max={1} count={`${Math.round(100 * importing.done)} %`} onCancel={onCancel} />
      ) : null}
      {failure ? <ErrorCard failure={failure} onRetry={onDismiss} retryLabel="Dismiss" /> : null}
    </div>
  )
}
