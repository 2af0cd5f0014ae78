import { useEffect, useState } from 'react'
import { presetLabel } from '../../posttrain/presetLabel'
import type { RunStatus } from '../../posttrain/runRecords'
import { metricLog } from '../../state/metricLog'
import { useRuns, type Run } from '../../state/runs'
import { Badge, type Tone } from '../../ui/Badge'
import { formatMetric } from './metricTable'
import styles from './RunsPlace.module.css'

const TONES: Readonly<Record<RunStatus, Tone>> = { running: 'accent', paused: 'warn', finished: 'good', stopped: 'neutral', interrupted: 'warn', failed: 'bad' }

interface RunsTableProps {
  readonly runs: readonly Run[]
  readonly open: string | null
  readonly compared: readonly string[]
  readonly onOpen: (runId: string) => void
  readonly onCompare: (runId: string) => void
}

export function RunsTable({ runs, open, compared, onOpen, onCompare }: RunsTableProps) {
  return (
    // Scrolls sideways on a narrow screen, so it must be reachable by keyboard.
     
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Stored runs, table">
      <table className={styles.runs}>
        <thead>
          <tr>
            <th scope="col">Compare</th>
            <th scope="col">Name</th>
            <th scope="col">Status</th>
            <th scope="col">Preset</th>
            <th scope="col">Dataset</th>
            <th scope="col" className={styles.number}>
              Seed
            </th>
            <th scope="col" className={styles.number}>
              Step
            </th>
            <th scope="col" className={styles.number}>
              Last reward
            </th>
            <th scope="col">Backend</th>
            <th scope="col">Date</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const { record } = run
            const isOrphan = !run.isLive && (record.status === 'running' || record.status === 'paused')
            return (
              <tr key={record.id} data-open={record.id === open || undefined}>
                <td>
                  <input type="checkbox" aria-label={`Compare ${record.name}`} checked={compared.includes(record.id)} onChange={() => onCompare(record.id)} />
                </td>
                <th scope="row">
                  <button type="button" className={styles.name} aria-pressed={record.id === open} onClick={() => onOpen(record.id)}>
                    {record.name}
                  </button>
                </th>
                <td>
                  <Badge tone={isOrphan ? 'warn' : TONES[record.status]}>{isOrphan ? 'not in this tab' : record.status}</Badge>
                </td>
                <td>{presetLabel(record.preset)}</td>
                <td className={styles.dataset}>{record.rlDatasetName}</td>
                <td className={styles.number}>{record.seed}</td>
                <td className={styles.number}>
                  {record.step} / {record.totalSteps}
                </td>
                <td className={styles.number}>
                  <LastReward runId={record.id} step={record.step} />
                </td>
                <td>{record.backend === 'webgpu' ? 'WebGPU' : 'wasm'}</td>
                <td>
                  <time dateTime={new Date(record.createdAt).toISOString()}>{new Date(record.createdAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}</time>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** Reward of the latest step that logged one, read from the run's points. */
function LastReward({ runId, step }: { runId: string; step: number }) {
  const [reward, setReward] = useState<number | null>(null)
  useEffect(() => {
    let isCurrent = true
    void useRuns
      .getState()
      .openMetrics(runId)
      .then(() => isCurrent && setReward(metricLog(runId).latest('reward')))
      .catch(() => undefined) // the dash stays; opening the run says what is wrong
    return () => {
      isCurrent = false
    }
  }, [runId, step])
  return <>{formatMetric('fraction', reward)}</>
}
