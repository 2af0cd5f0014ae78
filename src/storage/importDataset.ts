/** From a dropped file to a catalogue entry: checked, copied, hashed, then entered with one write. Or nothing at all. */
import { fail, ok, type Failure, type Result } from '../base/result'
import type { Stop } from '../base/stop'
import { recognise } from '../proofs/schemas'
import { columnsFor, taughtColumns, taughtRow, type TaughtRow } from '../proofs/schemas/rows'
import type { Recognised } from '../proofs/schemas/schema'
import { SAMPLE_ROWS, trainability } from '../proofs/schemas/trainable'
import { bytesOf, type Bytes, type RowSource } from './bytes'
import { writeFailure } from './database'
import { listDatasets, type DatasetHome, type DatasetRecord } from './datasets'
import { indexJsonl, openJsonl, type JsonlIndex } from './jsonl'
import { openParquet } from './parquet'

export type ImportFailure =
  | 'unreadable' // truncated, corrupt, wrong magic bytes
  | 'missingColumn'
  | 'wrongType'
  | 'empty'
  | 'unsupported'
  | 'quota'
  | 'cancelled'
  | 'storage'

export interface ImportProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly rows: number
  readonly text: string
}

export interface ImportOptions {
  readonly id: string
  readonly name: string
  readonly origin: DatasetRecord['origin']
  /** Milliseconds since 1970. */
  readonly now: number
  readonly onProgress: (progress: ImportProgress) => void
  readonly stop: Stop
}

/** A failure on its way out of the inside. */
class Refused extends Error {
  constructor(readonly failure: Failure<ImportFailure>) {
    super(failure.what)
  }
}

interface Checked {
  readonly format: DatasetRecord['format']
  readonly source: RowSource
  readonly set: Recognised
  readonly index: JsonlIndex | null
  readonly sample: readonly TaughtRow[]
}

/**
 * The new catalogue entry. The same file dropped again gives the entry that is there.
 * Edges: nothing is stored on any failure or cancel; what was stored before stays.
 */
export async function importDataset(home: DatasetHome, file: File, options: ImportOptions): Promise<Result<DatasetRecord, ImportFailure>> {
  const { id, name, origin, stop, onProgress } = options
  const where = `\`${file.name}\``
  let hasShard = false
  try {
    const bytes = bytesOf(file)
    const checked = await check(bytes, file.name, options)
    if (stop.aborted) return cancelled(where)
    const copied = await onDisk(() =>
      home.shards.write(id, bytes, (doneBytes) => onProgress({ doneBytes, totalBytes: file.size, rows: checked.source.rows, text: 'Storing' }), stop))
    if (!copied) return cancelled(where)
    hasShard = true
    const twin = (await listDatasets(home)).find((d) => d.sha256 === copied.sha256 && d.sizeBytes === file.size && d.origin === origin)
    if (twin) {
      await home.shards.remove(id)
      return ok(twin)
    }
    if (stop.aborted) {
      await home.shards.remove(id)
      return cancelled(where)
    }
    const record: DatasetRecord = {
      schema: 1, id, name, origin, schemaId: checked.set.schema.id, format: checked.format,
      rows: checked.source.rows, rowGroups: checked.source.rowGroups, sizeBytes: file.size, sha256: copied.sha256,
      columns: checked.source.columns, addedAt: options.now,
      trainable: trainability(checked.sample),
      flags: /qed-?_? ?bench/i.test(`${file.name} ${name}`) ? ['no_train'] : [],
    }
    const written = await home.database.write([
      ...(checked.index ? [{ put: ['jsonlIndex', id], value: checked.index }] : []),
      { put: ['dataset', id], value: record },
    ])
    if (written.ok) return ok(record)
    await home.shards.remove(id)
    return { ...written, where }
  } catch (error) {
    if (hasShard) await home.shards.remove(id).catch(() => {})
    if (error instanceof Refused) return { ...error.failure, where }
    return fail('unreadable', `The file is damaged or cut: ${error instanceof Error ? error.message : String(error)}.`, { where, next: 'Download or export it again.' })
  }
}

