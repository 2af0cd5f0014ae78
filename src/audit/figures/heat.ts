import type { Heat } from './figure'
import { fitted, textWidth, type Ink, type Mark, type Scene } from './scene'

const ROW = 28

/** A table of coloured cells, each with its number. */
export function drawHeat({ rows, columns, cells, scale }: Heat, width: number): Scene {
  const left = Math.min(width * 0.3, Math.max(70, ...rows.map((r) => textWidth(r, 12) + 12)))
  const isTilted = columns.some((c) => textWidth(c, 11) > (width - left - 8) / Math.max(1, columns.length) - 4)
  // Tilted names lean out to the right of the last column.
  const slot = (width - left - (isTilted ? 62 : 8)) / Math.max(1, columns.length)
  const top = isTilted ? 92 : 26
  const values = cells.flatMap((row) => row.flatMap((c) => (c === null ? [] : [c.value])))
  const largest = scale === 'share' ? 1 : Math.max(0.1, ...values.map(Math.abs))
  const marks: Mark[] = []
  columns.forEach((name, c) => {
    const x = left + (c + 0.5) * slot
    marks.push(isTilted
      ? { shape: 'text', x: x - 4, y: top - 8, text: fitted(name, 11, 104), size: 11, fill: 'ink-2', anchor: 'start', rotate: -48 }
      : { shape: 'text', x, y: top - 8, text: name, size: 11, fill: 'ink-2', anchor: 'middle' })
  })
  rows.forEach((name, r) => {
    const y = top + r * ROW
    marks.push({ shape: 'text', x: left - 8, y: y + 18, text: fitted(name, 12, left - 10), size: 12, fill: 'ink', anchor: 'end' })
    columns.forEach((column, c) => {
      const cell = cells[r]?.[c]
      const at = { x: left + c * slot + 1, y: y + 1, width: slot - 2, height: ROW - 2 }
      if (!cell) {
        marks.push({ shape: 'rect', ...at, fill: 'none', stroke: 'line' })
        marks.push({ shape: 'text', x: at.x + at.width / 2, y: y + 18, text: '—', size: 11, fill: 'ink-3', anchor: 'middle' })
        return
      }
      const share = Math.min(1, Math.abs(cell.value) / largest)
      const fill: Ink = scale === 'share' ? { mix: 'series-1', share: 0.55 * share } : { mix: cell.value >= 0 ? 'diverge-high' : 'diverge-low', share: 0.55 * share }
      marks.push({ shape: 'rect', ...at, fill, note: `${name}, ${column}: ${cell.value.toFixed(3)}. ${cell.note}`, opens: cell.opens })
      const text = scale === 'share' ? cell.value.toFixed(2) : `${cell.value >= 0 ? '+' : '−'}${Math.abs(cell.value).toFixed(2)}`
      // Too narrow for a number: the colour stays, the number is said on hover and stands in the table.
      if (slot >= 30) marks.push({ shape: 'text', x: at.x + at.width / 2, y: y + 18, text: fitted(text, 11, slot + 8), size: 11, fill: 'ink', anchor: 'middle' })
    })
  })
  return { width, height: top + rows.length * ROW + 6, marks }
}
