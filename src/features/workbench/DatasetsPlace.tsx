/** The datasets' place: files in, rows to read, one proof beside its rubric. */
import { useEffect, useState, type DragEvent } from 'react'
import { sentence, type Failure } from '../../base/result'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import { useView } from '../../ui/useView'
import { useDatasets } from '../../state/datasets'
import type { ImportProgress } from '../../../workers/data/protocol'
import { DatasetList } from './DatasetList'
import styles from './DatasetsPlace.module.css'
import { DatasetView } from './DatasetView'
import { DropZone } from './DropZone'
import { counted } from './names'
import { workerFailure } from '../../ui/useAnswer'

/** The bundled sets: fine-tuning, reinforcement learning, held out. */
const SAMPLES = 3

interface Importing {
  readonly name: string
  readonly progress: ImportProgress | null
}

export default function DatasetsPlace() {
  const [view, setView] = useView()
  const { datasets, status, failure, load, importFile, cancel, remove, restoreSamples } = useDatasets()
  const [importing, setImporting] = useState<Importing | null>(null)
  const [failures, setFailures] = useState<readonly Failure[]>([])

  useEffect(() => void load(), [load])

  const choose = (id: string | undefined) => setView({ ds: id, row: undefined, raw: undefined })
  const take = async (files: readonly File[]) => {
    setFailures([])
    for (const file of files) {
      setImporting({ name: file.name, progress: null })
      // A last word on progress may come after the result: it must not bring the bar back.
      const hear = (progress: ImportProgress) => setImporting((known) => (known?.name === file.name ? { name: file.name, progress } : known))
      const result = await importFile(file, hear).catch(workerFailure)
      setImporting(null)
      if (result.ok) choose(result.value.id)
      else if (result.kind === 'cancelled') break
      else setFailures((known) => [...known, result])
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault() // a file dropped beside the zone must not replace the page
    if (importing === null && event.dataTransfer.files.length > 0) void take([...event.dataTransfer.files])
  }
  const chosen = view.ds === undefined ? null : (datasets.find((d) => d.id === view.ds) ?? null)
  const progress = importing?.progress ?? null
  const isListed = status === 'ready' || status === 'failed'
  const samples = datasets.filter((d) => d.origin === 'sample').length
  return (
    <div className={styles.place} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {chosen ? <DatasetView dataset={chosen} /> : null}
      {view.ds !== undefined && !chosen && isListed ? (
        <Panel title="No such dataset">
          <Empty title="This browser does not hold the dataset that the link names." next="Drop its file below, or choose another one." />
        </Panel>
      ) : null}
      <Panel
        title="Stored" note={datasets.length > 0 ? `${counted(datasets.length, 'dataset')} in this browser` : undefined}
        actions={isListed && samples < SAMPLES ? <Button onClick={() => void restoreSamples()}>Restore samples</Button> : null}
      >
        <div className={styles.stack}>
          <DropZone isBusy={importing !== null} onFiles={(files) => void take(files)} />
          {importing ? (
            <Progress
              label={progress ? `${importing.name}: ${progress.text}` : `Reading ${importing.name}`}
              value={progress ? progress.doneBytes : null} max={progress?.totalBytes ?? 1}
              count={progress ? `${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}` : undefined}
              onCancel={cancel}
            />
          ) : null}
          {failures.map((failure) => (
            <ErrorCard key={sentence(failure)} failure={failure} onRetry={() => setFailures((known) => known.filter((f) => f !== failure))} retryLabel="Dismiss" />
          ))}
          {failure ? <ErrorCard failure={failure} onRetry={() => void load()} /> : null}
          {datasets.length === 0 && !isListed ? (
            <p role="status" className={styles.provenance}>Opening the datasets…</p>
          ) : datasets.length === 0 ? (
            <Empty title="No dataset here yet" next="Drop a parquet or jsonl file above." />
          ) : (
            <DatasetList datasets={datasets} chosen={chosen?.id ?? null} onChoose={choose} onRemove={(id) => void remove(id).then(() => id === view.ds && choose(undefined))} />
          )}
        </div>
      </Panel>
    </div>
  )
}
