import { useState } from 'react'
import { sentence, type Failure } from '../../base/result'
import type { RunRecord } from '../../posttrain/runRecords'
import { useRuns } from '../../state/runs'
import { Button } from '../../ui/Button'
import { Panel } from '../../ui/Panel'
import styles from './Trainer.module.css'

/** Runs that a closed tab, a crash or a lost device left behind, and can go on. */
export function Unfinished({ runs, onOpen }: { runs: readonly RunRecord[]; onOpen: (runId: string) => void }) {
  const [asked, setAsked] = useState<string | null>(null)
  const [failures, setFailures] = useState<Readonly<Record<string, Failure>>>({})

  const resume = (runId: string) => {
    setAsked(runId)
    void useRuns
      .getState()
      .resume(runId)
      .then((result) => {
        setAsked(null)
        if (result.ok) onOpen(runId)
        else setFailures((before) => ({ ...before, [runId]: result }))
      })
  }
  return (
    <Panel title="Unfinished runs" note="Each continues from its last stored checkpoint.">
      <ul className={styles.unfinished}>
        {runs.map((run) => {
          const failure = failures[run.id]
          return (
            <li key={run.id}>
              <Button variant="primary" disabled={asked !== null} onClick={() => resume(run.id)}>
                {asked === run.id ? 'Resuming…' : `Resume ${run.name} from step ${run.checkpointStep}`}
              </Button>
              <Button onClick={() => onOpen(run.id)}>Open</Button>
              <span className={styles.quiet}>
                of {run.totalSteps}
                {run.reason ? `; ${run.reason}` : ''}
              </span>
              {failure && (
                <span role="alert" className={styles.reason}>
                  {failure.kind === 'lockedElsewhere' ? 'Another tab is training this run. Open it here to watch it, read-only.' : sentence(failure)}
                </span>
              )}
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
