/** One dropped file as rows: taken out of its archive, unpacked, and turned into JSON lines where it is neither those nor parquet. */
import { archiveMembers, memberChunks, PasswordRefused, type MemberChoice } from './archive'
import type { Bytes, Incoming, RowSource } from './bytes'
import { csvLines, type Cast } from './csvRows'
import { formatOf } from './fileFormat'
import { arrayLines, objectLines } from './jsonRows'
import { indexJsonl, openJsonl, type JsonlIndex } from './jsonl'
import { openParquet } from './parquet'
import { chunksOf, type Chunks, type Shards, type WrittenShard } from './shards'
import { unpacked } from './unpack'
import type { Stop } from '../base/stop'

export interface OpenedPart {
  readonly fileName: string
  readonly shardName: string
  readonly bytes: Bytes
  readonly source: RowSource
  readonly index: JsonlIndex | null
  /** Set when the rows are in the shard already; else they are read from the dropped file. */
  readonly stored: WrittenShard | null
  /** What it was packed in, outermost first. */
  readonly packing: readonly string[]
}

export interface PartOptions {
  readonly shardName: string
  readonly member: MemberChoice | null
  /** Every shard begun is noted here, before its first byte. */
  readonly written: Set<string>
  readonly onProgress: (doneBytes: number, rows: number, text: string) => void
  readonly stop: Stop
}

/** A file that is not taken, with the reason. */
export class PartRefused extends Error {
  constructor(readonly kind: 'empty' | 'unsupported' | 'password', what: string, readonly next: string) {
    super(what)
  }
}

/** A file in a pack in a pack is somebody's mistake or somebody's trap. */
const MAX_LAYERS = 3

/** Null when stopped. @throws PartRefused, or Error with what is damaged */
export async function openPart(shards: Shards, file: Incoming, { shardName, member, written, onProgress, stop }: PartOptions): Promise<OpenedPart | null> {
  let { bytes } = file
  let fileName = file.name
  let stored: WrittenShard | null = null
  let name = shardName
  let casts: (() => Readonly<Record<string, Cast>>) | null = null
  const packing: string[] = []

  /** Writes what comes out of the present layer as a shard of its own, and drops the one it came from. */
  const settle = async (chunks: Chunks, text: string) => {
    const last = stored ? name : null
    name = packing.length === 1 ? shardName : `${shardName}~${packing.length}`
    written.add(name)
    stored = await shards.write(name, chunks, (done) => onProgress(done, 0, text), stop)
    if (stored === null) return false
    if (last !== null) await shards.remove(last)
    const next = await shards.read(name)
    if (!next) throw new Error('the browser has removed it while it was unpacked')
    bytes = next
    return true
  }

  for (;;) {
    if (bytes.byteLength === 0) throw new PartRefused('empty', stored ? 'It unpacks to nothing.' : 'The file has no bytes.', 'Choose another file.')
    const format = await formatOf(bytes, fileName)
    if (typeof format === 'object') throw new PartRefused('unsupported', format.what, format.next ?? '')
    if (format === 'parquet') return { fileName, shardName: name, bytes, source: await openParquet(bytes), index: null, stored, packing }
    if (format === 'jsonl') {
      const found = await indexJsonl(bytes, (done, rows) => onProgress(done, rows, 'Checking'), stop)
      if (stop.aborted) return null
      const index = casts ? cast(found, casts()) : found
      return { fileName, shardName: name, bytes, source: openJsonl(bytes, index), index, stored, packing }
    }
    packing.push(format.replace(/^json .*/, 'json'))
    if (packing.length > MAX_LAYERS) throw new Error('it is packed in more than three layers')
    if (format === 'zip') {
      if (packing.length > 1) throw new Error('it is an archive inside an archive')
      const { blob } = file
      if (!blob) throw new PartRefused('unsupported', 'An archive cannot be read over the network.', 'Download it, and drop it here.')
      const choice = member ?? (await onlyMember(blob, file.name))
      packing[0] = 'zip'
      fileName = choice.name.split('/').at(-1)!
      if (!(await unzip(() => settle(memberChunks(blob, choice), 'Unpacking'), choice))) return null
    } else if (format === 'gzip' || format === 'zstd') {
      fileName = fileName.replace(/\.(?:gz|zst|zstd)$/i, '')
      if (!(await settle(unpacked(bytes, format), 'Unpacking'))) return null
    } else {
      const from = bytes
      const csv = format === 'csv' ? csvLines(chunksOf(from)) : null
      casts = csv?.casts ?? null
      if (!(await settle(csv?.lines ?? (format === 'json array' ? arrayLines(chunksOf(from)) : objectLines(from)), 'Reading'))) return null
      fileName = fileName.replace(/\.(?:csv|tsv|json)$/i, '') + '.jsonl'
      if (bytes.byteLength === 0) throw new PartRefused('empty', 'The file holds no row.', 'Choose another file.')
    }
  }
}

async function onlyMember(blob: Blob, fileName: string): Promise<MemberChoice> {
  const members = await archiveMembers(blob, fileName)
  if (!members.ok) {
    if (members.kind === 'unreadable') throw new Error(members.what.replace(/^The archive is damaged: |\.$/g, ''))
    throw new PartRefused('empty', members.what, members.next ?? '')
  }
  if (members.value.length > 1) throw new PartRefused('unsupported', `The archive holds ${members.value.length} tables.`, 'Choose one of them.')
  return { name: members.value[0]!.name, password: null }
}

async function unzip(work: () => Promise<boolean>, { password }: MemberChoice): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PasswordRefused) throw new PartRefused('password', error.message, 'Type the password that came with the archive.')
    // The old cipher checks one byte of the password only: a wrong one may be found as damage.
    if (password !== null && !(error instanceof DOMException)) throw new PartRefused('password', 'The password does not open it, or the archive is damaged.', 'Type the password anew, or download the archive again.')
    throw error
  }
}

function cast(index: JsonlIndex, casts: Readonly<Record<string, Cast>>): JsonlIndex {
  const types = { number: 'float64', bool: 'bool', json: 'list<json>' } as const
  return { ...index, casts, columns: index.columns.map((c) => (casts[c.name] ? { ...c, type: types[casts[c.name]!] } : c)) }
}
