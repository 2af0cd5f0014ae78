/** Runs on disk: record, metric points, rollouts and the last checkpoint, changed together or not at all. */
import type { Result } from '../base/result'
import type { MetricPoint, RolloutStep, RunRecord } from '../posttrain/runRecords'
import { openTable, under, type Change, type Table } from './database'

/** What a run adds to its record when it is saved. */
export interface RunCommit {
  readonly metrics: readonly MetricPoint[]
  readonly rollouts: readonly RolloutStep[]
  /** The whole checkpoint; null keeps the one that is stored. */
  readonly checkpoint: Uint8Array | null
}

export interface RunStore {
  /** All runs, newest first. */
  list(): Promise<RunRecord[]>
  get(id: string): Promise<RunRecord | null>
  /** ONE strict transaction: record, metric chunk, rollouts, checkpoint (the old one goes only with it). */
  commit(record: RunRecord, part: RunCommit): Promise<Result<void, 'quota' | 'storage'>>
  /** All points, by ascending step. */
  metrics(id: string): Promise<MetricPoint[]>
  rollouts(id: string, step: number): Promise<RolloutStep | null>
  /** Steps whose rollouts are stored, ascending. */
  rolloutSteps(id: string): Promise<number[]>
  checkpoint(id: string): Promise<Uint8Array | null>
  /** Drops points and rollouts after `step`: a resumed run writes them anew. */
  truncateAfter(id: string, step: number): Promise<void>
  remove(id: string): Promise<void>
}

/** Chromium refuses single values from about 127 MiB on; a piece stays well below. */
const PIECE_BYTES = 64 * 2 ** 20

/**
 * Runs over a table. Keys: ['record', id] · ['metrics', id, first step of the chunk] · ['rollouts', id, step] ·
 * ['checkpoint', id, piece]. Records carry `schema: 1`; one of a later version is left alone and not listed.
 */
export function runStore(table: Table, pieceBytes = PIECE_BYTES): RunStore {
  const metricChunks = async (id: string) => (await table.values(under('metrics', id))) as MetricPoint[][]

  return {
    async list() {
      const records = (await table.values(under('record'))) as RunRecord[]
      return records.filter((r) => r.schema === 1).sort((a, b) => b.createdAt - a.createdAt)
    },

    async get(id) {
      const record = (await table.get(['record', id])) as RunRecord | undefined
      return record?.schema === 1 ? record : null
    },

    commit(record, part) {
      const { id } = record
      const changes: Change[] = [{ put: ['record', id], value: record }]
      const first = part.metrics[0]
      if (first) changes.push({ put: ['metrics', id, first.step], value: part.metrics })
      for (const step of part.rollouts) changes.push({ put: ['rollouts', id, step.step], value: step })
      if (part.checkpoint) {
        changes.push({ remove: under('checkpoint', id) })
        for (let start = 0, piece = 0; start < Math.max(part.checkpoint.length, 1); start += pieceBytes, piece++)
          // slice, not subarray: a view would store the whole buffer with every piece
          changes.push({ put: ['checkpoint', id, piece], value: part.checkpoint.slice(start, start + pieceBytes) })
      }
      return table.write(changes)
    },

    async metrics(id) {
      // A chunk written again after a resume may overlap an older one: the later chunk holds the newer point.
      const byStep = new Map((await metricChunks(id)).flat().map((point) => [point.step, point]))
      return [...byStep.values()].sort((a, b) => a.step - b.step)
    },

    async rollouts(id, step) {
      return ((await table.get(['rollouts', id, step])) as RolloutStep | undefined) ?? null
    },

    async rolloutSteps(id) {
      return (await table.keys(under('rollouts', id))).map((key) => Number(key[2]))
    },

    async checkpoint(id) {
      const pieces = (await table.values(under('checkpoint', id))) as Uint8Array[]
      if (pieces.length === 0) return null
      const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
      let at = 0
      for (const piece of pieces) {
        whole.set(piece, at)
        at += piece.length
      }
      return whole
    },

    async truncateAfter(id, step) {
      const after = (name: string) => ({ from: [name, id, step + 1], to: under(name, id).to })
      const changes: Change[] = [{ remove: after('rollouts') }, { remove: after('metrics') }]
      for (const chunk of await metricChunks(id)) {
        const first = chunk[0]!.step
        if (first <= step && chunk.at(-1)!.step > step) changes.push({ put: ['metrics', id, first], value: chunk.filter((p) => p.step <= step) })
      }
      const written = await table.write(changes)
      if (!written.ok) throw new Error(written.what)
    },

    async remove(id) {
      const written = await table.write(['record', 'metrics', 'rollouts', 'checkpoint'].map((name) => ({ remove: name === 'record' ? [name, id] : under(name, id) })))
      if (!written.ok) throw new Error(written.what)
    },
  }
}

/** The browser's runs. */
export function openRunStore(): RunStore {
  return runStore(openTable('runs'))
}
