/** Stored training runs: record, metric points, rollouts, attempts of the evaluations, and the one checkpoint that a run can continue from. */
import type { Result } from '../base/result'
import type { Evaluation, EvaluationAttempts, MetricPoint, RolloutStep, RunRecord } from '../posttrain/runRecords'
import { openDatabase, type Change, type Database, type Key } from './database'

/** What one commit adds to a run. */
export interface RunCommit {
  readonly metrics: readonly MetricPoint[]
  readonly rollouts: readonly RolloutStep[]
  /** Attempts of evaluations made since the last commit; those of one label replace the ones before. */
  readonly evaluations?: readonly EvaluationAttempts[]
  /** Replaces the stored checkpoint; null leaves it as it is. */
  readonly checkpoint: Uint8Array | null
  /** The checkpoint that a stage of a recipe ended with: later stages start from it. */
  readonly stageCheckpoint?: { readonly stage: string; readonly bytes: Uint8Array }
}

export interface RunStore {
  /** Oldest first. */
  list(): Promise<RunRecord[]>
  get(id: string): Promise<RunRecord | null>
  /** ONE strict transaction: record, metric points, rollouts, checkpoint. The old checkpoint goes only with it. */
  commit(record: RunRecord, part: RunCommit): Promise<Result<void, 'quota' | 'storage'>>
  /** In step order, one point a step. */
  metrics(id: string): Promise<MetricPoint[]>
  rollouts(id: string, step: number): Promise<RolloutStep | null>
  rolloutSteps(id: string): Promise<number[]>
  /** Null for an evaluation not made, or made before attempts were kept. */
  evaluation(id: string, label: Evaluation['label']): Promise<EvaluationAttempts | null>
  checkpoint(id: string): Promise<Uint8Array | null>
  /** What a stage of a recipe ended with; null for one that has not. */
  stageCheckpoint(id: string, stage: string): Promise<Uint8Array | null>
  /** Drops points and rollouts after `step`: a resumed run writes them again. Throws when it cannot. */
  truncateAfter(id: string, step: number): Promise<void>
  /** Removes a run with all that belongs to it. Throws when it cannot. */
  remove(id: string): Promise<void>
}

/** One value of 127 MiB or more fails in Chromium, whatever the quota. */
const CHUNK_BYTES = 64 * 2 ** 20

interface MetricChunk {
  readonly points: readonly MetricPoint[]
}

/** @version 1 */
interface CheckpointChunk {
  readonly of: number
  readonly bytes: Uint8Array
}

/** The run store of the browser; a test hands in `memoryDatabase()` and a small chunk. */
export function openRunStore(database: Database = openDatabase(), chunkBytes: number = CHUNK_BYTES): RunStore {
  const must = async (changes: readonly Change[]) => {
    const written = await database.write(changes)
    if (!written.ok) throw new Error(written.what)
  }
  const inChunks = (under: Key, whole: Uint8Array): Change[] => {
    const of = Math.max(1, Math.ceil(whole.length / chunkBytes))
    // Copied: a view would be stored with the whole buffer behind it.
    const chunk = (i: number): CheckpointChunk => ({ of, bytes: whole.slice(i * chunkBytes, (i + 1) * chunkBytes) })
    return [{ drop: { under } }, ...Array.from({ length: of }, (_, i): Change => ({ put: [...under, i], value: chunk(i) }))]
  }
  const fromChunks = async (under: Key): Promise<Uint8Array | null> => {
    const chunks = await database.values<CheckpointChunk>({ under })
    if (chunks.length === 0 || chunks.length !== chunks[0]!.of) return null // a damaged profile may have lost a part
    if (chunks.length === 1) return chunks[0]!.bytes
    const whole = new Uint8Array(chunks.reduce((sum, c) => sum + c.bytes.length, 0))
    let at = 0
    for (const { bytes } of chunks) {
      whole.set(bytes, at)
      at += bytes.length
    }
    return whole
  }
  return {
    async list() {
      const records = await database.values<RunRecord>({ under: ['run'] })
      return records.filter((r) => r.schema === 1).sort((a, b) => a.createdAt - b.createdAt)
    },
    async get(id) {
      const record = await database.get<RunRecord>(['run', id])
      return record?.schema === 1 ? record : null
    },
    async commit(record, { metrics, rollouts, evaluations = [], checkpoint, stageCheckpoint }) {
      const changes: Change[] = [{ put: ['run', record.id], value: record }]
      const first = metrics[0]
      if (first) changes.push({ put: ['metrics', record.id, first.step], value: { points: metrics } satisfies MetricChunk })
      for (const step of rollouts) changes.push({ put: ['rollouts', record.id, step.step], value: step })
      for (const attempts of evaluations) changes.push({ put: ['evaluation', record.id, attempts.label], value: attempts })
      if (checkpoint) changes.push(...inChunks(['checkpoint', record.id], checkpoint))
      if (stageCheckpoint) changes.push(...inChunks(['stage', record.id, stageCheckpoint.stage], stageCheckpoint.bytes))
      return database.write(changes)
    },
    async metrics(id) {
      const chunks = await database.values<MetricChunk>({ under: ['metrics', id] })
      // A commit that failed is repeated inside a later one: the later point of a step is the true one.
      const byStep = new Map<number, MetricPoint>()
      for (const { points } of chunks) for (const point of points) byStep.set(point.step, point)
      return [...byStep.values()].sort((a, b) => a.step - b.step)
    },
    async rollouts(id, step) {
      return (await database.get<RolloutStep>(['rollouts', id, step])) ?? null
    },
    async rolloutSteps(id) {
      return (await database.keys({ under: ['rollouts', id] })).map((key) => Number(key[2]))
    },
    async evaluation(id, label) {
      return (await database.get<EvaluationAttempts>(['evaluation', id, label])) ?? null
    },
    checkpoint: (id) => fromChunks(['checkpoint', id]),
    stageCheckpoint: (id, stage) => fromChunks(['stage', id, stage]),
    async truncateAfter(id, step) {
      const changes: Change[] = [
        { drop: { under: ['metrics', id], after: step } },
        { drop: { under: ['rollouts', id], after: step } },
      ]
      const firsts = (await database.keys({ under: ['metrics', id] })).map((key) => Number(key[2])).filter((first) => first <= step)
      for (const first of firsts) {
        const chunk = await database.get<MetricChunk>(['metrics', id, first])
        if (!chunk?.points.some((p) => p.step > step)) continue
        changes.push({ put: ['metrics', id, first], value: { points: chunk.points.filter((p) => p.step <= step) } satisfies MetricChunk })
      }
      await must(changes)
    },
    async remove(id) {
      await must(['run', 'metrics', 'rollouts', 'evaluation', 'checkpoint', 'stage'].map((kind) => ({ drop: { under: [kind, id] } })))
    },
  }
}
