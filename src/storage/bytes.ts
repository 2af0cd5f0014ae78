/** What is read by range, and rows out of it. */
import type { ColumnInfo } from '../proofs/schemas/schema'

/** Bytes that are read by range: a dropped file, a stored shard, or an array in a test. */
export interface Bytes {
  readonly byteLength: number
  slice(start: number, end?: number): Promise<ArrayBuffer>
}

export function bytesOf(blob: Blob): Bytes {
  return { byteLength: blob.size, slice: (start, end) => blob.slice(start, end).arrayBuffer() }
}

/** Rows of a file, read by column and range. Reading throws with the reason. */
export interface RowSource {
  readonly rows: number
  readonly rowGroups: number
  readonly columns: readonly ColumnInfo[]
  /** Ends of the units that are read at once, ascending; the last is `rows`. */
  readonly groupEnds: readonly number[]
  read(columns: readonly string[], start: number, end: number): Promise<Record<string, unknown>[]>
}
