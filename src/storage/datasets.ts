/** The datasets of this browser: a catalogue in the database, the files as shards beside it. */
import { fail, ok, type Result } from '../base/result'
import type { TrainingRow } from '../posttrain/trainingSet'
import { proofRow, readerColumns, reasoningColumns, reasoningOf, taughtColumns, taughtRow, type ProofRow } from '../proofs/schemas/rows'
import { schemaOf } from '../proofs/schemas'
import type { Recognised } from '../proofs/schemas/schema'
import type { RowSource } from './bytes'
import { openDatabase, type Database } from './database'
import { openJsonl, type JsonlIndex } from './jsonl'
import { openParquet } from './parquet'
import { joinedSources } from './rowSources'
import { NetworkFailed, type Network } from './hubBytes'
import { browserNetwork, NotAllowed, shardBytes } from './shardPlaces'
import { openShards, type Shards } from './shards'
import { upgraded, type DatasetRecord } from './datasetRecord'

export type { DatasetRecord } from './datasetRecord'

export type ReadFailure = 'noDataset' | 'unreadable' | 'evaluationOnly' | 'noPermission' | 'network'

/** Where datasets live; a test hands in fakes. */
export interface DatasetHome {
  readonly database: Database
  readonly shards: Shards
  /** Asked for shards that were left on the Hub; the browser's own when left out. */
  readonly network?: Network
}

/** @param onHeard is told whenever bytes of the Hub arrive */
export function openDatasetHome(onHeard: () => void = () => {}): DatasetHome {
  return { database: openDatabase(), shards: openShards(), network: browserNetwork(onHeard) }
}

/** Samples first, then by the time they came. */
export async function listDatasets({ database }: DatasetHome): Promise<DatasetRecord[]> {
  const records = (await database.values<DatasetRecord>({ under: ['dataset'] })).flatMap((stored) => upgraded(stored) ?? [])
  const rank = (d: DatasetRecord) => (d.origin === 'sample' ? 0 : 1)
  return records.sort((a, b) => rank(a) - rank(b) || a.addedAt - b.addedAt)
}

export async function getDataset({ database }: DatasetHome, id: string): Promise<DatasetRecord | null> {
  const stored = await database.get<DatasetRecord>(['dataset', id])
  return stored ? upgraded(stored) : null
}

export interface Opened {
  readonly record: DatasetRecord
  readonly source: RowSource
  readonly set: Recognised
}

/** Reads rows of stored datasets; keeps the last few files open, so that paging does not parse footers again. */
export class DatasetReader {
  private readonly opened = new Map<string, Promise<Opened>>()
  /** Datasets whose import is underway. */
  private readonly early = new Map<string, Promise<Opened>>()

  constructor(private readonly home: DatasetHome) {}

  forget(id: string): void {
    this.opened.delete(id)
    this.early.delete(id)
  }

  /** Makes a dataset readable that is not in the catalogue yet. */
  hold(record: DatasetRecord, source: RowSource): void {
    this.early.set(record.id, Promise.resolve(openedOf(record, source)))
  }

  /** Opens the dataset for whoever reads its rows in another way. */
  use<T>(id: string, read: (opened: Opened) => Promise<T>): Promise<Result<T, ReadFailure>> {
    return this.reading(id, read)
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
      const early = this.early.get(id)
      if (early) {
        name = `\`${(await early).record.name}\``
        return ok(await read(await early))
      }
      const record = await getDataset(this.home, id)
      if (!record) {
        this.forget(id)
        return fail('noDataset', 'This dataset is not stored in this browser.', { where: 'Datasets', next: 'Choose another one, or drop its file again.' })
      }
      name = `\`${record.name}\``
      return ok(await read(await this.open(record)))
    } catch (error) {
      this.forget(id)
      if (error instanceof NotAllowed) return fail('noPermission', 'This file is read where it lies, and the browser wants to be asked before it reads it again.', { where: name, next: 'Press Allow reading.' })
      if (error instanceof NetworkFailed) return fail('network', `It is read from the Hub: ${error.message}.`, { where: name, next: 'Try again when you are online.' })
      return fail('unreadable', `The stored file could not be read: ${error instanceof Error ? error.message : String(error)}.`, {
        where: name, next: 'Remove the dataset and drop its file again.',
      })
    }
  }

  private async open(record: DatasetRecord): Promise<Opened> {
    const known = this.opened.get(record.id)
    if (known) return { ...(await known), ...openedOf(record, (await known).source) } // roles may have been set anew
    for (const id of [...this.opened.keys()].slice(0, -3)) this.opened.delete(id)
    const opening = this.load(record)
    this.opened.set(record.id, opening)
    return opening
  }

  private async load(record: DatasetRecord): Promise<Opened> {
    const sources: RowSource[] = []
    for (const shard of record.shards) {
      const bytes = await shardBytes(this.home, shard)
      if (!bytes) throw new Error(`the browser has removed \`${shard.fileName}\``)
      if (bytes.byteLength !== shard.sizeBytes) throw new Error(`\`${shard.fileName}\` has ${bytes.byteLength} bytes where ${shard.sizeBytes} were stored`)
      if (record.format === 'parquet') sources.push(await openParquet(bytes))
      else {
        const index = await this.home.database.get<JsonlIndex>(['jsonlIndex', shard.name])
        if (!index) throw new Error('its row index is gone')
        sources.push(openJsonl(bytes, index))
      }
    }
    return openedOf(record, joinedSources(sources, record.shards.map((s) => s.fileName)))
  }
}

function openedOf(record: DatasetRecord, source: RowSource): Opened {
  return { record, source, set: { schema: schemaOf(record.schemaId), names: record.roles } }
}

async function one({ source }: Opened, columns: readonly string[], index: number): Promise<Record<string, unknown>> {
  if (!Number.isInteger(index) || index < 0 || index >= source.rows) throw new Error(`it has ${source.rows} rows, none of number ${index + 1}`)
  return (await source.read(columns, index, index + 1))[0]!
}

/** What a trainer reads: rows with a problem, in file order. A dataset for evaluation gives none. */
export async function readTrainingRows(datasetId: string, options: { readonly limit?: number } = {}, home: DatasetHome = openDatasetHome()): Promise<Result<TrainingRow[], ReadFailure>> {
  const record = await getDataset(home, datasetId).catch(() => null) // what is wrong with the catalogue is told by the reading
  if (record?.flags.includes('no_train'))
    return fail('evaluationOnly', 'This dataset is for evaluation only: nothing is trained on it.', { where: `\`${record.name}\``, next: 'Choose another one.' })
  return new DatasetReader(home).trainingRows(datasetId, options.limit)
}
