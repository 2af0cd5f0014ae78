/** Zip archives: what is inside, and one member as a stream. A password is used for the reading and kept nowhere. */
import { fail, ok, type Result } from '../base/result'
import type { Chunks } from './shards'
import { isBomb } from './unpack'

export interface ArchiveMember {
  readonly name: string
  readonly sizeBytes: number
  readonly isEncrypted: boolean
}

export type ArchiveFailure = 'unreadable' | 'empty' | 'password'

/** One member of a zip, and the password when it needs one. */
export interface MemberChoice {
  readonly name: string
  readonly password: string | null
}

const MAX_MEMBERS = 10_000
const READABLE = /\.(?:parquet|jsonl|ndjson|json|csv|tsv)(?:\.(?:gz|zst|zstd))?$/i

async function zip() {
  return import('@zip.js/zip.js/lib/zip-core-native.js').then((module) => {
    module.configure({ useWebWorkers: false }) // this runs in a worker already, and a worker from a blob would be refused
    return module
  })
}

/**
 * The members that the lab can read, in archive order.
 * Edges: members that step out of the archive (`..`, absolute names), repeat a name or lie over one another refuse the
 * whole archive; folders, hidden files and other formats are passed over.
 */
export async function archiveMembers(file: Blob, fileName: string): Promise<Result<readonly ArchiveMember[], ArchiveFailure>> {
  const where = `\`${fileName}\``
  const { BlobReader, ZipReader } = await zip()
  const reader = new ZipReader(new BlobReader(file))
  try {
    const entries = await reader.getEntries()
    if (entries.length > MAX_MEMBERS) throw new Error(`it names ${entries.length} members; 10,000 is the most`)
    const seen = new Set<string>()
    const spans: { start: number; end: number }[] = []
    for (const entry of entries) {
      const name = entry.filename
      if (/(?:^|[\\/])\.\.(?:[\\/]|$)/.test(name) || /^(?:[\\/]|[a-z]:)/i.test(name)) throw new Error(`its member "${name.slice(0, 80)}" leads out of the archive`)
      if (name.split(/[\\/]/).includes('__proto__')) throw new Error('it has a member called "__proto__"')
      if (seen.has(name)) throw new Error(`it names "${name.slice(0, 80)}" twice`)
      seen.add(name)
      spans.push({ start: entry.offset, end: entry.offset + entry.compressedSize })
    }
    spans.sort((a, b) => a.start - b.start)
    if (spans.some((span, i) => i > 0 && span.start < spans[i - 1]!.end)) throw new Error('its members lie over one another')
    const members = entries
      .filter((e) => !e.directory && READABLE.test(e.filename) && !/(?:^|\/)(?:\.|__MACOSX\/)/.test(e.filename))
      .map((e) => ({ name: e.filename, sizeBytes: e.uncompressedSize, isEncrypted: e.encrypted }))
    if (members.length === 0) return fail('empty', `The archive holds ${entries.length} members, none of them parquet, jsonl, json or csv.`, { where, next: 'Choose another file.' })
    return ok(members)
  } catch (error) {
    return fail('unreadable', `The archive is damaged: ${reasonOf(error)}.`, { where, next: 'Download it again.' })
  } finally {
    await reader.close().catch(() => {})
  }
}

/** Why a member could not be read because of its password; thrown by `memberChunks`. */
export class PasswordRefused extends Error {}

/** The bytes of one member, checked against their CRC. @throws PasswordRefused; Error when damaged or a bomb */
export async function* memberChunks(file: Blob, { name, password }: MemberChoice): Chunks {
  const { BlobReader, ZipReader, ERR_ENCRYPTED, ERR_INVALID_PASSWORD } = await zip()
  const reader = new ZipReader(new BlobReader(file))
  const passage = new TransformStream<Uint8Array, Uint8Array>()
  try {
    const entry = (await reader.getEntries()).find((e) => e.filename === name)
    if (!entry || entry.directory) throw new Error(`it has no member "${name}"`)
    const writing = entry.getData(passage.writable, { ...(password === null ? {} : { password }), checkSignature: true, checkPasswordOnly: false })
    writing.catch(() => {}) // heard below, after the readable side has ended
    const out = passage.readable.getReader()
    let done = 0
    for (;;) {
      // A failed writing side may never close the stream, so it is heard as well.
      const part = await Promise.race([out.read(), writing.then(() => new Promise<never>(() => {}))])
      if (part.done) break
      done += part.value.length
      if (isBomb(entry.compressedSize, done)) throw new Error(`its member "${name.slice(0, 80)}" unpacks to over 200 times its size`)
      yield part.value.slice()
    }
    await writing
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === ERR_INVALID_PASSWORD) throw new PasswordRefused('The password does not open it.')
    if (reason === ERR_ENCRYPTED) throw new PasswordRefused('It is protected by a password.')
    throw error
  } finally {
    await reader.close().catch(() => {})
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : String(error)
}
