/** Runs: everything stored, to open, continue, compare, export and delete. */
import { useEffect, useState } from 'react'
import { fail, sentence } from '../../base/result'
import { useRuns } from '../../state/runs'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { saveFile } from '../../ui/saveFile'
import { useView } from '../../ui/useView'
import { metricsCsv } from '../../posttrain/runExports'
import { EvaluationPane } from './EvaluationPane'
import { RecipePane } from './RecipePane'
import { RewardOverlay } from './RewardOverlay'
import { RunActions } from './RunActions'
import { RunsTable } from './RunsTable'
import { RunView } from './RunView'
import styles from './RunsPlace.module.css'

/** Runs that can be drawn over each other: as many as there are colours that stay apart. */
const MAX_COMPARED = 6

export default function RunsPlace() {
  const [view, setView] = useView()
  const runs = useRuns((s) => s.runs)
  const isLoaded = useRuns((s) => s.isLoaded)
  const loadFailure = useRuns((s) => s.loadFailure)
  const [message, setMessage] = useState<string | null>(null)

  useEffect(() => void useRuns.getState().load(), [])

  const list = Object.values(runs).sort((a, b) => b.record.createdAt - a.record.createdAt)
  const compared = (view.compare ?? '').split(',').filter((id) => runs[id])
  const shown = view.run === undefined ? undefined : runs[view.run]

  const toggle = (runId: string) => {
    const next = compared.includes(runId) ? compared.filter((id) => id !== runId) : [...compared, runId].slice(-MAX_COMPARED)
    setView({ compare: next.join(',') }, { replace: true })
  }
  const exportAll = async () => {
    const { points } = useRuns.getState()
    const parts = []
    for (const { record } of list) parts.push({ record, points: await points(record.id) })
    saveFile(metricsCsv(parts), 'all-runs-metrics.csv', 'text/csv;charset=utf-8')
  }

  if (loadFailure) return <ErrorCard failure={fail('storage', loadFailure, { where: 'Stored runs', next: 'Retry; if it stays, reload the page.' })} onRetry={() => void useRuns.getState().load()} />
  if (!isLoaded) return null
  return (
    <div className={styles.place}>
      <Panel
        title="Stored runs"
        note={list.length ? 'Tick runs to draw their rewards over each other.' : undefined}
        actions={
          list.length > 0 && (
            <Button
              onClick={() => {
                setMessage(null)
                exportAll().catch((error: unknown) => setMessage(sentence(fail('storage', error instanceof Error ? error.message : String(error), { next: 'Try again.' }))))
              }}
            >
              All metrics of all runs (CSV)
            </Button>
          )
        }
      >
        {message && <p role="alert">{message}</p>}
        {list.length === 0 ? (
          <Empty title="No runs yet" next="Start one under Train: the smallest preset takes about a minute." />
        ) : (
          <RunsTable runs={list} open={view.run ?? null} compared={compared} onOpen={(run) => setView({ run, step: undefined, rollout: undefined, eval: undefined, problem: undefined, attempt: undefined })} onCompare={toggle} />
        )}
      </Panel>
      {compared.length > 1 && <RewardOverlay runIds={compared} />}
      {view.run !== undefined && !shown && <Empty title="This run is not stored here" next="It may have been deleted, or made in another browser. Choose one of the list." />}
      {shown && (
        <>
          <Panel title={shown.record.name} note={`${shown.record.sftDatasetName} → ${shown.record.rlDatasetName}`}>
            <RunActions key={shown.record.id} run={shown} onRemoved={() => setView({ run: undefined, step: undefined, rollout: undefined })} />
          </Panel>
          <RecipePane key={`${shown.record.id} recipe`} run={shown} />
          <EvaluationPane key={`${shown.record.id} evaluations`} run={shown} />
          <RunView key={shown.record.id} runId={shown.record.id} />
        </>
      )}
    </div>
  )
}
