/** Reads a dropped grading table: CSV, JSON, JSON lines or parquet, into names and cells. Nothing is interpreted here. */
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import Papa from 'papaparse'
import type { RawTable } from '../audit/table'
import { fail, ok, type Result } from '../base/result'
import type { Stop } from '../base/stop'

export type GradeFormat = 'csv' | 'json' | 'jsonl' | 'parquet'
export type GradeFileFailure = 'unreadable' | 'empty' | 'unsupported' | 'tooLarge' | 'cancelled'
export interface GradeFile extends RawTable {
  readonly format: GradeFormat
}
/** Share of the file read, 0..1. */
export type OnRead = (done: number) => void

const MAX_BYTES = 256 * 2 ** 20
const MAX_JSON_BYTES = 64 * 2 ** 20
const MAX_LINE_CHARS = 8 * 2 ** 20
const MAX_COLUMNS = 1000
/** Whole conversations: large, and no statistic reads them. */
const NOT_READ = new Set(['all_messages', 'messages', 'history', 'conversation', 'generation_prompt'])

/**
 * The table in a file. Lines that cannot be read are set aside with their number and reason; the rest is kept.
 * Edges: no header, no row → `empty`; archives, more than 256 MiB, damaged parquet → their own failures.
 */
export async function readGradeFile(file: File, onRead: OnRead, stop: Stop): Promise<Result<GradeFile, GradeFileFailure>> {
  const where = `\`${file.name}\``
  if (file.size === 0) return fail('empty', 'The file has no bytes.', { where, next: 'Choose another file.' })
  if (file.size > MAX_BYTES)
    return fail('tooLarge', `The file has ${Math.round(file.size / 2 ** 20)} MiB; a grading table may have 256.`, {
      where, next: 'Keep only the columns with ids and grades, or split it by rubric.',
    })
  const format = await formatOf(file)
  if (format === null)
    return fail('unsupported', 'This is a compressed archive, not a table.', { where, next: 'Unpack it and drop the CSV, jsonl or parquet file inside.' })
  try {
    const table = await READERS[format](file, onRead, stop)
    if (stop.aborted) return fail('cancelled', 'Reading was cancelled.', { where })
    if (table.columns.length === 0 || table.rows.length === 0) {
      const first = table.unread[0]
      const why = first ? ` Line ${first.line}: ${first.reason}.` : ''
      return fail('empty', `No row could be read.${why}`, { where, next: 'The first line should name the columns; each further line is one grade or one proof.' })
    }
    return ok({ ...table, format })
  } catch (error) {
    return fail('unreadable', `The ${format} file is damaged: ${error instanceof Error ? error.message : String(error)}.`, {
      where, next: 'Download or export it again.',
    })
  }
}

async function formatOf(file: File): Promise<GradeFormat | null> {
  const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer())
  const magic = String.fromCharCode(...head.slice(0, 4))
  if (magic === 'PAR1') return 'parquet'
  const isPacked = magic.startsWith('PK') || (head[0] === 0x1f && head[1] === 0x8b) || (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f)
  if (isPacked) return null
  if (/\.parquet$/i.test(file.name)) return 'parquet'
  const text = new TextDecoder().decode(head).replace(/^\ufeff/, '').trimStart()
  return text.startsWith('[') ? 'json' : text.startsWith('{') ? 'jsonl' : 'csv'
}

type Reader = (file: File, onRead: OnRead, stop: Stop) => Promise<RawTable>
const READERS: Readonly<Record<GradeFormat, Reader>> = { csv: readCsv, json: readJson, jsonl: readJsonLines, parquet: readParquet }

function readCsv(file: File, onRead: OnRead, stop: Stop): Promise<RawTable> {
  let columns: string[] | null = null
  let line = 0
  const rows: unknown[][] = []
  const unread: { line: number; reason: string }[] = []
  return new Promise((resolve, reject) => {
    Papa.parse<string[]>(file, {
      header: false, skipEmptyLines: 'greedy', worker: false, chunkSize: 2 ** 20,
      chunk: ({ data, errors, meta }, parser) => {
        for (const { type, row, message } of errors)
          if (type === 'Quotes') unread.push({ line: line + (row ?? 0), reason: message })
        for (const fields of data) {
          if (columns === null) {
            columns = uniqueNames(fields)
            continue
          }
          line++
          if (fields.length === columns.length) rows.push(fields)
          else unread.push({ line, reason: `${fields.length} fields where the header names ${columns.length}` })
        }
        onRead(Math.min(1, meta.cursor / file.size))
        if (stop.aborted) parser.abort()
      },
      complete: () => resolve({ columns: columns ?? [], rows, unread }),
      error: (error: Error) => reject(error),
    })
  })
}

