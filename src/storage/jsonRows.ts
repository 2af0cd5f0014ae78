/** A JSON file as JSON lines: an array of objects is taken apart as it streams by; any other form is read whole. */
import type { Bytes } from './bytes'
import { chunksOf, type Chunks } from './shards'

const MAX_WHOLE_BYTES = 64 * 2 ** 20
const MAX_ROW_BYTES = 8 * 2 ** 20
const [OPEN, CLOSE, LIST, LIST_END, QUOTE, BACKSLASH, COMMA, NEWLINE, RETURN] = [...'{}[]"\\,\n\r'].map((c) => c.charCodeAt(0)) as [number, number, number, number, number, number, number, number, number]
const isSpace = (byte: number) => byte === 32 || (byte >= 9 && byte <= 13)

/**
 * The elements of a top-level array, one a line. Whether an element is valid JSON is found when its line is read.
 * @throws Error for text between or behind the elements, an unclosed array, an element over 8 MiB
 */
export async function* arrayLines(chunks: Chunks): Chunks {
  let depth = 0
  let isText = false
  let isEscaped = false
  let isEnded = false
  let sinceElement = 0
  for await (const chunk of chunks) {
    const out = new Uint8Array(chunk.length + 1)
    let length = 0
    for (const byte of chunk) {
      if (isEnded) {
        if (!isSpace(byte)) throw new Error('there is text behind the end of its array')
        continue
      }
      if (depth === 0) {
        if (byte === LIST) depth = 1
        else if (!isSpace(byte) && byte < 0x80) throw new Error('it does not begin with "["') // a byte order mark passes
        continue
      }
      if (isText) {
        if (isEscaped) isEscaped = false
        else if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) isText = false
      } else if (depth === 1 && byte === COMMA) {
        out[length++] = NEWLINE
        sinceElement = 0
        continue
      } else if (byte === QUOTE) isText = true
      else if (byte === OPEN || byte === LIST) depth++
      else if (byte === CLOSE || byte === LIST_END) depth--
      if (depth === 0) {
        isEnded = true
        out[length++] = NEWLINE
        continue
      }
      if (++sinceElement > MAX_ROW_BYTES) throw new Error('a row is longer than 8 MiB')
      out[length++] = byte === NEWLINE || byte === RETURN ? 32 : byte
    }
    if (length > 0) yield out.slice(0, length)
  }
  if (!isEnded) throw new Error('its array is not closed; the file was probably cut')
}

/**
 * The rows in a JSON object: its one list of objects, or lists of equal length as columns; a row that only wraps another
 * (`{row_idx, row}`, as the Hub's API gives it) is unwrapped. An object that holds neither is one row.
 * @throws Error over 64 MiB, or when it is no JSON object
 */
export async function* objectLines(bytes: Bytes): Chunks {
  if (bytes.byteLength > MAX_WHOLE_BYTES) throw new Error('a JSON object is read whole and may have 64 MiB; write it as JSON lines')
  const parts: Uint8Array[] = []
  for await (const chunk of chunksOf(bytes)) parts.push(chunk)
  const value: unknown = JSON.parse(await new Blob(parts as BlobPart[]).text())
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no object with rows')
  const encoder = new TextEncoder()
  for (const row of rowsOf(value as Record<string, unknown>)) yield encoder.encode(`${JSON.stringify(row)}\n`) as Uint8Array<ArrayBuffer>
}

function rowsOf(value: Record<string, unknown>): unknown[] {
  const lists = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const tables = lists.filter(([, list]) => list.length > 0 && list.every(isObject))
  const nonEmpty = lists.filter(([, list]) => list.length > 0)
  const unwrapped = (list: unknown[]) => list.map((row) => (isObject(row) && isObject(row.row) ? row.row : row))
  const named = tables.find(([name]) => /^(?:rows|data|records|examples|train|test)$/.test(name)) ?? (tables.length === 1 ? tables[0] : undefined)
  if (named) return unwrapped(named[1])
  const length = nonEmpty[0]?.[1].length
  if (length !== undefined && nonEmpty.length === Object.keys(value).length && nonEmpty.every(([, list]) => list.length === length))
    return Array.from({ length }, (_, i) => Object.fromEntries(nonEmpty.map(([name, list]) => [name, list[i]])))
  if (tables.length > 0) return unwrapped(tables.reduce((a, b) => (b[1].length > a[1].length ? b : a))[1])
  return [value]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
