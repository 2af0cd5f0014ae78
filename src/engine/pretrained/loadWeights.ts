/** Weights on their way into an engine: tensor by tensor, converted, an adapter merged in, with progress and cancel. */
import { ok, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import type { ParameterSlot } from '../model/parameters'
import { mergeAdapter, type Adapter } from './lora'
import { readTensor, type ReadFault } from './safetensors'
import type { PlacedTensor } from './weightFiles'

export type LoadFault = ReadFault

/** Hands every slot's values to `put`, in layout order; the array is `put`'s to keep. */
export type WeightReader = (put: (slot: ParameterSlot, values: Float32Array) => void, stop: Stop) => Promise<Result<null, LoadFault>>

/** Bytes of the files that the tensors take. */
export function fileBytes(placed: readonly PlacedTensor[]): number {
  return placed.reduce((n, { entry }) => n + entry.end - entry.start, 0)
}

/**
 * @param adapter merged on the way: W + scale · B · A
 * @param onRead bytes of the files read so far; awaited, which lets a cancel in
 */
export function weightReader(placed: readonly PlacedTensor[], adapter: Adapter | null, onRead: (doneBytes: number) => Promise<void> | void): WeightReader {
  return async (put, stop) => {
    let done = 0
    for (const { slot, file, entry } of placed) {
      const values = new Float32Array(slot.size)
      const read = await readTensor(file, entry, (piece, at) => values.set(piece, at), stop)
      if (!read.ok) return read
      if (adapter) mergeAdapter(adapter, slot.name, values)
      put(slot, values)
      done += entry.end - entry.start
      await onRead(done)
    }
    return ok(null)
  }
}
