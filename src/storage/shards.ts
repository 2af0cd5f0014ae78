/** Files of datasets in the origin's private file system: written whole or not at all, read by range. */
import type { Stop } from '../base/stop'
import { bytesOf, type Bytes } from './bytes'
import { Sha256 } from './sha256'

/** What keeps shards; given as an argument, so that a test can hand in `memoryShards()`. */
export interface Shards {
  /** Copies the file; null when stopped. A copy that was not completed is gone. Throws what the disk threw. */
  write(name: string, file: Bytes, onCopied: (doneBytes: number) => void, stop: Stop): Promise<{ readonly sha256: string } | null>
  /** Null when there is no such shard. */
  read(name: string): Promise<Bytes | null>
  remove(name: string): Promise<void>
  list(): Promise<string[]>
}

const FOLDER = 'datasets'
const CHUNK_BYTES = 4 * 2 ** 20

async function folder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true })
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError'
}

/** Feeds `file` to `put` in chunks; its hash, or null when stopped. */
async function copy(file: Bytes, put: (chunk: Uint8Array<ArrayBuffer>, at: number) => void, onCopied: (doneBytes: number) => void, stop: Stop) {
  const hash = new Sha256()
  for (let at = 0; at < file.byteLength; at += CHUNK_BYTES) {
    if (stop.aborted) return null
    const chunk = new Uint8Array(await file.slice(at, Math.min(at + CHUNK_BYTES, file.byteLength)))
    put(chunk, at)
    hash.update(chunk)
    onCopied(at + chunk.length)
  }
  return stop.aborted ? null : { sha256: hash.hex() }
}

/** Only a worker may write: a synchronous handle is the one that every browser has. */
const browserShards: Shards = {
  async write(name, file, onCopied, stop) {
    const home = await folder()
    const handle = await (await home.getFileHandle(name, { create: true })).createSyncAccessHandle()
    let copied: { sha256: string } | null = null
    try {
      handle.truncate(0)
      copied = await copy(file, (chunk, at) => {
        const written = handle.write(chunk, { at })
        if (written !== chunk.length) throw new DOMException('the disk took only part of it', 'QuotaExceededError')
      }, onCopied, stop)
      handle.flush()
      return copied
    } catch (error) {
      copied = null
      throw error
    } finally {
      handle.close()
      if (!copied) await home.removeEntry(name).catch(() => {})
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
}

export function openShards(): Shards {
  return browserShards
}

/** Shards in memory, for tests. @param failAt bytes after which the disk is full */
export function memoryShards(failAt = Infinity): Shards {
  const files = new Map<string, Blob>()
  return {
    async write(name, file, onCopied, stop) {
      const parts: Uint8Array<ArrayBuffer>[] = []
      const copied = await copy(file, (chunk, at) => {
        if (at + chunk.length > failAt) throw new DOMException('', 'QuotaExceededError')
        parts.push(chunk)
      }, onCopied, stop)
      if (copied) files.set(name, new Blob(parts))
      return copied
    },
    read: async (name) => {
      const blob = files.get(name)
      return blob ? bytesOf(blob) : null
    },
    remove: async (name) => void files.delete(name),
    list: async () => [...files.keys()],
  }
}
