import { useState } from 'react'
import type { Failure } from '../../base/result'
import type { RunRecord } from '../../posttrain/runRecords'
import { useModels } from '../../state/models'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { ErrorCard } from '../../ui/ErrorCard'
import { Progress } from '../../ui/Progress'
import { saveFile } from '../../ui/saveFile'
import { workerFailure } from '../../ui/useAnswer'
import styles from './RunsPlace.module.css'

/** The run as one zip for those who outgrow a tab: weights, datasets, TRL and PipelineRL configurations, every rollout. */
export function HandoffExport({ run }: { run: RunRecord }) {
  const exporting = useModels((s) => s.exporting)
  const [isMine, setMine] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const { exportHandoff, cancelExport } = useModels.getState()
  const start = () => {
    setFailure(null)
    setMine(true)
    void exportHandoff(run.id, run.name)
      .catch(workerFailure)
      .then((result) => {
        setMine(false)
        if (result.ok) saveFile(result.value, result.value.name)
        else if (result.kind !== 'cancelled') setFailure(result)
      })
  }
  const done = exporting?.progress?.doneBytes ?? 0
  return (
    <>
      <Button disabled={exporting !== null} onClick={start} title="A zip: model folder, FineProofs parquet, TRL and PipelineRL configurations with this run's numbers, scripts, every rollout">
        Hand-off to a cluster (zip)
      </Button>
      {isMine && exporting && (
        <div className={styles.handoff}>
          <Progress label="Packing the hand-off" value={exporting.progress ? done : null} max={Math.max(done, exporting.progress?.totalBytes ?? 1)} count={bytes(done)} onCancel={cancelExport} />
        </div>
      )}
      {failure && <ErrorCard failure={failure} />}
    </>
  )
}
