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

/** A way back to the bytes of a file that is not copied: a file of the researcher's disk, or of the Hub. */
export type ShardPlace =
  | { readonly kind: 'file'; /** Milliseconds since 1970: a file changed since is refused. */ readonly modifiedAt: number }
  | { readonly kind: 'hub'; readonly url: string }

/** A file on its way in. */
export interface Incoming {
  readonly name: string
  readonly bytes: Bytes
  /** Null for bytes that come over the network. */
  readonly blob: Blob | null
  /** Null when it can only be copied. */
  readonly place: ShardPlace | null
  readonly handle: FileSystemFileHandle | null
  /** What its source says of it; null when nothing is said. */
  readonly sha256: string | null
}

/** A dropped or chosen file; with a handle it can be read again later. */
export function incomingFile(file: File, handle: FileSystemFileHandle | null = null): Incoming {
  return { name: file.name, bytes: bytesOf(file), blob: file, place: handle ? { kind: 'file', modifiedAt: file.lastModified } : null, handle, sha256: null }
}