async function readJsonLines(file: File, onRead: OnRead, stop: Stop): Promise<RawTable> {
  const table = new Records()
  let line = 0
  for await (const { text, done } of linesOf(file)) {
    line++
    if (text.trim() === '') continue
    if (text.length > MAX_LINE_CHARS) table.skip(line, 'the line is longer than 8 MiB')
    else {
      try {
        table.add(JSON.parse(text), line)
      } catch {
        table.skip(line, 'not valid JSON')
      }
    }
    if (line % 500 === 0) onRead(done)
    if (stop.aborted) break
  }
  return table.finished()
}

async function* linesOf(file: File): AsyncGenerator<{ text: string; done: number }> {
  const decoder = new TextDecoder()
  const reader = file.stream().getReader()
  let rest = ''
  let read = 0
  for (;;) {
    const { value, done } = await reader.read()
    rest += value ? decoder.decode(value, { stream: true }) : decoder.decode()
    read += value?.byteLength ?? 0
    const lines = rest.split('\n')
    rest = done ? '' : lines.pop()!
    for (const text of lines) yield { text: text.replace(/^\ufeff/, ''), done: read / file.size }
    if (done) return
    if (rest.length > 2 * MAX_LINE_CHARS) throw new Error('a line is longer than 16 MiB')
  }
}

async function readJson(file: File, onRead: OnRead): Promise<RawTable> {
  if (file.size > MAX_JSON_BYTES) throw new Error('a JSON array may have 64 MiB; JSON lines may have more')
  const value: unknown = JSON.parse(new TextDecoder().decode(await file.arrayBuffer()))
  onRead(1)
  const table = new Records()
  if (!Array.isArray(value)) throw new Error('the file is not a list of rows')
  value.forEach((row: unknown, i) => table.add(row, i + 1))
  return table.finished()
}

async function readParquet(file: File, onRead: OnRead, stop: Stop): Promise<RawTable> {
  const tail = new Uint8Array(await file.slice(-8).arrayBuffer())
  if (String.fromCharCode(...tail.slice(4)) !== 'PAR1') throw new Error('the end of the file is missing, it was probably cut while downloading')
  const footer = new DataView(tail.buffer).getUint32(0, true)
  if (footer + 12 > file.size) throw new Error('its footer is said to be longer than the file')
  const buffer = {
    byteLength: file.size,
    slice: (start: number, end?: number) => file.slice(start, end).arrayBuffer(),
  }
  const metadata = await parquetMetadataAsync(buffer)
  const total = Number(metadata.num_rows)
  if (total > file.size) throw new Error(`it claims ${total} rows in ${file.size} bytes`)
  const columns = parquetSchema(metadata).children.map((c) => c.element.name)
  if (columns.length > MAX_COLUMNS) throw new Error(`it has ${columns.length} columns; 1,000 is the most`)
  const wanted = columns.filter((c) => !NOT_READ.has(c.toLowerCase()))
  const rows: unknown[][] = []
  let start = 0
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows)
    const records = await parquetReadObjects({ file: buffer, metadata, columns: wanted, rowStart: start, rowEnd: end, compressors })
    for (const record of records) rows.push(wanted.map((c) => plain(record[c])))
    start = end
    onRead(total === 0 ? 1 : start / total)
    if (stop.aborted) break
  }
  return { columns: wanted, rows, unread: [] }
}

/** Rows given as objects: columns are the names met, in order; a row that is not an object is set aside. */
class Records {
  private readonly columns = new Map<string, number>()
  private readonly rows: unknown[][] = []
  private readonly unread: { line: number; reason: string }[] = []

  add(row: unknown, line: number): void {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return this.skip(line, 'not an object with named fields')
    const cells: unknown[] = []
    for (const [name, value] of Object.entries(row)) {
      if (NOT_READ.has(name.toLowerCase())) continue
      let at = this.columns.get(name)
      if (at === undefined) {
        if (this.columns.size >= MAX_COLUMNS) throw new Error('it has more than 1,000 columns')
        this.columns.set(name, (at = this.columns.size))
      }
      cells[at] = value
    }
    this.rows.push(cells)
  }

  skip(line: number, reason: string): void {
    this.unread.push({ line, reason })
  }

  finished(): RawTable {
    return { columns: [...this.columns.keys()], rows: this.rows, unread: this.unread }
  }
}

function uniqueNames(fields: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return fields.map((field, i) => {
    const name = field.replace(/^\ufeff/, '').trim() || `column ${i + 1}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}_${count}`
  })
}

/** 64-bit integers as numbers, dates as text: what the rest of the lab reads. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]))
  return value
}
