/** A zip written to the disk as it is made: its size costs no memory. Members are stored, not packed: weights do not shrink. */
import type { Stop } from '../base/stop'

export interface ZipMember {
  readonly name: string
  readonly sizeBytes: number
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>>
}

/** Where the zip goes: `write` in order, `close` when whole, `drop` when not. */
export interface ZipSink<T> {
  write(chunk: Uint8Array): Promise<void> | void
  close(): Promise<T>
  drop(): Promise<void>
}

/** From 4 GB on, a member needs the larger form of the format; told beforehand, since members are written in one go. */
const ZIP64_BYTES = 2 ** 32 - 2 ** 16

/**
 * The finished zip, or null when stopped; what was not completed is gone. Throws what a member or the disk threw.
 * @param onWritten bytes of the members so far
 */
export async function writeZip<T>(members: readonly ZipMember[], sink: ZipSink<T>, now: Date, onWritten: (doneBytes: number) => void, stop: Stop): Promise<T | null> {
  const { ZipWriter, configure } = await import('@zip.js/zip.js/lib/zip-core-native.js')
  configure({ useWebWorkers: false }) // this runs in a worker already, and a worker from a blob would be refused
  let done = 0
  try {
    const zip = new ZipWriter(new WritableStream<Uint8Array>({ write: (chunk) => sink.write(chunk) }), { level: 0, lastModDate: now, extendedTimestamp: false })
    for (const { name, sizeBytes, chunks } of members) {
      const source = chunks()[Symbol.asyncIterator]()
      const readable = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (stop.aborted) throw new Stopped()
          const next = await source.next()
          if (next.done) return controller.close()
          controller.enqueue(next.value)
          done += next.value.length
          onWritten(done)
        },
      })
      await zip.add(name, readable, { zip64: sizeBytes > ZIP64_BYTES })
    }
    await zip.close()
    return await sink.close()
  } catch (error) {
    await sink.drop()
    if (stop.aborted) return null
    throw error
  }
}

class Stopped extends Error {}

const FOLDER = 'exports'

/** A file in the origin's private storage. What an earlier export left there goes first: it has been saved, or never will be. */
export async function exportSink(name: string): Promise<ZipSink<File>> {
  const root = await navigator.storage.getDirectory()
  await root.removeEntry(FOLDER, { recursive: true }).catch(() => {})
  const home = await root.getDirectoryHandle(FOLDER, { create: true })
  const handle = await home.getFileHandle(name, { create: true })
  const access = await handle.createSyncAccessHandle()
  let at = 0
  return {
    write(chunk) {
      if (access.write(chunk as Uint8Array<ArrayBuffer>, { at }) !== chunk.length) throw new DOMException('the disk took only part of it', 'QuotaExceededError')
      at += chunk.length
    },
    async close() {
      access.flush()
      access.close()
      return handle.getFile()
    },
    async drop() {
      access.close()
      await home.removeEntry(name).catch(() => {})
    },
  }
}

/** In memory, for tests. */
export function memorySink(): ZipSink<Blob> & { isDropped: boolean } {
  const parts: Uint8Array<ArrayBuffer>[] = []
  return {
    isDropped: false,
    write: (chunk) => void parts.push(new Uint8Array(chunk)),
    close: () => Promise.resolve(new Blob(parts)),
    async drop() {
      this.isDropped = true
    },
  }
}
