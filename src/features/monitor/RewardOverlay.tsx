import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { metricLog } from '../../state/metricLog'
import { useRuns } from '../../state/runs'
import { LiveCurve, type Curve } from '../../ui/LiveCurve'
import { Field } from '../../ui/Field'
import { Panel } from '../../ui/Panel'
import { DEFAULT_SMOOTHING } from '../../ui/smoothing'
import { useView } from '../../ui/useView'
import { formatMetric, METRICS } from './metricTable'
import styles from './RunsPlace.module.css'

/** One metric of several runs over each other, by step; a run keeps its colour as long as it is ticked. */
export function RewardOverlay({ runIds }: { runIds: readonly string[] }) {
  const [view, setView] = useView()
  const runs = useRuns((s) => s.runs)
  const [range, setRange] = useState<readonly [number, number] | null>(null)
  const key = runIds.join(',')
  const info = METRICS.find((m) => m.name === view.metric) ?? METRICS[0]!

  useEffect(() => {
    for (const id of key.split(',')) void useRuns.getState().openMetrics(id)
  }, [key])

  // One number that changes whenever any of the logs published.
  const version = useSyncExternalStore(
    useMemo(
      () => (listener: () => void) => {
        const stops = key.split(',').map((id) => metricLog(id).subscribe(listener))
        return () => stops.forEach((stop) => stop())
      },
      [key],
    ),
    () => key.split(',').reduce((sum, id) => sum + metricLog(id).version, 0),
  )
  const curves = useMemo(
    (): Curve[] =>
      key.split(',').map((id, i) => {
        const column = metricLog(id).column(info.name)
        return {
          name: runs[id]?.record.name ?? id,
          color: `--series-${(i % 6) + 1}`,
          x: column?.steps ?? new Float64Array(0),
          y: column?.values ?? new Float64Array(0),
        }
      }),
    // The columns grow in place: `version` is what says that they did.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [key, runs, info.name, version],
  )
  return (
    <Panel title={`${info.label}, ${runIds.length} runs`} note="By optimiser step; the stages of different presets end at different steps.">
      <div className={styles.metric}>
        <Field label="Metric">
          {(control) => (
            <select {...control} value={info.name} onChange={(event) => setView({ metric: event.target.value }, { replace: true })}>
              {METRICS.map((m) => (
                <option key={m.name} value={m.name}>
                  {m.label}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <ul className={styles.legend}>
        {curves.map((c) => (
          <li key={c.name + c.color}>
            <span className={styles.swatch} style={{ background: `var(${c.color})` }} aria-hidden="true" />
            {c.name}
          </li>
        ))}
      </ul>
      <LiveCurve
        title={`${info.label} of ${runIds.length} runs`}
        curves={curves}
        smoothing={DEFAULT_SMOOTHING}
        height={260}
        syncKey="overlay"
        range={range}
        onRange={setRange}
        format={(value) => formatMetric(info.unit, value)}
      />
    </Panel>
  )
}
