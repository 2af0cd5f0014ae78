/** One run: its curves, and the rollouts behind the point that was picked. */
import { useCallback, useEffect, useState } from 'react'
import { useRuns } from '../../state/runs'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { Panel } from '../../ui/Panel'
import { DEFAULT_SMOOTHING, MAX_SMOOTHING } from '../../ui/smoothing'
import { useView } from '../../ui/useView'
import { MetricChart } from './MetricChart'
import { METRICS } from './metricTable'
import { RolloutPane } from './RolloutPane'
import { useMetricLog } from '../../state/useMetricLog'
import styles from './RunView.module.css'

/** How often a run that another tab drives is read again. */
const REFRESH_MS = 3000

export function RunView({ runId }: { runId: string }) {
  const run = useRuns((s) => s.runs[runId])
  const isLoaded = useRuns((s) => s.isLoaded)
  const load = useRuns((s) => s.load)
  const openMetrics = useRuns((s) => s.openMetrics)
  const refresh = useRuns((s) => s.refresh)
  const [view, setView] = useView()
  const { log } = useMetricLog(runId)
  const [range, setRange] = useState<readonly [number, number] | null>(null)

  useEffect(() => {
    if (!isLoaded) void load()
    void openMetrics(runId)
  }, [isLoaded, load, openMetrics, runId])

  const isElsewhere = run !== undefined && !run.isLive && (run.record.status === 'running' || run.record.status === 'paused')
  useEffect(() => {
    if (!isElsewhere) return
    const timer = setInterval(() => void refresh(runId), REFRESH_MS)
    return () => clearInterval(timer)
  }, [isElsewhere, refresh, runId])

  const weight = Number(view.smooth ?? DEFAULT_SMOOTHING)
  const smoothing = Number.isFinite(weight) ? Math.min(MAX_SMOOTHING, Math.max(0, weight)) : DEFAULT_SMOOTHING
  const picked = view.step === undefined ? null : Number(view.step)
  const isLog = view.log === '1'
  const pick = useCallback((step: number) => setView({ step }), [setView])

  if (!run) return isLoaded ? <Empty title="This run is not stored here" next="It may have been deleted, or made in another browser. Choose one of the stored runs." /> : null

  const { record } = run
  const last = log.lastStep ?? 1
  const shown = METRICS.filter((m) => (!m.isOptional || log.column(m.name) !== null) && (!m.ofJudge || record.reward !== undefined))
  return (
    <div className={styles.view} data-run={runId} data-status={record.status}>
      <Panel
        title="Curves"
        note={`${record.reward ? `Rewarded by a judge of profile “${record.reward.name}”; the checker keeps the true score. ` : ''}Raw points faint, smoothed line over them. Click a point, or press Enter on it, to read that step's rollouts.`}
        actions={
          <div className={styles.controls}>
            <label className={styles.slider}>
              Smoothing
              <input
                type="range"
                min={0}
                max={MAX_SMOOTHING}
                step={0.001}
                value={smoothing}
                onChange={(event) => setView({ smooth: event.target.value }, { replace: true })}
              />
              <output>{smoothing.toFixed(3)}</output>
            </label>
            <label className={styles.check}>
              <input type="checkbox" checked={isLog} onChange={(event) => setView({ log: event.target.checked ? 1 : undefined }, { replace: true })} />
              Log scale
            </label>
            {range && (
              <Button type="button" onClick={() => setRange(null)}>
                Show all steps
              </Button>
            )}
          </div>
        }
      >
        <div className={styles.grid}>
          {shown.map((info) => (
            <MetricChart
              key={info.name}
              runId={runId}
              info={info}
              smoothing={smoothing}
              isLog={isLog}
              lastStep={last}
              sftSteps={record.sftSteps}
              range={range}
              onRange={setRange}
              picked={picked}
              onPick={pick}
            />
          ))}
        </div>
      </Panel>
      <RolloutPane run={run} picked={picked} />
    </div>
  )
}

export default RunView
