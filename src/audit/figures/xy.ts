import type { Xy } from './figure'
import { legend, seriesInk } from './legend'
import { fitted, ticksOf, tickText, type Mark, type Scene } from './scene'

/** Points and lines over two number axes. */
export function drawXy({ x: xName, y: yName, series, lines = [], xDomain, yDomain, hasDiagonal = false }: Xy, width: number): Scene {
  const all = series.flatMap((s) => s.points)
  const range = (of: readonly number[], fixed?: readonly [number, number]) => {
    const finite = of.filter(Number.isFinite)
    return ticksOf(fixed?.[0] ?? Math.min(0, ...finite), fixed?.[1] ?? Math.max(...finite, -Infinity === Math.max(...finite) ? 1 : -Infinity), width < 520 ? 4 : 6)
  }
  const onX = lines.filter((l) => l.axis === 'x').map((l) => l.at)
  const onY = lines.filter((l) => l.axis === 'y').map((l) => l.at)
  const xTicks = range([...all.map((p) => p.x), ...onX], xDomain)
  const yTicks = range([...all.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]), ...onY], yDomain)
  const left = 58
  const right = width - 16
  const key = legend(series.map((s, i) => ({ name: s.name, ink: seriesInk(s.color ?? i + 1), isDashed: s.isDashed ?? i >= 6 })), left, right, 2)
  const top = key.height + 12
  const bottom = top + Math.min(380, Math.max(220, (right - left) * 0.56))
  const x = (v: number) => left + ((v - xTicks[0]!) / (xTicks.at(-1)! - xTicks[0]!)) * (right - left)
  const y = (v: number) => bottom - ((v - yTicks[0]!) / (yTicks.at(-1)! - yTicks[0]!)) * (bottom - top)
  const marks: Mark[] = [...key.marks]
  for (const t of xTicks) {
    marks.push({ shape: 'line', x1: x(t), y1: top, x2: x(t), y2: bottom, stroke: 'line', width: 1 })
    marks.push({ shape: 'text', x: x(t), y: bottom + 16, text: tickText(t, xTicks), size: 11, fill: 'ink-2', anchor: 'middle' })
  }
  for (const t of yTicks) {
    marks.push({ shape: 'line', x1: left, y1: y(t), x2: right, y2: y(t), stroke: 'line', width: 1 })
    marks.push({ shape: 'text', x: left - 8, y: y(t) + 4, text: tickText(t, yTicks), size: 11, fill: 'ink-2', anchor: 'end' })
  }
  if (hasDiagonal) {
    const [low, high] = [Math.max(xTicks[0]!, yTicks[0]!), Math.min(xTicks.at(-1)!, yTicks.at(-1)!)]
    marks.push({ shape: 'line', x1: x(low), y1: y(low), x2: x(high), y2: y(high), stroke: 'ink-3', width: 1, dash: '3 3' })
  }
  for (const line of lines) {
    const isX = line.axis === 'x'
    marks.push(isX
      ? { shape: 'line', x1: x(line.at), y1: top, x2: x(line.at), y2: bottom, stroke: 'ink-2', width: 1, dash: '5 3' }
      : { shape: 'line', x1: left, y1: y(line.at), x2: right, y2: y(line.at), stroke: 'ink-2', width: 1, dash: '5 3' })
    marks.push(isX
      ? { shape: 'text', x: x(line.at) + 4, y: top + 11, text: line.label, size: 11, fill: 'ink-2', anchor: 'start' }
      : { shape: 'text', x: right - 4, y: y(line.at) - 5, text: line.label, size: 11, fill: 'ink-2', anchor: 'end' })
  }
  series.forEach((s, i) => {
    const ink = seriesInk(s.color ?? i + 1)
    if (s.mark !== 'points' && s.points.length > 0) {
      const d = s.points.map((p, k) => {
        if (k === 0) return `M${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`
        return s.mark === 'steps' ? `H${x(p.x).toFixed(1)}V${y(p.y).toFixed(1)}` : `L${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`
      }).join('')
      marks.push({ shape: 'path', d, stroke: ink, width: 2, dash: (s.isDashed ?? i >= 6) ? '6 4' : undefined })
    }
    if (s.mark === 'points' || s.mark === 'both')
      for (const p of s.points) {
        if (p.low !== undefined && p.low !== null && p.high !== undefined && p.high !== null)
          marks.push({ shape: 'line', x1: x(p.x), y1: y(p.low), x2: x(p.x), y2: y(p.high), stroke: ink, width: 1.25 })
        marks.push({ shape: 'circle', cx: x(p.x), cy: y(p.y), r: 3.5 * Math.sqrt(p.size ?? 1), fill: ink, stroke: 'surface', note: p.note, opens: p.opens })
      }
  })
  marks.push({ shape: 'text', x: (left + right) / 2, y: bottom + 36, text: xName, size: 12, fill: 'ink-2', anchor: 'middle' })
  marks.push({ shape: 'text', x: 14, y: (top + bottom) / 2, text: fitted(yName, 12, bottom - top), size: 12, fill: 'ink-2', anchor: 'middle', rotate: -90 })
  return { width, height: bottom + 46, marks }
}
