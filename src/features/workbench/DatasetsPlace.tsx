/** The datasets' place: files in, rows to read, one proof beside its rubric. */
import { useEffect, useState, type DragEvent } from 'react'
import { sentence, type Failure } from '../../base/result'
import { leftPatch } from '../../proofs/query/filters'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import { saveFile } from '../../ui/saveFile'
import { workerFailure } from '../../ui/useAnswer'
import { useView } from '../../ui/useView'
import { useDatasets } from '../../state/datasets'
import { openData } from '../../../workers/data/client'
import type { Keep } from '../../../workers/data/protocol'
import { ArchiveForm } from './ArchiveForm'
import { DatasetList } from './DatasetList'
import styles from './DatasetsPlace.module.css'
import { DatasetView } from './DatasetView'
import { DropZone } from './DropZone'
import { handledDrop } from './handledFiles'
import { HubForm } from './HubForm'
import { counted } from './names'
import { StoragePanel } from './StoragePanel'
import { useImports } from './useImports'

/** The bundled sets: fine-tuning, reinforcement learning, held out. */
const SAMPLES = 3

export default function DatasetsPlace() {
  const [view, setView] = useView()
  const { datasets, early, removed, status, failure, load, cancel, remove, restore, forgetRemoved, restoreSamples, allow } = useDatasets()
  const [fault, setFault] = useState<Failure | null>(null)
  const [keep, setKeep] = useState<Keep>('copy')
  /** Counts the files that may be read again: what was refused is then asked anew. */
  const [grants, setGrants] = useState(0)
  const choose = (id: string | null) => {
    if (id !== view.ds) setView({ ...leftPatch(view), ds: id ?? undefined, row: undefined, with: undefined, raw: undefined, tab: undefined })
  }
  const imports = useImports(choose)
  const { importing, failures, archive } = imports

  useEffect(() => void load(), [load])

  const drop = (event: DragEvent) => {
    event.preventDefault() // a file dropped beside the zone must not replace the page
    if (importing === null && event.dataTransfer.files.length > 0) void handledDrop(event.dataTransfer).then((files) => imports.take(files, keep))
  }
  const act = (work: Promise<unknown>) => void work.catch((error: unknown) => setFault(workerFailure(error)))
  const save = async (id: string) => {
    const files = await openData().shardFiles(id)
    if (!files.ok) return setFault(files)
    for (const { name, file } of files.value) saveFile(file, name)
  }
  const isEarly = early !== null && view.ds === early.id
  const chosen = isEarly ? early : view.ds === undefined ? null : (datasets.find((d) => d.id === view.ds) ?? null)
  const progress = importing?.progress ?? null
  const isListed = status === 'ready' || status === 'failed'
  const samples = datasets.filter((d) => d.origin === 'sample').length
  return (
    <div className={styles.place} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {importing ? (
        <Progress
          label={progress ? `${importing.name}: ${progress.text}` : `Reading ${importing.name}`}
          value={progress ? progress.doneBytes : null} max={progress?.totalBytes ?? 1}
          count={progress ? `${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}` : undefined}
          onCancel={cancel}
        />
      ) : null}
      {chosen ? <DatasetView key={`${chosen.id} ${grants}`} dataset={chosen} isEarly={isEarly} onAllow={() => act(allow(chosen.id).then((isAllowed) => isAllowed && setGrants((n) => n + 1)))} /> : null}
      {view.ds !== undefined && !chosen && isListed && importing === null ? (
        <Panel title="No such dataset">
          <Empty title="This browser does not hold the dataset that the link names." next="Drop its file below, or choose another one." />
        </Panel>
      ) : null}
      <Panel
        title="Stored" note={datasets.length > 0 ? `${counted(datasets.length, 'dataset')} in this browser` : undefined}
        actions={isListed && samples < SAMPLES ? <Button onClick={() => void restoreSamples()}>Restore samples</Button> : null}
      >
        <div className={styles.stack}>
          <DropZone isBusy={importing !== null} keep={keep} onKeep={setKeep} onFiles={(files) => void imports.take(files, keep)} onFault={(error) => setFault(workerFailure(error))} />
          <HubForm isBusy={importing !== null} onTake={(from, how) => void imports.takeHub(from, how)} />
          {archive ? <ArchiveForm archive={archive} isBusy={importing !== null} onTake={(names, password) => void imports.takeMembers(names, password)} onClose={imports.closeArchive} /> : null}
          {failures.map((f) => <ErrorCard key={sentence(f)} failure={f} onRetry={() => imports.dismiss(f)} retryLabel="Dismiss" />)}
          {fault ? <ErrorCard failure={fault} onRetry={() => setFault(null)} retryLabel="Dismiss" /> : null}
          {failure ? <ErrorCard failure={failure} onRetry={() => void load()} /> : null}
          {removed ? (
            <div className={styles.removed} role="status">
              <span>{removed.name} was removed.</span>
              <Button onClick={() => act(restore(removed.id))}>Undo</Button>
              <Button onClick={forgetRemoved} aria-label="Dismiss this message">Dismiss</Button>
            </div>
          ) : null}
          {datasets.length === 0 && !isListed ? (
            <p role="status" className={styles.provenance}>Opening the datasets…</p>
          ) : datasets.length === 0 ? (
            <Empty title="No dataset here yet" next="Drop a parquet, jsonl or csv file above." />
          ) : (
            <DatasetList
              datasets={datasets} chosen={chosen?.id ?? null} onChoose={choose} onSave={(id) => act(save(id))}
              onRemove={(id) => act(remove(id).then(() => id === view.ds && choose(null)))}
            />
          )}
        </div>
      </Panel>
      {isListed ? <StoragePanel datasets={datasets} /> : null}
    </div>
  )
}
