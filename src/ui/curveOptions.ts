/** How a LiveCurve is drawn: axes, lines, shading and what the pointer does. */
import type { RefObject } from 'react'
import type uPlot from 'uplot'

/** What the drawing callbacks read when they run: always the latest props. */
export interface ChartState {
  readonly domain: readonly [number, number] | null
  readonly range: readonly [number, number] | null
  readonly stage: { readonly x: number; readonly before: string; readonly after: string } | null
  readonly picked: number | null
  readonly onPick: ((x: number) => void) | undefined
  readonly onRange: ((range: readonly [number, number] | null) => void) | undefined
  readonly onCursor: (x: number | null) => void
}

export interface ChartRequest {
  /** Colour variable of each curve. */
  readonly lines: readonly string[]
  readonly isLog: boolean
  readonly syncKey: string
  readonly height: number
  readonly width: number
  readonly state: RefObject<ChartState>
}

/** Farther from a point than this, the cursor reads no value from it. */
const REACH_PX = 14
const FONT = '11px system-ui, sans-serif'

function ink(u: uPlot, variable: string): string {
  return getComputedStyle(u.root).getPropertyValue(variable).trim() || '#888'
}

function shortNumber(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-3) return value.toExponential(0).replace('e+', 'e')
  return String(Number(value.toPrecision(4)))
}

export function chartOptions({ lines, isLog, syncKey, height, width, state }: ChartRequest): uPlot.Options {
  const axis = (size: number): uPlot.Axis => ({
    stroke: (u) => ink(u, '--ink-3'),
    grid: { stroke: (u: uPlot) => ink(u, '--line'), width: 1 },
    ticks: { stroke: (u: uPlot) => ink(u, '--line'), width: 1, size: 4 },
    font: FONT,
    size,
    values: (_, splits) => splits.map((v) => (v === null || v === undefined ? '' : shortNumber(v))),
  })
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: {
        time: false,
        // Pinned here, so that new data follows the view the user chose instead of choosing one.
        range: (_, min, max): [number, number] => {
          const { range, domain } = state.current
          const [a, b] = range ?? domain ?? [min, max]
          return a === null || b === null ? [0, 1] : a < b ? [a, b] : [a - 0.5, b + 0.5]
        },
      },
      y: isLog ? { distr: 3 } : {},
    },
    axes: [axis(26), axis(54)],
    series: [
      {},
      ...lines.flatMap((color): uPlot.Series[] => [
        { stroke: (u) => ink(u, color), width: 1, alpha: 0.35, points: { show: false } },
        { stroke: (u) => ink(u, color), width: 2, points: { size: 5, fill: (u: uPlot) => ink(u, color) } },
      ]),
    ],
    cursor: {
      y: false,
      points: { size: 7, one: true },
      drag: { x: true, y: false, setScale: false },
      sync: { key: syncKey, setSeries: false, filters: { pub: isMove, sub: isMove } },
      bind: {
        dblclick: () => () => {
          state.current.onRange?.(null)
          return null
        },
      },
    },
    hooks: {
      ready: [
        (u) => {
          // A drag that zooms also ends in a click: only a press that stayed where it was picks a point.
          let pressed = 0
          u.over.addEventListener('pointerdown', (event) => (pressed = event.clientX))
          u.over.addEventListener('click', (event) => {
            const x = u.data[0][u.posToIdx(event.offsetX)]
            if (Math.abs(event.clientX - pressed) < 4 && x !== undefined) state.current.onPick?.(x)
          })
        },
      ],
      setCursor: [(u) => state.current.onCursor(pointUnderCursor(u))],
      setSelect: [
        (u) => {
          if (u.select.width < 6) return
          const from = u.posToVal(u.select.left, 'x')
          const to = u.posToVal(u.select.left + u.select.width, 'x')
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          state.current.onRange?.([from, to])
        },
      ],
      drawClear: [(u) => shadeStage(u, state.current.stage)],
      draw: [(u) => markPicked(u, state.current.picked)],
    },
  }
}

function isMove(type: string): boolean {
  return type === 'mousemove' || type === 'mouseleave'
}

function pointUnderCursor(u: uPlot): number | null {
  const { idx, left } = u.cursor
  if (idx === null || idx === undefined || left === undefined || left < 0) return null
  const xs = u.data[0]
  const x = xs[idx]
  if (x === undefined) return null
  // Points far apart reach half-way to the next one: every place between two points belongs to one of them.
  const neighbour = xs[idx + 1] ?? xs[idx - 1] ?? x
  const at = u.valToPos(x, 'x')
  const reach = Math.max(REACH_PX, 0.55 * Math.abs(u.valToPos(neighbour, 'x') - at))
  return Math.abs(at - left) <= reach ? x : null
}

function shadeStage(u: uPlot, stage: ChartState['stage']): void {
  if (!stage || u.scales.x?.min === undefined) return
  const { ctx, bbox } = u
  const edge = Math.min(bbox.left + bbox.width, Math.max(bbox.left, u.valToPos(stage.x, 'x', true)))
  ctx.save()
  ctx.fillStyle = ink(u, '--surface-2')
  ctx.fillRect(bbox.left, bbox.top, edge - bbox.left, bbox.height)
  ctx.fillStyle = ink(u, '--ink-3')
  ctx.font = `${10 * devicePixelRatio}px system-ui, sans-serif`
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  const pad = 4 * devicePixelRatio
  if (edge - bbox.left > 40 * devicePixelRatio) ctx.fillText(stage.before, bbox.left + pad, bbox.top + pad)
  if (bbox.left + bbox.width - edge > 40 * devicePixelRatio) ctx.fillText(stage.after, edge + pad, bbox.top + pad)
  ctx.restore()
}

function markPicked(u: uPlot, picked: number | null): void {
  if (picked === null) return
  const { ctx, bbox } = u
  const x = u.valToPos(picked, 'x', true)
  if (x < bbox.left || x > bbox.left + bbox.width) return
  ctx.save()
  ctx.strokeStyle = ink(u, '--accent')
  ctx.lineWidth = 1.5 * devicePixelRatio
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.restore()
}
