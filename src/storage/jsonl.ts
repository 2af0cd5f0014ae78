/** JSON lines as rows: one pass notes where each row begins, later reads fetch only their range of bytes. */
import type { Stop } from '../base/stop'
import type { ColumnInfo } from '../proofs/schemas/schema'
import type { Bytes, RowSource } from './bytes'
import { castValue, type Cast } from './csvRows'

const CHUNK_BYTES = 2 ** 20
const MAX_LINE_BYTES = 8 * 2 ** 20
/** Bytes fetched at once when many rows are read. */
const SPAN_BYTES = 4 * 2 ** 20
/** Rows that are checked at once; between two groups a cancel is heard. */
const GROUP_ROWS = 2_048
const MAX_KEYS = 1_000
/** Deeper values could be parsed, but neither cloned to the page nor stored. */
const MAX_DEPTH = 64
const NEWLINE = 10

export interface JsonlIndex {
  /** Byte range of row i: starts[i] to ends[i], in the file. */
  readonly starts: Float64Array
  readonly ends: Float64Array
  readonly columns: readonly ColumnInfo[]
  /** Columns whose values were written as text (a csv file) and are read as what they say. */
  readonly casts?: Readonly<Record<string, Cast>>
}

/**
 * One pass over the file: every line parsed, blank ones skipped.
 * @throws Error that names the line: too long, not JSON, not an object
 */
export async function indexJsonl(bytes: Bytes, onRead: (doneBytes: number, rows: number) => void, stop: Stop): Promise<JsonlIndex> {
  const starts: number[] = []
  const ends: number[] = []
  const types = new Map<string, { type: string; bytes: number }>()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 0
  let lineStart = 0
  let rest = new Uint8Array(0)

  const take = (raw: Uint8Array, start: number) => {
    line++
    if (raw.length > MAX_LINE_BYTES) throw new Error(`line ${line} is longer than 8 MiB`)
    const row = parseLine(decoder, raw, line)
    if (row === null) return
    starts.push(start)
    ends.push(start + raw.length)
    for (const [name, value] of Object.entries(row)) {
      if (name === '__proto__') throw new Error(`line ${line} has a field called "__proto__"`)
      if (isDeeper(value, MAX_DEPTH)) throw new Error(`line ${line} nests \`${name.slice(0, 60)}\` deeper than ${MAX_DEPTH} levels`)
      const known = types.get(name)
      types.set(name, { type: joined(known?.type, jsonType(value)), bytes: (known?.bytes ?? 0) + roughBytes(value) })
      if (types.size > MAX_KEYS) throw new Error(`line ${line} brings the columns over 1,000`)
    }
  }

  for (let at = 0; at < bytes.byteLength && !stop.aborted; at += CHUNK_BYTES) {
    const chunk = new Uint8Array(await bytes.slice(at, Math.min(at + CHUNK_BYTES, bytes.byteLength)))
    const text: Uint8Array<ArrayBuffer> = rest.length === 0 ? chunk : joinBytes(rest, chunk)
    let from = 0
    for (let end = text.indexOf(NEWLINE, rest.length); end >= 0; end = text.indexOf(NEWLINE, from)) {
      take(text.subarray(from, end), lineStart)
      lineStart += end + 1 - from
      from = end + 1
    }
    rest = text.slice(from)
    if (rest.length > MAX_LINE_BYTES) throw new Error(`line ${line + 1} is longer than 8 MiB`)
    onRead(Math.min(at + CHUNK_BYTES, bytes.byteLength), starts.length)
  }
  if (rest.length > 0 && !stop.aborted) take(rest, lineStart)
  return { starts: Float64Array.from(starts), ends: Float64Array.from(ends), columns: [...types].map(([name, { type, bytes: sum }]) => ({ name, type, meanBytes: sum / Math.max(1, starts.length) })) }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

/** Text by its length; lists and structs by what they hold, roughly. */
function roughBytes(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || depth > 3) return 8
  let sum = 0
  for (const inner of Object.values(value)) sum += roughBytes(inner, depth + 1)
  return sum
}

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}

function parseLine(decoder: TextDecoder, raw: Uint8Array, line: number): Record<string, unknown> | null {
  let value: unknown
  try {
    const text = decoder.decode(raw) // a byte order mark is dropped by the decoder
    if (text.trim() === '') return null
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`line ${line} is not valid JSON (${error instanceof Error ? error.message.slice(0, 120) : 'unreadable'})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`line ${line} is not an object with named fields`)
  return value as Record<string, unknown>
}

function jsonType(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (depth > 2) return 'json'
  if (Array.isArray(value)) return `list<${value.slice(0, 200).map((v) => jsonType(v, depth + 1)).reduce(joined, 'null')}>`
  return `struct{${Object.keys(value).slice(0, 20).join(', ')}}`
}

/** The type of a column that holds both. */
function joined(a: string | undefined, b: string): string {
  if (a === undefined || a === b || a === 'null') return b
  if (b === 'null') return a
  const [inA, inB] = [a, b].map((t) => /^list<(.*)>$/.exec(t)?.[1])
  if (inA !== undefined && inB !== undefined) return `list<${joined(inA, inB)}>`
  const isNumber = (t: string) => t === 'int64' || t === 'float64'
  if (isNumber(a) && isNumber(b)) return 'float64'
  if (a.startsWith('struct') && b.startsWith('struct')) return a
  return 'mixed'
}

/** Rows by the index of an earlier pass. */
export function openJsonl(bytes: Bytes, { starts, ends, columns, casts }: JsonlIndex): RowSource {
  const rows = starts.length
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const groupEnds = Array.from({ length: Math.ceil(rows / GROUP_ROWS) }, (_, i) => Math.min(rows, (i + 1) * GROUP_ROWS))
  return {
    rows, rowGroups: groupEnds.length, columns, groupEnds,
    async read(wanted, start, end) {
      const records: Record<string, unknown>[] = []
      for (let first = start; first < end; ) {
        // One slice for many rows: a slice a row made 60,000 rows take a minute.
        let last = first + 1
        while (last < end && ends[last]! - starts[first]! <= SPAN_BYTES) last++
        const offset = starts[first]!
        const span = new Uint8Array(await bytes.slice(offset, ends[last - 1]!))
        for (let row = first; row < last; row++) {
          const record = parseLine(decoder, span.subarray(starts[row]! - offset, ends[row]! - offset), row + 1)
          records.push(Object.fromEntries(wanted.map((name) => [name, castValue(casts?.[name], record && Object.hasOwn(record, name) ? record[name] : null)])))
        }
        first = last
      }
      return records
    },
  }
}
