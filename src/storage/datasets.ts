/** The datasets of this browser: a catalogue in the database, the files as shards beside it. */
import { fail, ok, type Result } from '../base/result'
import type { TrainingRow } from '../posttrain/trainingSet'
import { gridColumns, gridRow, proofRow, readerColumns, reasoningColumns, reasoningOf, taughtColumns, taughtRow, type GridRow, type ProofRow } from '../proofs/schemas/rows'
import { schemaOf } from '../proofs/schemas'
import { roleNames, type ColumnInfo, type Recognised, type SchemaId } from '../proofs/schemas/schema'
import type { Trainable } from '../proofs/schemas/trainable'
import type { RowSource } from './bytes'
import { openDatabase, type Database } from './database'
import { openJsonl, type JsonlIndex } from './jsonl'
import { openParquet } from './parquet'
import { openShards, type Shards } from './shards'

/**
 * One dataset in the catalogue. Rows stay in shards; this record says all that is needed to read them.
 * @version 1
 */
export interface DatasetRecord {
  readonly schema: 1
  readonly id: string
  readonly name: string
  readonly schemaId: SchemaId
  readonly format: 'parquet' | 'jsonl'
  readonly rows: number
  readonly rowGroups: number
  readonly sizeBytes: number
  /** SHA-256 of the file, hex. */
  readonly sha256: string
  readonly columns: readonly ColumnInfo[]
  readonly origin: 'sample' | 'file'
  readonly addedAt: number
  /** Whether the in-tab models can train on it, and if not, why. */
  readonly trainable: Trainable
  /** `no_train`: an evaluation-only file; training refuses it. */
  readonly flags: readonly ('no_train' | 'no_export')[]
}

export type ReadFailure = 'noDataset' | 'unreadable'

/** Where datasets live; a test hands in the two fakes. */
export interface DatasetHome {
  readonly database: Database
  readonly shards: Shards
}

export function openDatasetHome(): DatasetHome {
  return { database: openDatabase(), shards: openShards() }
}

/** Samples first, then by the time they came. */
export async function listDatasets({ database }: DatasetHome): Promise<DatasetRecord[]> {
  const records = await database.values<DatasetRecord>({ under: ['dataset'] })
  const rank = (d: DatasetRecord) => (d.origin === 'sample' ? 0 : 1)
  return records.filter((d) => d.schema === 1).sort((a, b) => rank(a) - rank(b) || a.addedAt - b.addedAt)
}

/** The catalogue entry goes first: a shard without one is swept later, an entry without shard would be a lie. */
export async function removeDataset({ database, shards }: DatasetHome, id: string): Promise<void> {
  const record = await database.get<DatasetRecord>(['dataset', id])
  const written = await database.write([
    { drop: { under: ['dataset', id] } },
    { drop: { under: ['jsonlIndex', id] } },
    ...(record?.origin === 'sample' ? [{ put: ['sampleRemoved', id], value: true }] : []),
  ])
  if (!written.ok) throw new Error(written.what)
  await shards.remove(id)
}

/** Removes shards that no catalogue entry names: what an import left behind that was killed. */
export async function sweepShards({ database, shards }: DatasetHome): Promise<string[]> {
  const known = new Set((await database.keys({ under: ['dataset'] })).map((key) => String(key[1])))
  const orphans = (await shards.list()).filter((name) => !known.has(name))
  for (const name of orphans) await shards.remove(name)
  return orphans
}

interface Opened {
  readonly record: DatasetRecord
  readonly source: RowSource
  readonly set: Recognised
}

/** Reads rows of stored datasets; keeps the last few files open, so that paging does not parse footers again. */
export class DatasetReader {
  private readonly opened = new Map<string, Promise<Opened>>()

  constructor(private readonly home: DatasetHome) {}

  forget(id: string): void {
    this.opened.delete(id)
  }

