import { textWidth, type Ink, type Mark } from './scene'

/** Colour of the n-th series, from 1; six and then again. */
export function seriesInk(n: number): Ink {
  return `series-${((n - 1) % 6) + 1}`
}

/** Names beside their colours, broken into lines. @returns marks, and the height they take */
export function legend(names: readonly { readonly name: string; readonly ink: Ink; readonly isDashed?: boolean }[], left: number, right: number, top: number): { marks: Mark[]; height: number } {
  if (names.length < 2) return { marks: [], height: 0 }
  const marks: Mark[] = []
  let x = left
  let y = top + 10
  for (const { name, ink, isDashed } of names) {
    const wide = 26 + textWidth(name, 12) + 14
    if (x > left && x + wide > right) {
      x = left
      y += 18
    }
    marks.push({ shape: 'line', x1: x, y1: y - 4, x2: x + 18, y2: y - 4, stroke: ink, width: 3, dash: isDashed ? '5 3' : undefined })
    marks.push({ shape: 'text', x: x + 24, y, text: name, size: 12, fill: 'ink-2', anchor: 'start' })
    x += wide
  }
  return { marks, height: y - top + 10 }
}
