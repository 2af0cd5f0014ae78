/**
 * A live line chart: every point kept, the raw line faint under its smoothed one, a cursor that all charts of a view
 * share, and the same numbers as text. New data never re-creates the chart and never moves a zoom.
 */
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { alignedRows, neighbour, valueAt, type Curve } from './curveData'
import { CurveTable } from './CurveTable'
import { chartOptions, type ChartState } from './curveOptions'
import styles from './LiveCurve.module.css'

export type { Curve } from './curveData'

export interface LiveCurveProps {
  /** What the chart shows; its accessible name. */
  readonly title: string
  readonly curves: readonly Curve[]
  /** Weight of the moving average, 0 … 0.999. */
  readonly smoothing: number
  readonly isLog?: boolean
  /** x shown when nothing is zoomed; null fits the curves. */
  readonly domain?: readonly [number, number] | null
  /** Zoomed x; null shows the domain. */
  readonly range?: readonly [number, number] | null
  readonly onRange?: (range: readonly [number, number] | null) => void
  /** A shaded stage up to `x`, e.g. fine-tuning before reinforcement learning. */
  readonly stage?: { readonly x: number; readonly before: string; readonly after: string } | null
  /** Position marked as open elsewhere on the page. */
  readonly picked?: number | null
  readonly onPick?: (x: number) => void
  readonly format?: (value: number) => string
  /** Why there are no points yet. */
  readonly emptyText?: string
  /** Charts with one key share their cursor. */
  readonly syncKey?: string
  readonly height?: number
}

const plain = (value: number) => String(Number(value.toPrecision(5)))

export function LiveCurve(props: LiveCurveProps) {
  const { title, curves, smoothing, isLog = false, syncKey = 'run', height = 168, format = plain, emptyText = 'no points yet', onPick } = props
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const [width, setWidth] = useState(0)
  const [cursor, setCursor] = useState<number | null>(null)

  // The chart is drawn by callbacks that outlive a render: they read the latest of what they need here.
  const { domain = null, range = null, stage = null, picked = null, onRange } = props
  const state = useRef<ChartState>({ domain, range, stage, picked, onPick, onRange, onCursor: setCursor })
  useEffect(() => {
    state.current = { domain, range, stage, picked, onPick, onRange, onCursor: setCursor }
  }, [domain, range, stage, picked, onPick, onRange])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // A chart is made anew only when its lines, its scale or its group change.
  const lines = curves.map((c) => `${c.name}\n${c.color}`).join('\n\n')
  useEffect(() => {
    const element = box.current
    if (!element || width === 0) return
    const made = new uPlot(chartOptions({ lines: lines.split('\n\n').map((l) => l.split('\n')[1] ?? '--series-1'), isLog, syncKey, height, width, state }), [[]], element)
    chart.current = made
    const redraw = () => made.redraw(false, true)
    const theme = new MutationObserver(redraw)
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', redraw)
    return () => {
      theme.disconnect()
      system.removeEventListener('change', redraw)
      chart.current = null
      made.destroy()
    }
    // Width changes resize below; only the change from "not laid out yet" makes a chart.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [lines, isLog, syncKey, height, width === 0])

  useEffect(() => {
    if (width > 0) chart.current?.setSize({ width, height })
  }, [width, height])

  useEffect(() => {
    const { x, rows } = alignedRows(curves, { smoothing, buckets: Math.max(64, width), range, isLog })
    chart.current?.setData([x, ...rows] as uPlot.AlignedData, true)
    // Also when what the drawing callbacks read has changed, and when the chart was made anew.
  }, [curves, smoothing, isLog, width, height, lines, syncKey, domain, range, stage, picked])

  const move = useCallback((x: number | null) => {
    const u = chart.current
    if (!u || x === null) return
    setCursor(x)
    // Third argument: tell the other charts of the group. It is missing from uPlot's types.
    const set = u.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void
    set({ left: u.valToPos(x, 'x'), top: u.over.clientHeight / 2 }, false, true)
  }, [])

  const lowest = neighbour(curves, null, 1)
  const highest = neighbour(curves, null, -1)
  const at = cursor ?? highest
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step: Record<string, () => void> = {
      ArrowLeft: () => move(neighbour(curves, at, -1)),
      ArrowDown: () => move(neighbour(curves, at, -1)),
      ArrowRight: () => move(neighbour(curves, at, 1)),
      ArrowUp: () => move(neighbour(curves, at, 1)),
      Home: () => move(neighbour(curves, null, 1)),
      End: () => move(neighbour(curves, null, -1)),
      Enter: () => at !== null && onPick?.(at),
    }
    const act = step[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  const reading = useMemo(() => {
    if (at === null) return emptyText
    const values = curves.map((c) => {
      const value = valueAt(c, at)
      return `${curves.length > 1 ? `${c.name} ` : ''}${value === null ? '—' : format(value)}`
    })
    return `step ${at}: ${values.join(', ')}`
  }, [at, curves, format, emptyText])

  return (
    <div className={styles.curve}>
      <div className={styles.reading} data-reading>
        {reading}
      </div>
      <div
        ref={box}
        className={styles.box}
        style={{ height }}
        role="slider"
        tabIndex={0}
        aria-label={`${title}: step under the cursor`}
        aria-valuemin={lowest ?? 0}
        aria-valuemax={highest ?? 0}
        aria-valuenow={at ?? 0}
        aria-valuetext={reading}
        onKeyDown={onKeyDown}
        data-points={curves.reduce((n, c) => n + c.x.length, 0)}
      />
      <CurveTable title={title} curves={curves} format={format} />
    </div>
  )
}
