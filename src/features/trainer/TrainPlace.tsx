/** Train: set a run up, watch it, stop and continue it. */
import { useEffect, useMemo, useState, type ComponentType } from 'react'
import type { Failure } from '../../base/result'
import type { DeviceState } from '../../../workers/engine/protocol'
import { useDatasets } from '../../state/datasets'
import { useDevice } from '../../state/device'
import { isUnfinished, useRuns } from '../../state/runs'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { Panel } from '../../ui/Panel'
import { useView } from '../../ui/useView'
import { RunForm } from './RunForm'
import { RunHeader } from './RunHeader'
import { Unfinished } from './Unfinished'
import styles from './Trainer.module.css'

export interface TrainPlaceProps {
  /** The monitor, handed in by the route: panels do not import each other. */
  readonly monitor: ComponentType<{ runId: string }>
}

export default function TrainPlace({ monitor: Monitor }: TrainPlaceProps) {
  const [view, setView] = useView()
  const runs = useRuns((s) => s.runs)
  const isLoaded = useRuns((s) => s.isLoaded)
  const loadFailure = useRuns((s) => s.loadFailure)
  const datasets = useDatasets((s) => s.datasets)
  const deviceStatus = useDevice((s) => s.status)
  const report = useDevice((s) => s.report)
  const reason = useDevice((s) => s.reason)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)

  useEffect(() => {
    void useRuns.getState().load()
    void useDatasets.getState().load()
    void useDevice.getState().open()
  }, [])

  const device = useMemo((): DeviceState | null => {
    if (deviceStatus === 'lost') return { kind: 'lost', reason: reason ?? 'the browser gave no reason' }
    return deviceStatus === 'ready' && report ? { kind: 'ready', report } : null
  }, [deviceStatus, report, reason])

  const live = Object.values(runs).find((r) => r.isLive)
  const shownId = view.run ?? live?.record.id
  const shown = shownId === undefined ? undefined : runs[shownId]

  // Closing the tab ends the run's steps since its checkpoint: ask first, as long as it computes.
  const isComputing = live?.record.status === 'running'
  useEffect(() => {
    if (!isComputing) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isComputing])

  if (shownId !== undefined) {
    if (!shown)
      return isLoaded ? (
        <Panel title="Run">
          <Empty title="This run is not stored here" next="It may have been deleted, or made in another browser.">
            <Button onClick={() => setView({ run: undefined, step: undefined, rollout: undefined })}>New run</Button>
          </Empty>
        </Panel>
      ) : null
    return (
      <div className={styles.place}>
        <Panel
          title={shown.record.name}
          note={shown.record.recipe ? shown.record.rlDatasetName : `${shown.record.sftDatasetName} → ${shown.record.rlDatasetName}`}
          actions={!shown.isLive && !live && <Button onClick={() => setView({ run: undefined, step: undefined, rollout: undefined })}>New run</Button>}
        >
          <RunHeader key={shownId} run={shown} />
        </Panel>
        <Monitor key={shownId} runId={shownId} />
      </div>
    )
  }

  const unfinished = Object.values(runs)
    .map((r) => r.record)
    .filter(isUnfinished)
    .sort((a, b) => b.updatedAt - a.updatedAt)
  return (
    <div className={styles.place}>
      {loadFailure && (
        <p role="alert" className={styles.banner}>
          The stored runs could not be read: {loadFailure} New runs can be started; reload the page to try again.
        </p>
      )}
      {unfinished.length > 0 && <Unfinished runs={unfinished} onOpen={(run) => setView({ run })} />}
      <Panel title="New run" note="Supervised fine-tuning, then GRPO with rubric rewards; or the whole recipe, with reasoning-cache RL and the table of scaffolds. All of it in this tab.">
        <RunForm
          datasets={datasets}
          device={device}
          isBusy={isBusy}
          failure={failure}
          onRetry={() => {
            setFailure(null)
            void useDevice.getState().reopen()
          }}
          onRun={(request) => {
            setBusy(true)
            setFailure(null)
            void useRuns
              .getState()
              .start(request)
              .then((result) => {
                setBusy(false)
                if (result.ok) setView({ run: result.value.id, step: undefined, rollout: undefined })
                else setFailure(result)
              })
          }}
        />
      </Panel>
    </div>
  )
}
