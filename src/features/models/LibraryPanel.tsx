/** The stored models: what comes in, what is there, what can be done with each. */
import { useState } from 'react'
import { fail, sentence, type Failure } from '../../base/result'
import { isModel, useModels } from '../../state/models'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import { workerFailure } from '../../ui/useAnswer'
import type { Dropped } from './droppedFiles'
import { ModelDrop, type Keep } from './ModelDrop'
import { ModelList } from './ModelList'
import { useExport } from './useExport'
import styles from './LibraryPanel.module.css'

export interface LibraryPanelProps {
  readonly chosen: string | null
  readonly onChoose: (id: string | null) => void
}

export function LibraryPanel({ chosen, onChoose }: LibraryPanelProps) {
  const { models, status, failure, importing, removed, importModel, cancelImport, remove, undoRemove, forgetRemoved, load } = useModels()
  const [failures, setFailures] = useState<readonly Failure[]>([])
  const [ignored, setIgnored] = useState<readonly string[]>([])
  const exports = useExport()
  const note = (error: unknown) => setFailures((known) => [...known, workerFailure(error)])

  const take = async ({ name, files }: Dropped, keep: Keep) => {
    setFailures([])
    setIgnored([])
    const base = models.find((m) => m.id === chosen && isModel(m)) // a dropped adapter is tried on the model that is open
    let result = await importModel(name, files, keep, base?.id ?? null)
    if (!result.ok && base && files.some((f) => f.path.endsWith('adapter_config.json')) && result.kind === 'wrongShape') result = await importModel(name, files, keep, null)
    if (result.ok) {
      setIgnored(result.value.ignored)
      if (isModel(result.value.record)) onChoose(result.value.record.id)
      else onChoose(result.value.record.baseId)
    } else if (result.kind !== 'cancelled') setFailures([result])
  }
  const act = (work: Promise<unknown>) => void work.catch(note)
  const isListed = status === 'ready' || status === 'failed'
  const progress = importing?.progress ?? null
  const stored = models.reduce((sum, m) => sum + (m.origin === 'copy' ? m.sizeBytes : 0), 0)
  return (
    <Panel title="Models" note={models.length > 0 ? `${bytes(stored)} stored in this browser` : 'Pretrained models, from your own disk.'}>
      <div className={styles.stack}>
        <ModelDrop isBusy={importing !== null} onDropped={(dropped, keep) => act(take(dropped, keep))} onFault={(error) => setFailures([fail('unreadable', `The folder cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { where: 'Model folder', next: 'Choose it with the button.' })])} />
        {importing ? (
          <Progress
            label={`${importing.name}: ${progress ? progress.text : 'Reading the headers'}`} value={progress ? progress.doneBytes : null} max={progress?.totalBytes ?? 1}
            count={progress ? `${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}` : undefined} onCancel={cancelImport}
          />
        ) : null}
        {failures.map((f) => <ErrorCard key={sentence(f)} failure={f} onRetry={() => setFailures((known) => known.filter((k) => k !== f))} retryLabel="Dismiss" />)}
        {failure ? <ErrorCard failure={failure} onRetry={() => void load()} /> : null}
        {ignored.length > 0 ? <p className={styles.note} role="status">Left behind: {ignored.slice(0, 6).join(', ')}{ignored.length > 6 ? ` and ${ignored.length - 6} more` : ''}.</p> : null}
        {removed ? (
          <div className={styles.removed} role="status">
            <span>{removed.name} was removed. Its files are kept for a day.</span>
            <Button onClick={() => act(undoRemove())}>Undo</Button>
            <Button onClick={forgetRemoved} aria-label="Dismiss this message">Dismiss</Button>
          </div>
        ) : null}
        {exports.view}
        {models.length > 0 ? (
          <ModelList models={models} chosen={chosen} onChoose={onChoose} onExport={(record) => exports.model(record, null)} onRemove={(record) => act(remove(record).then(() => record.id === chosen && onChoose(null)))} />
        ) : isListed ? (
          <Empty title="No model here yet" next="Drop a folder above. The lab downloads none by itself." />
        ) : (
          <p role="status" className={styles.note}>Opening the models…</p>
        )}
      </div>
    </Panel>
  )
}
