/** Weights on their way into an engine: piece by piece, converted, an adapter merged in, with progress and cancel. */
import { ok, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import type { ParameterSlot } from '../model/parameters'
import { ITEM_BYTES } from './dtype'
import { mergeAdapter, type Adapter } from './lora'
import { readTensor, type ReadFault } from './safetensors'
import type { PlacedTensor } from './weightFiles'

const PIECE_BYTES = 4 * 2 ** 20

export type LoadFault = ReadFault

/**
 * Hands the weights to `put` in layout order, a few MiB at a time and always whole rows of a matrix, so that what is
 * quantised by rows needs no more than the piece in hand. `at` is the index of the first value inside its slot.
 */
export type WeightReader = (put: (slot: ParameterSlot, values: Float32Array, at: number) => void, stop: Stop) => Promise<Result<null, LoadFault>>

/** Bytes of the files that the tensors take. */
export function fileBytes(placed: readonly PlacedTensor[]): number {
  return placed.reduce((n, { entry }) => n + entry.end - entry.start, 0)
}

/**
 * @param adapter merged on the way: W + scale · B · A
 * @param onRead bytes of the files read so far; awaited, which lets a cancel in
 */
export function weightReader(placed: readonly PlacedTensor[], adapter: Adapter | null, onRead: (doneBytes: number) => Promise<void> | void, mostBytes: number = PIECE_BYTES): WeightReader {
  return async (put, stop) => {
    let done = 0
    for (const { slot, file, entry, dtype } of placed) {
      const width = slot.shape.at(-1)!
      const rowBytes = width * ITEM_BYTES.get(dtype)!
      const pieceBytes = Math.max(1, Math.floor(mostBytes / rowBytes)) * rowBytes
      const read = await readTensor(file, entry, (values, at) => {
        if (adapter) mergeAdapter(adapter, slot.name, values, at / width)
        put(slot, values, at)
      }, stop, pieceBytes)
      if (!read.ok) return read
      done += entry.end - entry.start
      await onRead(done)
    }
    return ok(null)
  }
}
