import { expect, test } from 'vitest'
import type { MetricPoint, RunRecord } from '../posttrain/runRecords'
import { memoryDatabase } from './memoryDatabase'
import { openRunStore } from './runs'

const record = (id: string, step: number): RunRecord => ({
  schema: 1, id, name: id, sftDatasetId: 'd', sftDatasetName: 'D', rlDatasetId: 'd', rlDatasetName: 'D', heldOutDatasetId: null,
  preset: 'micro', seed: 1, status: 'running', reason: null, backend: 'wasm', adapter: 'cpu', parameters: 10, step, totalSteps: 20,
  sftSteps: 5, checkpointStep: step, createdAt: 1, updatedAt: step, evaluations: [],
})
const points = (from: number, to: number, value = 0): MetricPoint[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ step: from + i, stage: 'sft', values: { loss: value } }))
const bytes = (length: number, from: number) => Uint8Array.from({ length }, (_, i) => (from + i) % 256)

test('a commit reads back, with the checkpoint in parts', async () => {
  const runs = openRunStore(memoryDatabase(), 100)
  const saved = bytes(257, 3)
  await runs.commit(record('a', 4), { metrics: points(1, 4), rollouts: [{ step: 2, rollouts: [] }], checkpoint: saved })
  await runs.commit(record('b', 1), { metrics: points(1, 1), rollouts: [], checkpoint: null })
  expect((await runs.list()).map((r) => r.id)).toEqual(['a', 'b'])
  expect((await runs.metrics('a')).map((p) => p.step)).toEqual([1, 2, 3, 4])
  expect(await runs.rolloutSteps('a')).toEqual([2])
  expect(await runs.checkpoint('a')).toEqual(saved)
  expect(await runs.checkpoint('b')).toBeNull()
  await runs.commit(record('a', 5), { metrics: [], rollouts: [], checkpoint: bytes(42, 9) })
  expect(await runs.checkpoint('a')).toEqual(bytes(42, 9)) // no part of the longer one is left
})

test('a failed commit leaves everything as it was, the checkpoint above all', async () => {
  let isFull = false
  const runs = openRunStore(memoryDatabase(() => {
    if (isFull) throw new DOMException('', 'QuotaExceededError')
  }))
  await runs.commit(record('a', 2), { metrics: points(1, 2), rollouts: [], checkpoint: bytes(8, 1) })
  isFull = true
  const refused = await runs.commit(record('a', 3), { metrics: points(3, 3), rollouts: [], checkpoint: bytes(8, 7) })
  expect(refused).toMatchObject({ ok: false, kind: 'quota' })
  expect((await runs.get('a'))?.step).toBe(2)
  expect(await runs.metrics('a')).toHaveLength(2)
  expect(await runs.checkpoint('a')).toEqual(bytes(8, 1))
})

test('truncation cuts inside a chunk, and rewritten steps replace the old ones', async () => {
  const runs = openRunStore(memoryDatabase())
  await runs.commit(record('a', 6), { metrics: points(1, 6), rollouts: [3, 5, 10].map((step) => ({ step, rollouts: [] })), checkpoint: null })
  await runs.commit(record('a', 10), { metrics: points(7, 10), rollouts: [], checkpoint: null })
  await runs.truncateAfter('a', 4)
  expect((await runs.metrics('a')).map((p) => p.step)).toEqual([1, 2, 3, 4])
  expect(await runs.rolloutSteps('a')).toEqual([3])
  await runs.commit(record('a', 6), { metrics: points(5, 6, 9), rollouts: [], checkpoint: null })
  expect((await runs.metrics('a')).map((p) => p.values.loss)).toEqual([0, 0, 0, 0, 9, 9])
})

test('attempts of an evaluation are kept by its label, the latest of it', async () => {
  const runs = openRunStore(memoryDatabase())
  await runs.commit(record('a', 0), { metrics: [], rollouts: [], evaluations: [{ label: 'base', step: 0, rollouts: [] }, { label: 'sft', step: 5, rollouts: [] }], checkpoint: null })
  await runs.commit(record('a', 7), { metrics: [], rollouts: [], evaluations: [{ label: 'sft', step: 7, rollouts: [] }], checkpoint: null })
  expect([await runs.evaluation('a', 'base'), await runs.evaluation('a', 'sft'), await runs.evaluation('a', 'rl')]).toEqual([{ label: 'base', step: 0, rollouts: [] }, { label: 'sft', step: 7, rollouts: [] }, null])
})

test('removal takes one run and all its parts', async () => {
  const database = memoryDatabase()
  const runs = openRunStore(database)
  await runs.commit(record('a', 1), { metrics: points(1, 1), rollouts: [{ step: 1, rollouts: [] }], evaluations: [{ label: 'base', step: 0, rollouts: [] }], checkpoint: bytes(4, 0) })
  await runs.commit(record('ab', 1), { metrics: points(1, 1), rollouts: [], checkpoint: bytes(4, 0) })
  await runs.remove('a')
  expect(await database.keys({ under: [] })).toEqual([['checkpoint', 'ab', 0], ['metrics', 'ab', 1], ['run', 'ab']])
})

test('the checkpoint of each stage stays beside the one to go on from, and goes with the run', async () => {
  const runs = openRunStore(memoryDatabase(), 100)
  await runs.commit(record('a', 4), { metrics: [], rollouts: [], checkpoint: bytes(10, 1), stageCheckpoint: { stage: 'base', bytes: bytes(257, 3) } })
  await runs.commit(record('a', 6), { metrics: [], rollouts: [], checkpoint: bytes(10, 2), stageCheckpoint: { stage: 'sft', bytes: bytes(20, 4) } })
  expect(await runs.stageCheckpoint('a', 'base')).toEqual(bytes(257, 3))
  expect(await runs.stageCheckpoint('a', 'sft')).toEqual(bytes(20, 4))
  expect(await runs.stageCheckpoint('a', 'rl')).toBeNull()
  expect(await runs.checkpoint('a')).toEqual(bytes(10, 2))
  await runs.remove('a')
  expect(await runs.stageCheckpoint('a', 'base')).toBeNull()
})
