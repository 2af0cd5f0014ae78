/** A csv file as JSON lines, a span at a time: cells stay text in the shard, and are read as what their column says. */
import Papa from 'papaparse'
import type { Chunks } from './shards'

/** What a column of text cells holds. */
export type Cast = 'number' | 'bool' | 'json'

const MAX_ROW_CHARS = 8 * 2 ** 20
const MAX_COLUMNS = 1_000
/** Text parsed at once. */
const SPAN_CHARS = 2 ** 20
const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i

/** The value of a cell in a column of this kind; text that does not fit, and a missing cell, are null. */
export function castValue(cast: Cast | undefined, value: unknown): unknown {
  if (cast === undefined || typeof value !== 'string') return value
  if (cast === 'number') return NUMBER.test(value.trim()) ? Number(value) : null
  if (cast === 'bool') return /^true$/i.test(value.trim()) ? true : /^false$/i.test(value.trim()) ? false : null
  try {
    return JSON.parse(value) as unknown
  } catch {
    return null
  }
}

/**
 * Reads a csv (comma, semicolon or tab; RFC 4180 quotes) and gives it as JSON lines of text cells; an empty cell is null.
 * `casts()` is complete once the chunks are read: a column whose filled cells are all numbers (none with a leading zero,
 * which is an id), all true/false, or all JSON lists is read as such.
 * @throws Error that names the row: unequal width, unclosed quote, over 8 MiB; or the header: empty or repeated names
 */
export function csvLines(chunks: Chunks): { lines: Chunks; casts: () => Readonly<Record<string, Cast>> } {
  const kinds = new Map<string, Set<Cast | 'text'>>()
  const lines = (async function* () {
    const encoder = new TextEncoder()
    let header: string[] | null = null
    let row = 0
    for await (const rows of csvRows(chunks)) {
      let text = ''
      for (const cells of rows) {
        if (header === null) {
          header = namesOf(cells)
          continue
        }
        row++
        if (cells.length === 1 && cells[0] === '') continue // a blank line
        if (cells.length !== header.length) throw new Error(`row ${row} has ${cells.length} cells where the header names ${header.length}`)
        const record = Object.fromEntries(header.map((name, i) => [name, cells[i] === '' ? null : cells[i]]))
        for (const name of header) {
          const cell = record[name]
          if (typeof cell === 'string') kinds.set(name, (kinds.get(name) ?? new Set()).add(kindOf(cell)))
        }
        text += `${JSON.stringify(record)}\n`
      }
      if (text) yield encoder.encode(text) as Uint8Array<ArrayBuffer>
    }
    if (header === null) throw new Error('it has no header line')
  })()
  const casts = () => Object.fromEntries([...kinds].flatMap(([name, found]) => {
    const only = found.size === 1 ? [...found][0]! : 'text'
    return only === 'text' ? [] : [[name, only]]
  }))
  return { lines, casts }
}

/** The cells of the rows that each span completes. */
async function* csvRows(chunks: Chunks): AsyncGenerator<string[][]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let delimiter = ''
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length < SPAN_CHARS) continue
    delimiter ||= delimiterOf(rest)
    const { rows, used } = complete(rest, delimiter)
    rest = rest.slice(used)
    if (rest.length > MAX_ROW_CHARS) throw new Error('a row is longer than 8 MiB, or a quote is never closed')
    yield rows
  }
  rest += decoder.decode()
  if (rest.trim() === '') return
  const { data, errors } = Papa.parse<string[]>(rest, { delimiter: delimiter || delimiterOf(rest) })
  const broken = errors.find((e) => e.type === 'Quotes')
  if (broken) throw new Error(`a quote is not closed near the end (${broken.message})`)
  yield data
}

/** Rows that surely end in `text`, and how much of it they take: the last row may go on in the next span. */
function complete(text: string, delimiter: string): { rows: string[][]; used: number } {
  const rows: string[][] = []
  const ends: number[] = []
  Papa.parse<string[]>(text, { delimiter, step: ({ data, meta }) => void (rows.push(data), ends.push(meta.cursor)) })
  rows.pop()
  ends.pop()
  return { rows, used: ends.at(-1) ?? 0 }
}

function delimiterOf(text: string): string {
  const head = text.slice(0, Math.max(0, text.indexOf('\n')) || text.length)
  return [',', ';', '\t'].map((d) => ({ d, n: head.split(d).length })).reduce((a, b) => (b.n > a.n ? b : a)).d
}

function namesOf(cells: readonly string[]): string[] {
  const names = cells.map((name, i) => (i === 0 ? name.replace(/^\ufeff/, '') : name).trim())
  if (names.length > MAX_COLUMNS) throw new Error(`its header names ${names.length} columns; 1,000 is the most`)
  const empty = names.indexOf('')
  if (empty >= 0) throw new Error(`column ${empty + 1} of its header has no name`)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new Error(`its header names \`${twice.slice(0, 60)}\` twice`)
  if (names.includes('__proto__')) throw new Error('its header names a column "__proto__"')
  return names
}

function kindOf(cell: string): Cast | 'text' {
  const text = cell.trim()
  if (NUMBER.test(text)) return /^[-+]?0\d/.test(text) || !Number.isFinite(Number(text)) ? 'text' : 'number'
  if (/^(?:true|false)$/i.test(text)) return 'bool'
  if (!/^\[[\s\S]*\]$/.test(text)) return 'text'
  try {
    return Array.isArray(JSON.parse(text)) ? 'json' : 'text'
  } catch {
    return 'text'
  }
}
