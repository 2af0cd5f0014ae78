/** Bytes read by range, so that a file of any size costs no more memory than the piece in hand. */
export interface ByteSource {
  readonly size: number
  /** Bytes [start, end), fewer when the source has become shorter since. Throws what the disk threw. */
  slice(start: number, end: number): Promise<ArrayBuffer>
}

/** A dropped `File`, or one behind a handle. */
export function blobSource(blob: Blob): ByteSource {
  return { size: blob.size, slice: (start, end) => blob.slice(start, end).arrayBuffer() }
}

export function arraySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, slice: (start, end) => Promise.resolve(bytes.slice(start, end).buffer as ArrayBuffer) }
}

/** Files as sources, by the same names. */
export function blobSources(files: ReadonlyMap<string, Blob>): ReadonlyMap<string, ByteSource> {
  return new Map([...files].map(([name, file]) => [name, blobSource(file)]))
}
