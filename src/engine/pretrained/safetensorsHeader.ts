/**
 * The header of a safetensors file, checked before anything is allocated. Files come from anywhere: every rule that the
 * format states is held, and each one broken has a name of its own.
 * @source safetensors README (format); the limits on size and count are ours
 */
import { fail, ok, type Failure, type Result } from '../../base/result'
import { ITEM_BYTES } from './dtype'
import { scanJson } from './jsonScan'

export type HeaderFault =
  | 'truncated' // shorter than it says
  | 'headerTooLarge'
  | 'headerUnreadable' // not UTF-8, not JSON, not an object of objects
  | 'tooDeep'
  | 'tooManyTensors'
  | 'duplicateTensor'
  | 'unknownDtype'
  | 'badShape'
  | 'badOffsets' // not two whole numbers, the first at most the second
  | 'sizeMismatch' // shape × dtype is not the number of bytes
  | 'misaligned'
  | 'outOfRange'
  | 'overlap'
  | 'gap'

export interface TensorEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Bytes [start, end) of the file. */
  readonly start: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: ReadonlyMap<string, string>
}

/** Bytes that give the header's length. */
export const LENGTH_BYTES = 8
const HEADER_LIMIT = 10_000_000
const TENSOR_LIMIT = 10_000
const DIMENSION_LIMIT = 8
const DEPTH_LIMIT = 8

export function headerFault<K extends HeaderFault>(kind: K, file: string, what: string, tensor?: string): Failure<K> {
  const where = tensor === undefined ? `\`${file}\`` : `\`${file}\`, tensor ${shown(tensor)}`
  return fail(kind, what, { where, next: 'Download or export the file again.' })
}

/** A name from a file, short enough for a sentence. */
export function shown(name: string): string {
  return name.length > 120 ? `${name.slice(0, 117)}…` : name
}

/** Bytes of the JSON header, from the first eight bytes of a file of `size` bytes. */
export function headerLength(first: Uint8Array, size: number, file: string): Result<number, HeaderFault> {
  if (first.length < LENGTH_BYTES) return headerFault('truncated', file, `The file is ${size} bytes long, shorter than the 8 bytes that give its header's length.`)
  const length = new DataView(first.buffer, first.byteOffset, first.byteLength).getBigUint64(0, true)
  if (length > BigInt(HEADER_LIMIT)) return headerFault('headerTooLarge', file, `The header claims ${length} bytes; expected at most ${HEADER_LIMIT}.`)
  if (LENGTH_BYTES + Number(length) > size)
    return headerFault('truncated', file, `The header claims ${length} bytes, but the file has only ${size - LENGTH_BYTES} behind its length.`)
  return ok(Number(length))
}

/** @param json the header's bytes @param size of the whole file */
export function parseHeader(json: Uint8Array, size: number, file: string): Result<SafetensorsHeader, HeaderFault> {
  const bad = (what: string) => headerFault('headerUnreadable', file, what)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json)
  } catch {
    return bad('The header is not UTF-8 text.')
  }
  if (!text.startsWith('{')) return bad('The header does not begin with an opening brace.')
  const scan = scanJson(text, DEPTH_LIMIT)
  if (scan.depth > DEPTH_LIMIT) return headerFault('tooDeep', file, `The header nests deeper than ${DEPTH_LIMIT} levels; expected 3.`)
  if (scan.duplicate !== null) return headerFault('duplicateTensor', file, 'The header names this tensor twice; expected once.', scan.duplicate)
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    return bad('The header is not valid JSON.')
  }
  const { __metadata__: meta, ...rest } = header as Record<string, unknown>
  const metadata = readMetadata(meta)
  if (!metadata) return bad('`__metadata__` is not a table of texts.')
  const names = Object.keys(rest)
  if (names.length > TENSOR_LIMIT) return headerFault('tooManyTensors', file, `The header names ${names.length} tensors; expected at most ${TENSOR_LIMIT}.`)

  const body = LENGTH_BYTES + json.length
  const tensors = new Map<string, TensorEntry>()
  for (const name of names) {
    const entry = readEntry(name, rest[name], body, size, file)
    if (!entry.ok) return entry
    tensors.set(name, entry.value)
  }
  const spread = isContiguous([...tensors.values()], body, size, file)
  return spread.ok ? ok({ tensors, metadata }) : spread
}

function readMetadata(meta: unknown): ReadonlyMap<string, string> | null {
  if (meta === undefined) return new Map()
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return null
  const entries = Object.entries(meta)
  return entries.every((e): e is [string, string] => typeof e[1] === 'string') ? new Map(entries) : null
}

function readEntry(name: string, raw: unknown, body: number, size: number, file: string): Result<TensorEntry, HeaderFault> {
  const bad = <K extends HeaderFault>(kind: K, what: string) => headerFault(kind, file, what, name)
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return bad('headerUnreadable', 'Its entry is not a table with dtype, shape and data_offsets.')
  const { dtype, shape, data_offsets: offsets } = raw as Record<string, unknown>
  const itemBytes = typeof dtype === 'string' ? ITEM_BYTES.get(dtype) : undefined
  if (itemBytes === undefined) return bad('unknownDtype', `Its dtype is ${shown(JSON.stringify(dtype) ?? 'missing')}; expected one of ${[...ITEM_BYTES.keys()].join(', ')}.`)
  if (!isWholeNumbers(shape) || shape.length > DIMENSION_LIMIT)
    return bad('badShape', `Its shape is ${shown(JSON.stringify(shape) ?? 'missing')}; expected at most ${DIMENSION_LIMIT} whole numbers.`)
  const bytes = shape.reduce((n, d) => n * d, itemBytes)
  if (!Number.isSafeInteger(bytes)) return bad('badShape', `Its shape [${shape.join(', ')}] has more elements than can be counted.`)
  if (!isWholeNumbers(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    return bad('badOffsets', `Its data_offsets are ${shown(JSON.stringify(offsets) ?? 'missing')}; expected a start and an end behind it.`)
  const [start, end] = offsets as [number, number]
  if (body + end > size) return bad('outOfRange', `Its data ends at byte ${end} of the data; the file has ${size - body}.`)
  if (end - start !== bytes) return bad('sizeMismatch', `Shape [${shape.join(', ')}] of ${dtype as string} takes ${bytes} bytes; its data_offsets span ${end - start}.`)
  if (start % itemBytes !== 0) return bad('misaligned', `Its data starts at byte ${start}; expected a multiple of ${itemBytes} for ${dtype as string}.`)
  return ok({ name, dtype: dtype as string, shape, start: body + start, end: body + end })
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
}

/** The tensors must cover the data without holes, and no byte twice; empty ones may not share a place either. */
function isContiguous(entries: TensorEntry[], body: number, size: number, file: string): Result<null, HeaderFault> {
  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  let at = body
  let before: TensorEntry | null = null
  for (const entry of entries) {
    const isShared = before !== null && before.start === entry.start && before.end === entry.start && entry.end === entry.start
    if (entry.start < at || isShared) return headerFault('overlap', file, `Its data overlaps that of ${shown(before?.name ?? 'the header')}; expected each byte to belong to one tensor.`, entry.name)
    if (entry.start > at) return headerFault('gap', file, `${entry.start - at} bytes before its data belong to no tensor; expected none.`, entry.name)
    at = entry.end
    before = entry
  }
  if (at !== size) return headerFault('gap', file, `${size - at} bytes behind the last tensor belong to none; expected none.`)
  return ok(null)
}
