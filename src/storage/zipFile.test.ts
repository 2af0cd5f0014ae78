import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js'
import { expect, test } from 'vitest'
import { neverStop } from '../base/stop'
import { memorySink, writeZip, type ZipMember } from './zipFile'

const bytes = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 37) % 251)
const member = (name: string, parts: readonly Uint8Array<ArrayBuffer>[]): ZipMember => ({
  name, sizeBytes: parts.reduce((n, p) => n + p.length, 0),
  async *chunks() { yield* parts },
})
const now = new Date('2026-01-02T03:04:06Z')

test('members come out as they went in, checked against their sums', async () => {
  const seen: number[] = []
  const zip = await writeZip([member('config.json', [bytes(10)]), member('model.safetensors', [bytes(70_000), bytes(30_001)]), member('empty', [])], memorySink(), now, (done) => void seen.push(done), neverStop)
  expect(seen.at(-1)).toBe(100_011)
  const reader = new ZipReader(new BlobReader(zip!))
  const entries = await reader.getEntries()
  expect(entries.map((e) => [e.filename, e.uncompressedSize, e.compressionMethod])).toEqual([['config.json', 10, 0], ['model.safetensors', 100_001, 0], ['empty', 0, 0]])
  const data = await (entries[1] as { getData(w: Uint8ArrayWriter, o: object): Promise<Uint8Array> }).getData(new Uint8ArrayWriter(), { checkSignature: true })
  expect(data).toEqual(Uint8Array.of(...bytes(70_000), ...bytes(30_001)))
})

test('a stop drops what was written', async () => {
  const sink = memorySink()
  const stop = { aborted: false }
  expect(await writeZip([member('a', [bytes(10)]), member('b', [bytes(10)])], sink, now, () => void (stop.aborted = true), stop)).toBeNull()
  expect(sink.isDropped).toBe(true)
})

test('a member that fails, or a full disk, drops it and says why', async () => {
  const sink = memorySink()
  const bad: ZipMember = { name: 'x', sizeBytes: 2, async *chunks() { yield bytes(1); throw new Error('gone') } }
  await expect(writeZip([bad], sink, now, () => {}, neverStop)).rejects.toThrow('gone')
  expect(sink.isDropped).toBe(true)
  const full = { ...memorySink(), write: () => { throw new DOMException('full', 'QuotaExceededError') } }
  await expect(writeZip([member('a', [bytes(10)])], full, now, () => {}, neverStop)).rejects.toThrow('full')
})
