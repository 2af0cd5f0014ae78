import { useId, useMemo, useState } from 'react'
import { pipelineRlNames } from '../../posttrain/metricNames'
import { LiveCurve } from '../../ui/LiveCurve'
import { formatMetric, type MetricInfo } from './metricTable'
import { useCurve } from './useMetrics'
import styles from './RunView.module.css'

interface MetricChartProps {
  readonly runId: string
  readonly info: MetricInfo
  readonly smoothing: number
  readonly isLog: boolean
  readonly lastStep: number
  readonly sftSteps: number
  readonly range: readonly [number, number] | null
  readonly onRange: (range: readonly [number, number] | null) => void
  readonly picked: number | null
  readonly onPick: (step: number) => void
}

/** One metric with its help. */
export function MetricChart({ runId, info, smoothing, isLog, lastStep, sftSteps, range, onRange, picked, onPick }: MetricChartProps) {
  const curve = useCurve(runId, info.name)
  const curves = useMemo(() => [curve], [curve])
  const [isHelpOpen, setHelpOpen] = useState(false)
  const helpId = useId()
  const domain = useMemo((): [number, number] => [1, Math.max(2, lastStep)], [lastStep])
  const stage = useMemo(() => ({ x: sftSteps + 0.5, before: 'SFT', after: 'GRPO' }), [sftSteps])
  const aliases = pipelineRlNames(info.name, 'grpo').filter((name) => name !== info.name)
  const format = useMemo(() => (value: number) => formatMetric(info.unit, value), [info.unit])
  return (
    <figure className={styles.chart} data-metric={info.name}>
      <figcaption className={styles.caption}>
        <span className={styles.label}>{info.label}</span>
        <code className={styles.name}>{info.name}</code>
        <button
          type="button"
          className={styles.info}
          aria-expanded={isHelpOpen}
          aria-controls={helpId}
          aria-label={`About ${info.label}`}
          onClick={() => setHelpOpen(!isHelpOpen)}
        >
          <span aria-hidden="true">i</span>
        </button>
      </figcaption>
      <div id={helpId} hidden={!isHelpOpen} className={styles.help}>
        <p>{info.meaning}</p>
        <p>
          <strong>Healthy:</strong> {info.healthy}
        </p>
        <p className={styles.source}>
          Source: {info.source}
          {aliases.length > 0 && <>. In PipelineRL: {aliases.join(', ')}</>}
        </p>
      </div>
      <LiveCurve
        title={info.label}
        curves={curves}
        smoothing={smoothing}
        isLog={isLog}
        domain={domain}
        range={range}
        onRange={onRange}
        stage={stage}
        picked={picked}
        onPick={onPick}
        format={format}
        emptyText={curve.x.length === 0 && lastStep <= sftSteps && info.stage === 'grpo' ? 'begins with reinforcement learning' : undefined}
        syncKey={runId}
      />
    </figure>
  )
}
