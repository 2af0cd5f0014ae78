/** Distillations: what was asked of which teacher, and every reply in a record of its own, written before it counts. */
import type { DistilRow, DistilSettings } from '../posttrain/distil/distil'
import type { DistilChoice } from '../posttrain/distil/distilledRows'
import type { ReferenceStyle } from '../posttrain/distil/referenceTeacher'
import { openDatabase, type Database } from './database'

/** Who writes the proofs. Never a key: it is in the memory of a worker alone. */
export type Teacher =
  | { readonly kind: 'reference'; readonly style: ReferenceStyle; readonly seed: number }
  /** The checkpoint of a run of this browser. */
  | { readonly kind: 'run'; readonly runId: string; readonly temperature: number; readonly seed: number }
  /** The pretrained model that is loaded. */
  | { readonly kind: 'tab'; readonly temperature: number; readonly mostNewTokens: number; readonly seed: number }
  | { readonly kind: 'endpoint'; readonly address: string; readonly model: string; readonly temperature: number | null; readonly mostNewTokens: number }

/** @version 1 */
export interface DistilJob {
  readonly schema: 1
  readonly id: string
  /** Name of the dataset to be made. */
  readonly name: string
  readonly datasetId: string
  readonly datasetName: string
  /** Problems, from the first row on. */
  readonly limit: number
  readonly teacher: Teacher
  readonly choice: DistilChoice
  readonly settings: DistilSettings
  readonly createdAt: number
}

export interface DistilStore {
  /** Newest first. */
  list(): Promise<DistilJob[]>
  get(id: string): Promise<DistilJob | null>
  /** Null when stored, else why not. */
  put(job: DistilJob): Promise<string | null>
  rows(id: string): Promise<DistilRow[]>
  /** One strict transaction a row. Null when stored, else why not. */
  putRow(id: string, row: DistilRow): Promise<string | null>
  /** Null when gone, else why not. */
  remove(id: string): Promise<string | null>
}

export function openDistilStore(database: Database = openDatabase()): DistilStore {
  const written = async (...changes: Parameters<Database['write']>) => {
    const result = await database.write(...changes)
    return result.ok ? null : result.what
  }
  return {
    async list() {
      const jobs = await database.values<DistilJob>({ under: ['distil'] })
      return jobs.filter((job) => job.schema === 1).sort((a, b) => b.createdAt - a.createdAt)
    },
    async get(id) {
      const job = await database.get<DistilJob>(['distil', id])
      return job?.schema === 1 ? job : null
    },
    put: (job) => written([{ put: ['distil', job.id], value: job }]),
    rows: (id) => database.values<DistilRow>({ under: ['distilRow', id] }),
    putRow: (id, row) => written([{ put: ['distilRow', id, row.index], value: row }]),
    remove: (id) => written([{ drop: { under: ['distil', id] } }, { drop: { under: ['distilRow', id] } }]),
  }
}
