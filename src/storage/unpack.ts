/** Gzip and zstd as streams of chunks. Sizes that a file declares are never believed: output is counted as it comes. */
import { Decompress } from 'fzstd'
import type { Bytes } from './bytes'
import { chunksOf, type Chunks } from './shards'

export type Packing = 'gzip' | 'zstd'

/** Output up to here is never called a bomb. */
const FREE_BYTES = 64 * 2 ** 20
/** Beyond, no text of proofs packs better than this. */
const MAX_RATIO = 200
/** Zstd repeats 128 KiB for every 4 bytes at most: this much input gives at most 128 MiB at once. */
const ZSTD_FEED_BYTES = 4096

/** The unpacked bytes. @throws Error: cut, damaged, or unpacking to over 200 times its size */
export async function* unpacked(bytes: Bytes, packing: Packing): Chunks {
  let done = 0
  for await (const chunk of packing === 'gzip' ? gunzipped(bytes) : unzstd(bytes)) {
    done += chunk.length
    if (isBomb(bytes.byteLength, done)) throw new Error(`it unpacks to over ${MAX_RATIO} times its size and was stopped at ${Math.round(done / 2 ** 20)} MiB`)
    yield chunk
  }
}

/** Whether so much output from so little input is taken for a bomb. */
export function isBomb(packedBytes: number, unpackedBytes: number): boolean {
  return unpackedBytes > FREE_BYTES && unpackedBytes > packedBytes * MAX_RATIO
}

async function* gunzipped(bytes: Bytes): Chunks {
  const feed = chunksOf(bytes, 2 ** 18)
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await feed[Symbol.asyncIterator]().next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value as Uint8Array<ArrayBuffer>
    }
  } catch (error) {
    const reason = error instanceof Error && error.message ? error.message : String(error)
    throw new Error(`its gzip data is damaged or cut (${reason.slice(0, 120)})`)
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function* unzstd(bytes: Bytes): Chunks {
  let ready: Uint8Array[] = []
  const stream = new Decompress((data) => void ready.push(data))
  const fed = async function* () {
    for await (const chunk of chunksOf(bytes, 2 ** 20))
      for (let at = 0; at < chunk.length; at += ZSTD_FEED_BYTES) yield chunk.subarray(at, at + ZSTD_FEED_BYTES)
  }
  let read = 0
  try {
    for await (const part of fed()) {
      read += part.length
      stream.push(part, read === bytes.byteLength)
      for (const chunk of ready) yield chunk.slice() as Uint8Array<ArrayBuffer>
      ready = []
    }
  } catch (error) {
    throw new Error(`its zstd data is damaged or cut (${error instanceof Error ? error.message.slice(0, 120) : String(error)})`)
  }
}
