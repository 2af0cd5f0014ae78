/** From dropped files to a catalogue entry: opened, checked, copied, hashed, then entered with one write. Or nothing at all. */
import { fail, ok, type Failure, type Result } from '../base/result'
import type { Stop } from '../base/stop'
import { recognise, schemaOf } from '../proofs/schemas'
import { taughtColumns, taughtRow } from '../proofs/schemas/rows'
import type { Recognised } from '../proofs/schemas/schema'
import { shardNamed } from '../proofs/schemas/shardNames'
import { isInVocabulary, SAMPLE_ROWS, trainability } from '../proofs/schemas/trainable'
import type { MemberChoice } from './archive'
import { incomingFile, type Incoming, type RowSource } from './bytes'
import { writeFailure } from './database'
import { listDatasets, type DatasetHome } from './datasets'
import { NO_PROVENANCE, placeOf, type DatasetFlag, type DatasetRecord, type Lineage, type ShardRecord } from './datasetRecord'
import { gridColumns } from './datasetTable'
import type { JsonlIndex } from './jsonl'
import { openPart, PartRefused, type OpenedPart } from './openPart'
import { rememberedRoles } from './rememberedRoles'
import { joinedSources } from './rowSources'
import { Sha256 } from './sha256'
import { NetworkFailed } from './hubBytes'
import { chunksOf, hashed, type WrittenShard } from './shards'

export type ImportFailure =
  | 'unreadable' // truncated, corrupt, wrong magic bytes, a bomb
  | 'otherColumns' // shards of different sets
  | 'empty'
  | 'unsupported'
  | 'password' // of a zip: none given, or a wrong one
  | 'network'
  | 'quota'
  | 'cancelled'
  | 'storage'

export interface ImportProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly rows: number
  readonly text: string
}

/** A dataset that can be read while it is still being copied. */
export interface EarlyDataset {
  readonly record: DatasetRecord
  readonly source: RowSource
}

export interface ImportOptions {
  readonly id: string
  readonly name: string
  readonly origin: DatasetRecord['origin']
  /** Milliseconds since 1970. */
  readonly now: number
  readonly onProgress: (progress: ImportProgress) => void
  readonly stop: Stop
  /** Called once the rows can be read, before they are copied. */
  readonly onOpened?: (early: EarlyDataset) => void
  /** `link`: what can be read where it lies is not copied. What has to be unpacked is copied all the same. */
  readonly keep?: 'copy' | 'link'
  /** Of each file, when it is a zip. */
  readonly member?: MemberChoice
  readonly lineage?: Lineage
  readonly flags?: readonly DatasetFlag[]
  readonly provenance?: DatasetRecord['provenance']
  /** Bytes that this site takes up now, for the message on a full disk. */
  readonly usedBytes?: () => Promise<number | null>
}

/** A failure on its way out of the inside. */
class Refused extends Error {
  constructor(readonly failure: Failure<ImportFailure>) {
    super(failure.what)
  }
}

/**
 * The new catalogue entry for the files, the shards of one dataset. The same files dropped again give the entry that is there.
 * Edges: nothing is stored on any failure or cancel; what was stored before stays.
 */
