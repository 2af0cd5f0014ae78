/** Judging runs: what was asked of whom, and every answer in a record of its own, written before it counts. */
import type { CallPlan } from '../audit/judges/calls'
import type { CallRecord, RunnerSettings } from '../audit/judges/runner'
import { openDatabase, type Database } from './database'

/** How the judge is asked. */
export interface AskSettings extends RunnerSettings {
  readonly mostNewTokens: number
  /** Null leaves it to the endpoint: some refuse to be told. */
  readonly temperature: number | null
  /** Until the first word, between two words, and in all. */
  readonly firstWordMs: number
  readonly idleMs: number
  readonly totalMs: number
}

/** Never the key: it is in the memory of a worker alone. @version 1 */
export interface JudgeRunRecord {
  readonly schema: 1
  readonly id: string
  /** As the judge stands in the table. */
  readonly judge: string
  readonly source: { readonly kind: 'table' | 'dataset'; readonly id: string; readonly name: string; readonly mostProofs: number | null }
  /** Null for the model in this tab. */
  readonly endpoint: string | null
  readonly model: string
  readonly plan: CallPlan
  readonly settings: AskSettings
  readonly createdAt: number
  readonly calls: number
}

export interface JudgeRunStore {
  /** Newest first. */
  list(): Promise<JudgeRunRecord[]>
  get(id: string): Promise<JudgeRunRecord | null>
  /** Null when stored, else why not. */
  put(run: JudgeRunRecord): Promise<string | null>
  records(id: string): Promise<CallRecord[]>
  /** One strict transaction a call. Null when stored, else why not. */
  putRecord(id: string, record: CallRecord): Promise<string | null>
  remove(id: string): Promise<void>
}

export function openJudgeRuns(database: Database = openDatabase()): JudgeRunStore {
  const written = async (...changes: Parameters<Database['write']>) => {
    const result = await database.write(...changes)
    return result.ok ? null : result.what
  }
  return {
    async list() {
      const runs = await database.values<JudgeRunRecord>({ under: ['judgeRun'] })
      return runs.filter((r) => r.schema === 1).sort((a, b) => b.createdAt - a.createdAt)
    },
    async get(id) {
      const run = await database.get<JudgeRunRecord>(['judgeRun', id])
      return run?.schema === 1 ? run : null
    },
    put: (run) => written([{ put: ['judgeRun', run.id], value: run }]),
    async records(id) {
      const records = await database.values<CallRecord>({ under: ['judgeCall', id] })
      return records.filter((r) => r.schema === 1)
    },
    putRecord: (id, record) => written([{ put: ['judgeCall', id, record.key], value: record }]),
    async remove(id) {
      const fault = await written([{ drop: { under: ['judgeRun', id] } }, { drop: { under: ['judgeCall', id] } }])
      if (fault !== null) throw new Error(fault)
    },
  }
}
