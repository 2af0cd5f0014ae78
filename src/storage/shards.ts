/** Files of datasets in the origin's private file system: written whole or not at all, read by range. */
import type { Stop } from '../base/stop'
import { bytesOf, type Bytes } from './bytes'
import { ChunkHash } from './sha256'

/** What keeps shards; given as an argument, so that a test can hand in `memoryShards()`. */
export interface Shards {
  /** Writes the chunks one after the other; null when stopped. What was not completed is gone. Throws what the disk threw. */
  write(name: string, chunks: Chunks, onWritten: (doneBytes: number) => void, stop: Stop): Promise<WrittenShard | null>
  /** Null when there is no such shard. */
  read(name: string): Promise<Bytes | null>
  remove(name: string): Promise<void>
  list(): Promise<string[]>
  /** The shard as a file to hand out; null when there is no such shard. */
  file(name: string): Promise<File | Blob | null>
}

export type Chunks = AsyncIterable<Uint8Array<ArrayBuffer>>

export interface WrittenShard {
  readonly sha256: string
  readonly sizeBytes: number
}

/** The bytes from first to last, a few MiB at a time. */
export async function* chunksOf(bytes: Bytes, chunkBytes = CHUNK_BYTES): Chunks {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield new Uint8Array(await bytes.slice(at, Math.min(at + chunkBytes, bytes.byteLength)))
}

const FOLDER = 'datasets'
const CHUNK_BYTES = 4 * 2 ** 20
const FLUSH_BYTES = 32 * 2 ** 20

async function folder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true })
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError'
}

/** Feeds the chunks to `put`; their hash and length, or null when stopped. */
async function take(chunks: Chunks, put: (chunk: Uint8Array<ArrayBuffer>, at: number) => void, onWritten: (doneBytes: number) => void, stop: Stop): Promise<WrittenShard | null> {
  const hash = new ChunkHash()
  let at = 0
  for await (const chunk of chunks) {
    if (stop.aborted) return null
    put(chunk, at)
    hash.update(chunk)
    at += chunk.length
    onWritten(at)
  }
  return stop.aborted ? null : { sha256: await hash.hex(), sizeBytes: at }
}

/** Hash and length of bytes that stay where they are; null when stopped. */
export function hashed(bytes: Bytes, onRead: (doneBytes: number) => void, stop: Stop): Promise<WrittenShard | null> {
  return take(chunksOf(bytes), () => {}, onRead, stop)
}

/** Only a worker may write: a synchronous handle is the one that every browser has. */
const browserShards: Shards = {
  async write(name, chunks, onWritten, stop) {
    const home = await folder()
    const handle = await (await home.getFileHandle(name, { create: true })).createSyncAccessHandle()
    let written: WrittenShard | null = null
    let unflushed = 0
    try {
      handle.truncate(0)
      written = await take(chunks, (chunk, at) => {
        // A flush waits for the disk and blocks this worker; many short waits let it answer in between, one long wait does not.
        if ((unflushed += chunk.length) > FLUSH_BYTES) {
          handle.flush()
          unflushed = 0
        }
        if (handle.write(chunk, { at }) !== chunk.length) throw new DOMException('the disk took only part of it', 'QuotaExceededError')
      }, onWritten, stop)
      handle.flush()
      return written
    } catch (error) {
      written = null
      throw error
    } finally {
      handle.close()
      if (!written) await home.removeEntry(name).catch(() => {})
    }
  },
  async read(name) {
    try {
      // A plain file, not a synchronous handle: that one would lock other tabs and the trainer out.
      return bytesOf(await (await (await folder()).getFileHandle(name)).getFile())
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  },
  async remove(name) {
    await (await folder()).removeEntry(name).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  },
  async list() {
    const names: string[] = []
    for await (const name of (await folder()).keys()) names.push(name)
    return names
  },
  async file(name) {
    try {
      return await (await (await folder()).getFileHandle(name)).getFile()
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  },
}

export function openShards(): Shards {
  return browserShards
}

/** Shards in memory, for tests. @param failAt bytes after which the disk is full */
export function memoryShards(failAt = Infinity): Shards {
  const files = new Map<string, Blob>()
  return {
    async write(name, chunks, onWritten, stop) {
      const parts: Uint8Array<ArrayBuffer>[] = []
      const written = await take(chunks, (chunk, at) => {
        if (at + chunk.length > failAt) throw new DOMException('', 'QuotaExceededError')
        parts.push(chunk)
      }, onWritten, stop)
      if (written) files.set(name, new Blob(parts))
      return written
    },
    read: async (name) => {
      const blob = files.get(name)
      return blob ? bytesOf(blob) : null
    },
    remove: async (name) => void files.delete(name),
    list: async () => [...files.keys()],
    file: async (name) => files.get(name) ?? null,
  }
}
