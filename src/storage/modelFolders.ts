/** Files of models in the origin's private file system, one folder a model. Only a worker may write. */
import type { Stop } from '../base/stop'
import { chunksOf, type Chunks } from './shards'
import { bytesOf } from './bytes'

/** What keeps model files; given as an argument, so that a test can hand in `memoryFolders()`. */
export interface ModelFolders {
  /** Writes one file; false when stopped. What was not completed is gone. Throws what the disk threw. */
  write(id: string, name: string, chunks: Chunks, onWritten: (doneBytes: number) => void, stop: Stop): Promise<boolean>
  /** Null when there is no such file. */
  file(id: string, name: string): Promise<Blob | null>
  /** The folder with all that is in it. */
  remove(id: string): Promise<void>
  list(): Promise<string[]>
}

const HOME = 'models'

async function home(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(HOME, { create: true })
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError'
}

/** A file as chunks to be written. */
export function fileChunks(file: Blob): Chunks {
  return chunksOf(bytesOf(file))
}

async function feed(chunks: Chunks, put: (chunk: Uint8Array<ArrayBuffer>, at: number) => void, onWritten: (doneBytes: number) => void, stop: Stop): Promise<boolean> {
  let at = 0
  for await (const chunk of chunks) {
    if (stop.aborted) return false
    put(chunk, at)
    at += chunk.length
    onWritten(at)
  }
  return !stop.aborted
}

const browserFolders: ModelFolders = {
  async write(id, name, chunks, onWritten, stop) {
    const folder = await (await home()).getDirectoryHandle(id, { create: true })
    const handle = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle()
    let isWhole = false
    try {
      handle.truncate(0)
      isWhole = await feed(chunks, (chunk, at) => {
        if (handle.write(chunk, { at }) !== chunk.length) throw new DOMException('the disk took only part of it', 'QuotaExceededError')
      }, onWritten, stop)
      handle.flush()
      return isWhole
    } catch (error) {
      isWhole = false
      throw error
    } finally {
      handle.close()
      if (!isWhole) await folder.removeEntry(name).catch(() => {})
    }
  },
  async file(id, name) {
    try {
      // A plain file, not a synchronous handle: that one would lock other tabs and the engine out.
      return await (await (await (await home()).getDirectoryHandle(id)).getFileHandle(name)).getFile()
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  },
  async remove(id) {
    await (await home()).removeEntry(id, { recursive: true }).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  },
  async list() {
    const names: string[] = []
    for await (const name of (await home()).keys()) names.push(name)
    return names
  },
}

export function openModelFolders(): ModelFolders {
  return browserFolders
}

/** Folders in memory, for tests. @param failAt bytes of one file after which the disk is full */
export function memoryFolders(failAt = Infinity): ModelFolders {
  const folders = new Map<string, Map<string, Blob>>()
  return {
    async write(id, name, chunks, onWritten, stop) {
      const parts: Uint8Array<ArrayBuffer>[] = []
      const folder = folders.get(id) ?? new Map<string, Blob>()
      folders.set(id, folder)
      const isWhole = await feed(chunks, (chunk, at) => {
        if (at + chunk.length > failAt) throw new DOMException('', 'QuotaExceededError')
        parts.push(chunk)
      }, onWritten, stop)
      if (isWhole) folder.set(name, new Blob(parts))
      return isWhole
    },
    file: async (id, name) => folders.get(id)?.get(name) ?? null,
    remove: async (id) => void folders.delete(id),
    list: async () => [...folders.keys()],
  }
}