  gridRows(id: string, start: number, end: number): Promise<Result<readonly GridRow[], ReadFailure>> {
    return this.reading(id, async ({ source, set }) => {
      const columns = gridColumns(set)
      const rows = await source.read(columns, Math.max(0, start), Math.min(end, source.rows))
      return rows.map((raw) => gridRow(columns, raw))
    })
  }

  readRow(id: string, index: number): Promise<Result<ProofRow, ReadFailure>> {
    return this.reading(id, async (opened) => proofRow(opened.set, await one(opened, readerColumns(opened.set), index), index))
  }

  readReasoning(id: string, index: number): Promise<Result<string | null, ReadFailure>> {
    return this.reading(id, async (opened) => reasoningOf(opened.set, await one(opened, reasoningColumns(opened.set), index)))
  }

  /** Rows with a problem, from the first on, at most `limit`. */
  trainingRows(id: string, limit = Infinity): Promise<Result<TrainingRow[], ReadFailure>> {
    return this.reading(id, async ({ source, set }) => {
      const rows: TrainingRow[] = []
      let start = 0
      for (const groupEnd of source.groupEnds) {
        if (rows.length >= limit) break
        const end = Math.min(groupEnd, start + limit)
        for (const raw of await source.read(taughtColumns(set), start, end)) {
          const row = taughtRow(set, raw)
          if (row && rows.length < limit) rows.push(row)
        }
        start = groupEnd
      }
      return rows
    })
  }

  private async reading<T>(id: string, read: (opened: Opened) => Promise<T>): Promise<Result<T, ReadFailure>> {
    let name = 'this dataset'
    try {
      const record = await this.home.database.get<DatasetRecord>(['dataset', id])
      if (!record) {
        this.forget(id)
        return fail('noDataset', 'This dataset is not stored in this browser.', { where: 'Datasets', next: 'Choose another one, or drop its file again.' })
      }
      name = `\`${record.name}\``
      return ok(await read(await this.open(record)))
    } catch (error) {
      this.forget(id)
      return fail('unreadable', `The stored file could not be read: ${error instanceof Error ? error.message : String(error)}.`, {
        where: name, next: 'Remove the dataset and drop its file again.',
      })
    }
  }

  private open(record: DatasetRecord): Promise<Opened> {
    const known = this.opened.get(record.id)
    if (known) return known
    for (const id of [...this.opened.keys()].slice(0, -3)) this.opened.delete(id)
    const opening = this.load(record)
    this.opened.set(record.id, opening)
    return opening
  }

  private async load(record: DatasetRecord): Promise<Opened> {
    const bytes = await this.home.shards.read(record.id)
    if (!bytes) throw new Error('the browser has removed it')
    if (bytes.byteLength !== record.sizeBytes) throw new Error(`it has ${bytes.byteLength} bytes where ${record.sizeBytes} were stored`)
    let source: RowSource
    if (record.format === 'parquet') source = await openParquet(bytes)
    else {
      const index = await this.home.database.get<JsonlIndex>(['jsonlIndex', record.id])
      if (!index) throw new Error('its row index is gone')
      source = openJsonl(bytes, index)
    }
    const schema = schemaOf(record.schemaId)
    return { record, source, set: { schema, names: roleNames(schema, record.columns) } }
  }
}

async function one({ source }: Opened, columns: readonly string[], index: number): Promise<Record<string, unknown>> {
  if (!Number.isInteger(index) || index < 0 || index >= source.rows) throw new Error(`it has ${source.rows} rows, none of number ${index + 1}`)
  return (await source.read(columns, index, index + 1))[0]!
}

/** What a trainer reads: rows with a problem, in file order. */
export function readTrainingRows(datasetId: string, options: { readonly limit?: number } = {}, home: DatasetHome = openDatasetHome()): Promise<Result<TrainingRow[], ReadFailure>> {
  return new DatasetReader(home).trainingRows(datasetId, options.limit)
}
