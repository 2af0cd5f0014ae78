import type { Forest } from './figure'
import { fitted, textWidth, ticksOf, tickText, type Mark, type Scene } from './scene'

const ROW = 30
const SIZE = 12

/** One row an estimate: point, interval, label at the left. */
export function drawForest({ rows, axis, lines = [], hasZero = true }: Forest, width: number): Scene {
  const left = Math.min(width * 0.36, Math.max(70, ...rows.map((r) => textWidth(r.label, SIZE) + 14)))
  const right = width - 18
  const top = lines.length > 0 ? 22 : 8
  const bottom = top + rows.length * ROW
  const values = [...rows.flatMap((r) => [r.value, r.low ?? r.value, r.high ?? r.value]), ...lines.map((l) => l.at), ...(hasZero ? [0] : [])]
  const ticks = ticksOf(Math.min(...values), Math.max(...values), width < 520 ? 4 : 7)
  const x = (v: number) => left + ((v - ticks[0]!) / (ticks.at(-1)! - ticks[0]!)) * (right - left)
  const marks: Mark[] = []
  for (const t of ticks) {
    marks.push({ shape: 'line', x1: x(t), y1: top, x2: x(t), y2: bottom, stroke: 'line', width: 1 })
    marks.push({ shape: 'text', x: x(t), y: bottom + 16, text: tickText(t, ticks), size: 11, fill: 'ink-2', anchor: 'middle' })
  }
  if (hasZero) marks.push({ shape: 'line', x1: x(0), y1: top, x2: x(0), y2: bottom, stroke: 'ink-2', width: 1.25 })
  for (const { at, label } of lines) {
    marks.push({ shape: 'line', x1: x(at), y1: top - 4, x2: x(at), y2: bottom, stroke: 'ink-2', width: 1, dash: '4 3' })
    marks.push({ shape: 'text', x: x(at), y: top - 9, text: label, size: 11, fill: 'ink-2', anchor: 'middle' })
  }
  rows.forEach((row, i) => {
    const y = top + (i + 0.5) * ROW
    marks.push({ shape: 'text', x: left - 10, y: y + 4, text: fitted(row.label, SIZE, left - 14), size: SIZE, fill: 'ink', anchor: 'end' })
    if (row.low !== null && row.high !== null) {
      marks.push({ shape: 'line', x1: x(row.low), y1: y, x2: x(row.high), y2: y, stroke: 'ink-2', width: 1.5 })
      for (const end of [row.low, row.high]) marks.push({ shape: 'line', x1: x(end), y1: y - 4, x2: x(end), y2: y + 4, stroke: 'ink-2', width: 1.5 })
    }
    const fill = row.series !== undefined ? (`series-${row.series}` as const) : row.value >= 0 ? 'diverge-high' : 'diverge-low'
    marks.push({ shape: 'circle', cx: x(row.value), cy: y, r: 5, fill, stroke: 'surface', note: `${row.label}: ${row.value.toFixed(3)}${row.low === null || row.high === null ? '' : ` [${row.low.toFixed(3)}, ${row.high.toFixed(3)}]`}. ${row.note}`, opens: row.opens })
  })
  marks.push({ shape: 'text', x: (left + right) / 2, y: bottom + 36, text: axis, size: SIZE, fill: 'ink-2', anchor: 'middle' })
  return { width, height: bottom + 46, marks }
}
