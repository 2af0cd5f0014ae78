import { useState } from 'react'
import { fail, type Failure } from '../../base/result'
import { isUnfinished, useRuns, type Run } from '../../state/runs'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { saveFile } from '../../ui/saveFile'
import { fileName, metricsCsv, rolloutLines } from '../../posttrain/runExports'
import { HandoffExport } from './HandoffExport'
import styles from './RunsPlace.module.css'

/** What can be done with one stored run. */
export function RunActions({ run, onRemoved }: { run: Run; onRemoved: () => void }) {
  const { record } = run
  const [isAsking, setAsking] = useState(false)
  const [busy, setBusy] = useState<string | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const store = useRuns.getState()

  const act = (what: string, doing: () => Promise<Failure | null>) => {
    setBusy(what)
    setFailure(null)
    doing()
      .then(setFailure, (error: unknown) => setFailure(fail('storage', error instanceof Error ? error.message : String(error), { where: record.name, next: 'Try again.' })))
      .finally(() => setBusy(null))
  }
  const metrics = async () => {
    saveFile(metricsCsv([{ record, points: await store.points(record.id) }]), fileName(record, 'metrics.csv'), 'text/csv;charset=utf-8')
    return null
  }
  const rollouts = async () => {
    const lines: string[] = []
    for (const step of await store.rolloutSteps(record.id)) {
      const stored = await store.rollouts(record.id, step)
      if (stored) lines.push(rolloutLines(record, stored))
    }
    if (lines.length === 0) return fail('storage', 'This run has no rollouts yet.', { where: record.name, next: 'They begin with reinforcement learning.' })
    saveFile(new Blob(lines, { type: 'application/x-ndjson' }), fileName(record, 'rollouts.jsonl'))
    return null
  }
  const resume = async () => {
    const result = await store.resume(record.id)
    if (!result.ok) return result
    location.hash = `#/train?run=${encodeURIComponent(record.id)}`
    return null
  }

  return (
    <div className={styles.actionsBlock}>
      <div className={styles.actions}>
        {!run.isLive && isUnfinished(record) && (
          <Button variant="primary" disabled={busy !== null} onClick={() => act('resume', resume)}>
            {busy === 'resume' ? 'Resuming…' : `Resume from step ${record.checkpointStep}`}
          </Button>
        )}
        {run.isLive && <a href={`#/train?run=${encodeURIComponent(record.id)}`}>It is training: open it under Train</a>}
        <Button disabled={busy !== null} onClick={() => act('metrics', metrics)}>
          All metrics (CSV)
        </Button>
        <Button disabled={busy !== null} onClick={() => act('rollouts', rollouts)}>
          {busy === 'rollouts' ? 'Collecting…' : 'All rollouts (jsonl)'}
        </Button>
        {/* A recipe's stages have no counterpart in the exported trainers' configurations. */}
        {!run.isLive && record.checkpointStep > 0 && !record.recipe && <HandoffExport run={record} />}
        {!run.isLive && !isAsking && (
          <Button variant="danger" onClick={() => setAsking(true)}>
            Delete
          </Button>
        )}
      </div>
      {isAsking && (
        <div role="alertdialog" aria-label={`Delete ${record.name}?`} className={styles.confirm}>
          <span>Delete {record.name} with its metrics, rollouts and checkpoint? This cannot be undone.</span>
          <Button
            variant="danger"
            disabled={busy !== null}
            onClick={() =>
              act('remove', async () => {
                await store.remove(record.id)
                onRemoved()
                return null
              })
            }
          >
            Delete for good
          </Button>
          <Button autoFocus onClick={() => setAsking(false)}>
            Keep it
          </Button>
        </div>
      )}
      {failure && <ErrorCard failure={failure} />}
    </div>
  )
}