export async function importDataset(home: DatasetHome, given: readonly (File | Incoming)[], options: ImportOptions): Promise<Result<DatasetRecord, ImportFailure>> {
  const { id, origin, stop, onProgress, keep = 'copy' } = options
  const files = given.map((one) => (one instanceof File ? incomingFile(one) : one))
  const where = files.map((f) => `\`${f.name}\``).join(', ')
  const totalBytes = files.reduce((sum, f) => sum + f.bytes.byteLength, 0)
  const written = new Set<string>()
  let copiedBytes = 0
  const give = async (failure: Failure<ImportFailure>): Promise<Failure<ImportFailure>> => {
    for (const name of written) await home.shards.remove(name).catch(() => {}) // an orphan is swept at the next start
    return failure.kind === 'quota' ? { ...(await fullDisk(copiedBytes, totalBytes, options)), where } : { ...failure, where }
  }
  try {
    const parts: OpenedPart[] = []
    for (const [i, file] of files.entries()) {
      const part = await onDisk(() => openPart(home.shards, file, {
        shardName: files.length === 1 ? id : `${id}.${i + 1}`, member: options.member ?? null, written, stop,
        onProgress: (doneBytes, rows, text) => {
          if (text !== 'Checking') copiedBytes = doneBytes
          onProgress({ doneBytes: Math.min(doneBytes, totalBytes), totalBytes, rows, text })
        },
      }))
      if (part === null || stop.aborted) return await give(cancelled())
      parts.push(part)
    }
    const source = join(parts)
    if (source.rows === 0) throw new Refused(fail('empty', 'The file has columns but no row.', { next: 'Choose another file.' }))
    const draft = await describe(home, files, parts, source, options)
    if (stop.aborted) return await give(cancelled())
    options.onOpened?.({ record: draft, source })
    await checkColumns(source, draft, (rows) => onProgress({ doneBytes: Math.round((rows / source.rows) * totalBytes), totalBytes, rows, text: 'Checking' }), stop)

    const shards: ShardRecord[] = []
    const handles: { readonly name: string; readonly handle: FileSystemFileHandle }[] = []
    for (const [i, part] of parts.entries()) {
      const before = shards.reduce((sum, s) => sum + s.sizeBytes, 0)
      const told = (text: string) => (done: number) => onProgress({ doneBytes: before + done, totalBytes, rows: source.rows, text })
      const file = files[i]!
      const place = keep === 'link' && part.stored === null && (file.place?.kind === 'file' || part.index === null) ? file.place : null
      const copy: WrittenShard | null = part.stored ?? (place
        ? file.sha256 !== null ? { sha256: file.sha256, sizeBytes: part.bytes.byteLength } : await hashed(part.bytes, told('Hashing'), stop)
        : await onDisk(() => {
            written.add(part.shardName)
            const onWritten = told(file.blob ? 'Storing' : 'Downloading')
            return home.shards.write(part.shardName, chunksOf(part.bytes), (done) => ((copiedBytes = before + done), onWritten(done)), stop)
          }))
      if (!copy || stop.aborted) return await give(cancelled())
      if (!part.stored && file.sha256 !== null && copy.sha256 !== file.sha256) throw new Error(`its SHA-256 is ${copy.sha256.slice(0, 12)}…, its source says ${file.sha256.slice(0, 12)}…`)
      if (place && file.handle) handles.push({ name: part.shardName, handle: file.handle })
      shards.push({ name: part.shardName, fileName: part.fileName, sizeBytes: copy.sizeBytes, sha256: copy.sha256, rows: part.source.rows, ...(place ? { place } : {}) })
    }
    const record: DatasetRecord = { ...draft, shards, sizeBytes: shards.reduce((sum, s) => sum + s.sizeBytes, 0), sha256: joinedHash(shards) }
    const twin = (await listDatasets(home)).find((d) => d.sha256 === record.sha256 && d.sizeBytes === record.sizeBytes && d.origin === origin && placeOf(d) === placeOf(record))
    if (twin) {
      for (const name of written) await home.shards.remove(name).catch(() => {})
      return ok(twin)
    }
    if (stop.aborted) return await give(cancelled())
    const entered = await home.database.write([
      ...parts.flatMap((part) => (part.index ? [{ put: ['jsonlIndex', part.shardName], value: part.index satisfies JsonlIndex }] : [])),
      ...handles.map(({ name, handle }) => ({ put: ['shardHandle', name], value: handle })),
      { put: ['dataset', id], value: record },
    ])
    return entered.ok ? ok(record) : await give(entered)
  } catch (error) {
    if (error instanceof Refused) return give(error.failure)
    if (error instanceof PartRefused) return give(fail(error.kind, error.message, { next: error.next }))
    if (error instanceof NetworkFailed) return give(fail('network', `The file could not be fetched: ${error.message}.`, { next: 'Try again; or download it and drop it here.' }))
    return give(fail('unreadable', `The file is damaged or cut: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Download or export it again.' }))
  }
}

function join(parts: readonly OpenedPart[]): RowSource {
  try {
    return joinedSources(parts.map((p) => p.source), parts.map((p) => p.fileName))
  } catch (error) {
    throw new Refused(fail('otherColumns', `These files are no shards of one dataset: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Drop them one by one.' }))
  }
}

/** The record as far as it is known before the copy. */
async function describe({ database }: DatasetHome, files: readonly Incoming[], parts: readonly OpenedPart[], source: RowSource, { id, name, origin, now, member, lineage, flags, provenance }: ImportOptions): Promise<DatasetRecord> {
  const recognised = recognise(source.columns)
  const set = { ...recognised, names: (await rememberedRoles(database, source.columns)) ?? recognised.names }
  const packing = [...new Set(parts.flatMap((p) => p.packing))]
  const isProtected = member?.password != null
  const isBenchmark = set.schema.evaluationOnly !== undefined || [name, ...files.map((f) => f.name)].some((n) => /qed-?_? ?bench/i.test(n))
  return {
    schema: 2, id, name, origin, schemaId: set.schema.id, format: parts[0]!.index ? 'jsonl' : 'parquet',
    rows: source.rows, rowGroups: source.rowGroups, sizeBytes: files.reduce((sum, f) => sum + f.bytes.byteLength, 0), sha256: '',
    shards: [], shardsOf: shardNamed(files[0]!.name)?.of ?? null,
    columns: source.columns, roles: set.names, addedAt: now,
    trainable: await trainableOf(source, set),
    flags: flags ?? (isProtected ? ['no_train', 'no_export'] : isBenchmark ? ['no_train'] : []),
    provenance: { ...(provenance ?? NO_PROVENANCE), packing: packing.length > 0 ? packing : (provenance?.packing ?? []) }, lineage: lineage ?? null,
  }
}

/** Judged on the first rows, by their problems where these settle it: the long columns may have to come over the network. */
export async function trainableOf(source: RowSource, set: Recognised): Promise<DatasetRecord['trainable']> {
  if (!set.names.problem) return { sft: false, rl: false, why: 'None of its columns is known to hold the problem.' }
  const sampled = async (columns: readonly string[]) => (await source.read(columns, 0, Math.min(SAMPLE_ROWS, source.rows))).flatMap((raw) => taughtRow(set, raw) ?? [])
  const problems = await sampled([set.names.problem])
  return trainability(problems.every(isInVocabulary) ? await sampled(taughtColumns(set)) : problems)
}

/**
 * Decodes the columns that are always read, of every row, so that damage is found before the copy; the long columns are
 * decoded when they are read. JSON lines were parsed whole as their rows were found.
 */
async function checkColumns(source: RowSource, draft: DatasetRecord, onRows: (rows: number) => void, stop: Stop): Promise<void> {
  if (draft.format === 'jsonl') return
  const columns = gridColumns({ record: draft, source, set: { schema: schemaOf(draft.schemaId), names: draft.roles } })
  let start = 0
  for (const end of source.groupEnds) {
    if (stop.aborted) return
    await source.read(columns.length > 0 ? columns : source.columns.slice(0, 1).map((c) => c.name), start, end)
    start = end
    onRows(end)
  }
}

function joinedHash(shards: readonly ShardRecord[]): string {
  if (shards.length === 1) return shards[0]!.sha256
  const hash = new Sha256()
  for (const shard of shards) hash.update(new TextEncoder().encode(shard.sha256))
  return hash.hex()
}

function cancelled(): Failure<'cancelled'> {
  return fail('cancelled', 'The import was cancelled; nothing was stored.')
}

async function fullDisk(copiedBytes: number, totalBytes: number, { usedBytes }: ImportOptions): Promise<Failure<'quota'>> {
  const used = (await usedBytes?.().catch(() => null)) ?? null
  const already = used === null ? '' : ` This site takes up ${size(used)} now.`
  return fail('quota', `The browser ran out of room: ${size(copiedBytes)} of ${size(totalBytes)} could be written, and were removed again.${already}`, {
    next: 'Delete a dataset or an old run, or free disk space, then drop the file again.',
  })
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const failure = writeFailure(error)
    throw failure.ok || failure.kind === 'storage' ? error : new Refused(failure)
  }
}
