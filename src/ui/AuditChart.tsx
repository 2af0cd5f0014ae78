/** Forest chart: one point with its interval per row, around a line at 0. Heavy (recharts): load it lazily. */
import { CartesianGrid, Cell, ErrorBar, ReferenceLine, ResponsiveContainer, Scatter, ScatterChart, Tooltip, XAxis, YAxis, type TooltipContentProps } from 'recharts'
import styles from './AuditChart.module.css'

export interface ForestPoint {
  readonly label: string
  readonly value: number
  /** Null when there is no interval: the point stands alone. */
  readonly low: number | null
  readonly high: number | null
  /** Said in the tooltip: n and the like. */
  readonly note: string
}

export interface AuditChartProps {
  readonly points: readonly ForestPoint[]
  /** What the axis measures. */
  readonly axis: string
}

interface Drawn extends ForestPoint {
  readonly error: readonly [number, number]
}

const ROW_HEIGHT = 38

/** @param points drawn from top to bottom; the same numbers stand in a table beside it, so the chart is not read aloud */
export default function AuditChart({ points, axis }: AuditChartProps) {
  const ticks = ticksOf(points)
  const drawn: Drawn[] = points.map((p) => ({ ...p, error: [p.value - (p.low ?? p.value), (p.high ?? p.value) - p.value] }))
  return (
    <div className={styles.chart} role="img" aria-label={`${axis}: ${points.map((p) => `${p.label} ${p.value.toFixed(3)}`).join('; ')}`}>
      <ResponsiveContainer width="100%" height={points.length * ROW_HEIGHT + 56}>
        <ScatterChart data={drawn} margin={{ top: 4, right: 16, bottom: 22, left: 4 }} accessibilityLayer={false}>
          <CartesianGrid horizontal={false} stroke="var(--line)" />
          <XAxis
            type="number" dataKey="value" domain={[ticks[0]!, ticks.at(-1)!]} ticks={ticks} tickFormatter={(v: number) => v.toFixed(2).replace('-', '−')}
            stroke="var(--ink-2)" tick={{ fill: 'var(--ink-2)', fontSize: 12 }}
            label={{ value: axis, position: 'insideBottom', offset: -14, fill: 'var(--ink-2)', fontSize: 12 }}
          />
          <YAxis type="category" dataKey="label" allowDuplicatedCategory={false} reversed width={118} stroke="var(--line-strong)" tick={{ fill: 'var(--ink)', fontSize: 12 }} interval={0} />
          <ReferenceLine x={0} stroke="var(--ink-2)" strokeDasharray="4 3" />
          <Tooltip content={Note} isAnimationActive={false} cursor={false} />
          <Scatter data={drawn} isAnimationActive={false}>
            {drawn.map((p) => (
              <Cell key={p.label} fill={p.value >= 0 ? 'var(--diverge-high)' : 'var(--diverge-low)'} stroke="var(--ink)" strokeWidth={0.75} />
            ))}
            <ErrorBar dataKey="error" direction="x" width={5} stroke="var(--ink-2)" strokeWidth={1.5} isAnimationActive={false} />
          </Scatter>
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  )
}

function Note({ active, payload }: TooltipContentProps) {
  const point = (payload[0]?.payload ?? null) as ForestPoint | null
  if (!active || !point) return null
  const range = point.low === null || point.high === null ? 'no interval: a single problem' : `95 % [${point.low.toFixed(3)}, ${point.high.toFixed(3)}]`
  return (
    <div className={styles.note}>
      <strong>{point.label}</strong>
      <div>{point.value.toFixed(3)}, {range}</div>
      <div>{point.note}</div>
    </div>
  )
}

/** Ticks at round steps that hold every interval and 0. */
function ticksOf(points: readonly ForestPoint[]): number[] {
  const low = Math.min(0, ...points.map((p) => p.low ?? p.value))
  const high = Math.max(0, ...points.map((p) => p.high ?? p.value))
  const span = high - low
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((s) => span / s <= 6) ?? Math.ceil(span / 6)
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
}
