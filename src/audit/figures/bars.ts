import type { Bars } from './figure'
import { legend, seriesInk } from './legend'
import { fitted, textWidth, ticksOf, tickText, type Mark, type Scene } from './scene'

/** Groups of upright bars. */
export function drawBars({ categories, series, y: yName, isPercent = false }: Bars, width: number): Scene {
  const left = 58
  const right = width - 12
  const key = legend(series.map((s, i) => ({ name: s.name, ink: seriesInk(i + 1) })), left, right, 2)
  const top = key.height + 10
  const slot = (right - left) / Math.max(1, categories.length)
  const isTilted = categories.some((c) => textWidth(c, 11) > slot - 6)
  const bottom = top + 240
  const values = series.flatMap((s) => s.values.filter((v): v is number => v !== null))
  const ticks = ticksOf(Math.min(0, ...values), Math.max(0.01, ...values), 5)
  const y = (v: number) => bottom - ((v - ticks[0]!) / (ticks.at(-1)! - ticks[0]!)) * (bottom - top)
  const marks: Mark[] = [...key.marks]
  for (const t of ticks) {
    marks.push({ shape: 'line', x1: left, y1: y(t), x2: right, y2: y(t), stroke: t === 0 ? 'ink-2' : 'line', width: 1 })
    marks.push({ shape: 'text', x: left - 8, y: y(t) + 4, text: isPercent ? `${Math.round(100 * t)} %` : tickText(t, ticks), size: 11, fill: 'ink-2', anchor: 'end' })
  }
  const bar = Math.min(46, (slot * 0.8) / Math.max(1, series.length))
  categories.forEach((category, c) => {
    const middle = left + (c + 0.5) * slot
    series.forEach((s, i) => {
      const value = s.values[c]
      if (value === null || value === undefined) return
      const at = middle + (i - series.length / 2) * bar
      marks.push({
        shape: 'rect', x: at + 0.5, y: Math.min(y(value), y(0)), width: Math.max(1, bar - 1), height: Math.max(0.5, Math.abs(y(value) - y(0))), fill: seriesInk(i + 1),
        note: `${s.name}, ${category}: ${isPercent ? `${(100 * value).toFixed(1)} %` : value.toFixed(3)}`,
      })
    })
    marks.push(isTilted
      ? { shape: 'text', x: middle + 4, y: bottom + 14, text: fitted(category, 11, 96), size: 11, fill: 'ink-2', anchor: 'end', rotate: -38 }
      : { shape: 'text', x: middle, y: bottom + 16, text: category, size: 11, fill: 'ink-2', anchor: 'middle' })
  })
  marks.push({ shape: 'text', x: 14, y: (top + bottom) / 2, text: yName, size: 12, fill: 'ink-2', anchor: 'middle', rotate: -90 })
  return { width, height: bottom + (isTilted ? 78 : 28), marks }
}
