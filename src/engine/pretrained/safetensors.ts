/** safetensors files read tensor by tensor, in pieces: the file is never in memory as a whole. */
import { fail, ok, type Result } from '../../base/result'
import { neverStop, type Stop } from '../../base/stop'
import type { ByteSource } from './byteSource'
import { firstNonFinite, isWeightDtype, ITEM_BYTES, toFloat32, type WeightDtype } from './dtype'
import { headerFault, headerLength, LENGTH_BYTES, parseHeader, shown, type HeaderFault, type TensorEntry } from './safetensorsHeader'

export interface SafetensorsFile {
  readonly name: string
  readonly source: ByteSource
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: ReadonlyMap<string, string>
}

export type ReadFault = 'truncated' | 'unsupportedDtype' | 'notFinite' | 'cancelled'

/** Whole tensors of any of the three formats fit a piece of this many bytes evenly. */
const PIECE_BYTES = 4 * 2 ** 20

/** Reads and checks the header. */
export async function openSafetensors(source: ByteSource, name: string): Promise<Result<SafetensorsFile, HeaderFault>> {
  const length = headerLength(new Uint8Array(await source.slice(0, Math.min(LENGTH_BYTES, source.size))), source.size, name)
  if (!length.ok) return length
  const json = new Uint8Array(await source.slice(LENGTH_BYTES, LENGTH_BYTES + length.value))
  if (json.length !== length.value) return headerFault('truncated', name, 'The file became shorter while its header was read.')
  const header = parseHeader(json, source.size, name)
  return header.ok ? ok({ name, source, ...header.value }) : header
}

/**
 * Hands the numbers of one tensor to `put` as float32, in pieces and in order.
 * Edges: a NaN or an infinity ends it and is named; so does a file that has become shorter; a stop gives `cancelled`.
 * @param put values, and the index of the first of them in the flat tensor
 */
export async function readTensor(
  file: SafetensorsFile,
  entry: TensorEntry,
  put: (values: Float32Array, at: number) => void,
  stop: Stop = neverStop,
  pieceBytes: number = PIECE_BYTES,
): Promise<Result<null, ReadFault>> {
  const where = `\`${file.name}\`, tensor ${shown(entry.name)}`
  if (!isWeightDtype(entry.dtype)) return fail('unsupportedDtype', `Its dtype is ${entry.dtype}; expected F32, F16 or BF16.`, { where, next: 'Convert the model to one of these.' })
  const itemBytes = ITEM_BYTES.get(entry.dtype)!
  for (let start = entry.start; start < entry.end; start += pieceBytes) {
    if (stop.aborted) return fail('cancelled', 'Loading was cancelled.', { where })
    const end = Math.min(start + pieceBytes, entry.end)
    const raw = await file.source.slice(start, end)
    if (raw.byteLength !== end - start) return fail('truncated', 'The file became shorter while it was read.', { where, next: 'Import the model again.' })
    const values = toFloat32(raw, entry.dtype as WeightDtype)
    const at = (start - entry.start) / itemBytes
    const bad = firstNonFinite(values)
    if (bad >= 0) {
      const index = at + bad
      return fail('notFinite', `Element [${coordinates(index, entry.shape).join(', ')}] is ${values[bad]}; expected finite numbers.`, { where, next: 'The weights are damaged, or training diverged: use another checkpoint.' })
    }
    put(values, at)
  }
  return ok(null)
}

function coordinates(index: number, shape: readonly number[]): number[] {
  const at: number[] = []
  let rest = index
  for (let i = shape.length - 1; i >= 0; i--) {
    at.unshift(rest % shape[i]!)
    rest = Math.floor(rest / shape[i]!)
  }
  return at
}

export interface TensorToWrite {
  readonly name: string
  readonly dtype: WeightDtype
  readonly shape: readonly number[]
}

/** The header of a file that holds `tensors` back to back in this order; padded so that the data starts at a multiple of 8. */
export function safetensorsHeader(tensors: readonly TensorToWrite[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } }
  let offset = 0
  for (const { name, dtype, shape } of tensors) {
    const end = offset + shape.reduce((n, d) => n * d, ITEM_BYTES.get(dtype)!)
    header[name] = { dtype, shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const padded = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(0x20, LENGTH_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(json, LENGTH_BYTES)
  return bytes
}
