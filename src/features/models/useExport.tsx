/** An export as a zip: its progress, its cancel, its failure, and the download at its end. */
import { useState, type ReactNode } from 'react'
import type { Failure, Result } from '../../base/result'
import type { ModelRecord } from '../../posttrain/modelRecords'
import { useModels } from '../../state/models'
import { bytes } from '../../ui/bytes'
import { ErrorCard } from '../../ui/ErrorCard'
import { Progress } from '../../ui/Progress'
import { saveFile } from '../../ui/saveFile'
import { workerFailure } from '../../ui/useAnswer'

export interface Exports {
  /** The bar while it runs, the failure after it; null otherwise. */
  readonly view: ReactNode
  readonly isBusy: boolean
  model(record: ModelRecord, adapterId: string | null): void
  run(runId: string, name: string): void
}

export function useExport(): Exports {
  const { exporting, exportModel, exportRun, cancelExport } = useModels()
  const [failure, setFailure] = useState<Failure | null>(null)
  /** Only the place that began it shows it. */
  const [isMine, setMine] = useState(false)
  const take = (work: Promise<Result<File>>) => {
    setFailure(null)
    setMine(true)
    void work.catch(workerFailure).then((result) => {
      setMine(false)
      if (result.ok) saveFile(result.value, result.value.name)
      else if (result.kind !== 'cancelled') setFailure(result)
    })
  }
  const progress = exporting?.progress ?? null
  const view = isMine && exporting ? (
    <Progress label={`${exporting.name}: ${progress?.text ?? 'Preparing'}`} value={progress ? progress.doneBytes : null} max={progress?.totalBytes ?? 1} count={progress ? `${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}` : undefined} onCancel={cancelExport} />
  ) : failure ? (
    <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" />
  ) : null
  return { view, isBusy: exporting !== null, model: (record, adapterId) => take(exportModel(record, adapterId)), run: (runId, name) => take(exportRun(runId, name)) }
}
