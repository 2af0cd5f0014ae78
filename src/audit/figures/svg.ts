/** A scene as an SVG file that needs nothing else: fixed colours, no script, no style sheet. */
import type { Ink, Scene } from './scene'

/** The light palette of src/ui/tokens.css: what a paper is printed on. */
const LIGHT: Readonly<Record<string, string>> = {
  ink: '#171b22', 'ink-2': '#47505e', 'ink-3': '#5d6776', line: '#d5dae2', 'line-strong': '#8a94a3', surface: '#ffffff',
  'series-1': '#0072b2', 'series-2': '#c65102', 'series-3': '#00805c', 'series-4': '#a8487f', 'series-5': '#8f6f00', 'series-6': '#4a7fa5',
  'diverge-low': '#2166ac', 'diverge-mid': '#f4f4f2', 'diverge-high': '#c8501a',
}

/** @param title read aloud in place of the drawing */
export function svgText({ width, height, marks }: Scene, title: string): string {
  const body = marks.map((m) => {
    switch (m.shape) {
      case 'line': return `<line x1="${n(m.x1)}" y1="${n(m.y1)}" x2="${n(m.x2)}" y2="${n(m.y2)}" stroke="${hex(m.stroke)}" stroke-width="${m.width}"${m.dash ? ` stroke-dasharray="${m.dash}"` : ''}/>`
      case 'rect': return `<rect x="${n(m.x)}" y="${n(m.y)}" width="${n(m.width)}" height="${n(m.height)}" fill="${hex(m.fill)}"${m.stroke ? ` stroke="${hex(m.stroke)}"` : ''}>${said(m.note)}</rect>`
      case 'circle': return `<circle cx="${n(m.cx)}" cy="${n(m.cy)}" r="${n(m.r)}" fill="${hex(m.fill)}" stroke="${hex(m.stroke)}">${said(m.note)}</circle>`
      case 'path': return `<path d="${m.d}" fill="none" stroke="${hex(m.stroke)}" stroke-width="${m.width}"${m.dash ? ` stroke-dasharray="${m.dash}"` : ''}/>`
      case 'text': return `<text x="${n(m.x)}" y="${n(m.y)}" font-size="${m.size}" fill="${hex(m.fill)}" text-anchor="${m.anchor}"${m.rotate ? ` transform="rotate(${m.rotate} ${n(m.x)} ${n(m.y)})"` : ''}${m.isStrong ? ' font-weight="650"' : ''}>${escaped(m.text)}</text>`
    }
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"><title>${escaped(title)}</title><rect width="100%" height="100%" fill="${LIGHT['surface']}"/>${body.join('')}</svg>`
}

/** Text in XML; control characters that XML forbids are dropped. */
export function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

function said(note: string | undefined): string {
  return note ? `<title>${escaped(note)}</title>` : ''
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function hex(ink: Ink): string {
  if (ink === 'none') return 'none'
  if (typeof ink === 'string') return LIGHT[ink] ?? '#000000'
  const [from, to] = [LIGHT['diverge-mid']!, LIGHT[ink.mix]!]
  const channel = (i: number) => {
    const [a, b] = [parseInt(from.slice(i, i + 2), 16), parseInt(to.slice(i, i + 2), 16)]
    return Math.round(a + (b - a) * ink.share).toString(16).padStart(2, '0')
  }
  return `#${channel(1)}${channel(3)}${channel(5)}`
}