function cancelled(where: string): Failure<'cancelled'> {
  return fail('cancelled', 'The import was cancelled; nothing was stored.', { where })
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const failure = writeFailure(error)
    throw failure.ok ? error : new Refused(failure)
  }
}

/** Reads the file once without storing it: its columns, every problem and its count, and a sample for training. */
async function check(bytes: Bytes, fileName: string, { onProgress, stop }: ImportOptions): Promise<Checked> {
  const total = bytes.byteLength
  if (total === 0) throw new Refused(fail('empty', 'The file has no bytes.', { next: 'Choose another file.' }))
  const format = await formatOf(bytes, fileName)
  const index = format === 'jsonl' ? await indexJsonl(bytes, (doneBytes, rows) => onProgress({ doneBytes, totalBytes: total, rows, text: 'Checking' }), stop) : null
  const source = index ? openJsonl(bytes, index) : await openParquet(bytes)
  const set = recognise(source.columns)
  if (stop.aborted) return { format, source, set: set.ok ? set.value : emptySet(), index, sample: [] }
  if (source.rows === 0) throw new Refused(fail('empty', 'The file has columns but no row.', { next: 'Choose another file.' }))
  if (!set.ok) throw new Refused(set)
  const sample = await source.read(taughtColumns(set.value), 0, Math.min(SAMPLE_ROWS, source.rows))
  await checkRows(source, set.value, (rows) => onProgress({ doneBytes: Math.round((rows / source.rows) * total), totalBytes: total, rows, text: 'Checking' }), stop)
  return { format, source, set: set.value, index, sample: sample.flatMap((raw) => taughtRow(set.value, raw) ?? []) }
}

function emptySet(): Recognised {
  return { schema: { id: 'fineproofs-sft', name: '', columns: [], grid: [] }, names: {} }
}

/** Decodes the columns that every row must have; the long ones are decoded when they are read. */
async function checkRows(source: RowSource, set: Recognised, onRows: (rows: number) => void, stop: Stop): Promise<void> {
  const columns = columnsFor(set, ['problem', set.schema.id === 'fineproofs-rl' ? 'rubric' : 'category'])
  const problem = set.names.problem!
  let start = 0
  for (const end of source.groupEnds) {
    if (stop.aborted) return
    const rows = await source.read(columns, start, end)
    const bad = rows.findIndex((row) => typeof row[problem] !== 'string' || row[problem] === '')
    if (bad >= 0) throw new Refused(fail('wrongType', `Row ${start + bad + 1} has no text in \`${problem}\`.`, { next: 'Fix or remove that row, then drop the file again.' }))
    start = end
    onRows(end)
  }
}

async function formatOf(bytes: Bytes, fileName: string): Promise<'parquet' | 'jsonl'> {
  const head = new Uint8Array(await bytes.slice(0, Math.min(4096, bytes.byteLength)))
  const magic = String.fromCharCode(...head.slice(0, 4))
  if (magic === 'PAR1' || /\.parquet$/i.test(fileName)) return 'parquet'
  const isPacked = magic.startsWith('PK') || (head[0] === 0x1f && head[1] === 0x8b) || (head[0] === 0x28 && head[1] === 0xb5)
  if (isPacked) throw new Refused(fail('unsupported', 'This is a compressed archive.', { next: 'Unpack it and drop the parquet or jsonl file inside.' }))
  if (magic === 'PARE') throw new Refused(fail('unsupported', 'This parquet file is encrypted.', { next: 'Export it without encryption.' }))
  if (new TextDecoder().decode(head).trimStart().startsWith('{') || /\.(jsonl|ndjson)$/i.test(fileName)) return 'jsonl'
  throw new Refused(fail('unsupported', 'A dataset of proofs is a parquet or a jsonl file; this is neither.', { next: 'Export it as parquet or as one JSON object a line. Grading tables go to Judges.' }))
}
