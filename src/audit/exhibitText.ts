/** Exhibits as text: cells for the page, CSV with every digit, and the caption as a file. */
import type { Entry, Exhibit, Format } from './exhibit'

/** A real minus sign; a plus where leniency is meant; a dash for what is not there. */
export function shownNumber(value: number | string | null | undefined, format: Format, digits = 3): string {
  if (value === null || value === undefined) return '—'
  if (typeof value === 'string') return value
  switch (format) {
    case 'count': return value.toLocaleString('en-US')
    case 'percent': return `${(100 * value).toFixed(1).replace('-', '−')} %`
    case 'p': return value < 0.001 ? '< 0.001' : value.toFixed(3)
    case 'signed': {
      const rounded = value.toFixed(digits)
      return Number(rounded) === 0 ? (0).toFixed(digits) : value > 0 ? `+${rounded}` : rounded.replace('-', '−')
    }
    default: return value.toFixed(digits).replace('-', '−')
  }
}

/** "[−0.10, +0.25]"; empty without an interval. */
export function shownInterval({ low, high }: Entry, format: Format): string {
  if (low === null || low === undefined || high === null || high === undefined) return ''
  const bare = (x: number) => (format === 'percent' ? (100 * x).toFixed(1).replace('-', '−') : shownNumber(x, format))
  return `[${bare(low)}, ${bare(high)}${format === 'percent' ? ' %' : ''}]`
}

/** One line a row, full precision, intervals and n in columns of their own; cells that a spreadsheet would run are disarmed. */
export function exhibitCsv({ columns, rows, title, caption }: Exhibit): string {
  const has = columns.map((_, c) => ({
    interval: rows.some((r) => r[c]?.low !== undefined), n: rows.some((r) => r[c]?.n !== undefined),
  }))
  const head = columns.flatMap(({ label }, c) => [label, ...(has[c]!.interval ? [`${label} low`, `${label} high`] : []), ...(has[c]!.n ? [`${label} n`] : [])])
  const body = rows.map((row) => row.flatMap((e, c) => [e.value, ...(has[c]!.interval ? [e.low ?? null, e.high ?? null] : []), ...(has[c]!.n ? [e.n ?? null] : [])]))
  return [head, ...body].map((line) => line.map(csvCell).join(',')).join('\r\n') + `\r\n\r\n${csvCell(`${title}. ${caption}`)}\r\n`
}

function csvCell(value: number | string | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Title, caption and warnings as a text to paste under a figure. */
export function captionText({ title, caption, warnings }: Exhibit): string {
  return [`${title}. ${caption}`, ...warnings.map((w) => `Note: ${w}`)].join('\n') + '\n'
}

/** A file name of letters, digits and dashes. */
export function fileStem(...parts: readonly string[]): string {
  return parts.map((p) => p.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')).filter(Boolean).join('-').slice(0, 120)
}
