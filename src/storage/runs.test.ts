import { expect, test } from 'vitest'
import type { MetricPoint, RolloutStep, RunRecord } from '../posttrain/runRecords'
import { memoryTable } from './memoryTable'
import { runStore } from './runs'

const record = (id: string, step = 0): RunRecord => ({
  schema: 1, id, name: id, sftDatasetId: 'a', sftDatasetName: 'A', rlDatasetId: 'b', rlDatasetName: 'B', heldOutDatasetId: null,
  preset: 'micro', seed: 1, status: 'running', reason: null, backend: 'wasm', adapter: 'none', parameters: 10, step, totalSteps: 20,
  sftSteps: 10, checkpointStep: 0, createdAt: step, updatedAt: 0, evaluations: [],
})
const points = (from: number, to: number, loss = 1): MetricPoint[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ step: from + i, stage: 'sft' as const, values: { loss } }))
const rollout = (step: number): RolloutStep => ({ step, rollouts: [] })

test('what was committed is read back, run by run', async () => {
  const store = runStore(memoryTable())
  await store.commit(record('x', 1), { metrics: points(1, 3), rollouts: [rollout(2), rollout(10)], checkpoint: null })
  await store.commit(record('x', 2), { metrics: points(4, 5), rollouts: [rollout(4)], checkpoint: null })
  await store.commit(record('xy', 3), { metrics: points(1, 1), rollouts: [rollout(1)], checkpoint: null })
  expect((await store.list()).map((r) => r.id)).toEqual(['xy', 'x'])
  expect((await store.get('x'))?.step).toBe(2)
  expect(await store.get('nobody')).toBeNull()
  expect((await store.metrics('x')).map((p) => p.step)).toEqual([1, 2, 3, 4, 5])
  expect(await store.rolloutSteps('x')).toEqual([2, 4, 10])
  expect(await store.rollouts('x', 4)).toEqual(rollout(4))
  expect(await store.rollouts('x', 3)).toBeNull()
})

test.each([1, 4, 5, 9, 64])('a checkpoint of 9 bytes in pieces of %i comes back whole, and replaces the last one', async (pieceBytes) => {
  const store = runStore(memoryTable(), pieceBytes)
  const commit = (bytes: readonly number[]) => store.commit(record('x'), { metrics: [], rollouts: [], checkpoint: Uint8Array.from(bytes) })
  expect(await store.checkpoint('x')).toBeNull()
  await commit([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect([...(await store.checkpoint('x'))!]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  await commit([7])
  expect([...(await store.checkpoint('x'))!]).toEqual([7])
  await store.commit(record('x'), { metrics: [], rollouts: [], checkpoint: null })
  expect([...(await store.checkpoint('x'))!]).toEqual([7])
})

test('a failed commit changes nothing and says why', async () => {
  const table = memoryTable()
  const store = runStore(table)
  await store.commit(record('x', 1), { metrics: points(1, 1), rollouts: [], checkpoint: Uint8Array.of(1) })
  table.failNext = 'quota'
  const result = await store.commit(record('x', 2), { metrics: points(2, 2), rollouts: [rollout(2)], checkpoint: Uint8Array.of(2) })
  expect(result).toMatchObject({ ok: false, kind: 'quota' })
  expect((await store.get('x'))?.step).toBe(1)
  expect((await store.metrics('x')).length).toBe(1)
  expect([...(await store.checkpoint('x'))!]).toEqual([1])
})

test('truncation drops later points, also inside a chunk, and what follows overwrites', async () => {
  const store = runStore(memoryTable())
  await store.commit(record('x'), { metrics: points(1, 4), rollouts: [rollout(3)], checkpoint: null })
  await store.commit(record('x'), { metrics: points(5, 8), rollouts: [rollout(5), rollout(6), rollout(7)], checkpoint: null })
  await store.commit(record('x'), { metrics: points(9, 9), rollouts: [], checkpoint: null })
  await store.commit(record('y'), { metrics: points(9, 9), rollouts: [rollout(9)], checkpoint: null })
  await store.truncateAfter('x', 6)
  expect((await store.metrics('x')).map((p) => p.step)).toEqual([1, 2, 3, 4, 5, 6])
  expect(await store.rolloutSteps('x')).toEqual([3, 5, 6])
  expect(await store.rolloutSteps('y')).toEqual([9])
  await store.commit(record('x'), { metrics: points(7, 8, 2), rollouts: [], checkpoint: null })
  expect((await store.metrics('x')).map((p) => p.values.loss)).toEqual([1, 1, 1, 1, 1, 1, 2, 2])
})

test('removal takes everything of one run and nothing of another', async () => {
  const table = memoryTable()
  const store = runStore(table)
  for (const id of ['x', 'xx']) await store.commit(record(id), { metrics: points(1, 2), rollouts: [rollout(1)], checkpoint: Uint8Array.of(1, 2) })
  await store.remove('x')
  expect(await store.get('x')).toBeNull()
  expect(await store.metrics('x')).toEqual([])
  expect(await store.checkpoint('x')).toBeNull()
  expect(await store.checkpoint('xx')).not.toBeNull()
  expect((await store.metrics('xx')).length).toBe(2)
})
