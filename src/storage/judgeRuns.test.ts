import { expect, test } from 'vitest'
import type { CallRecord } from '../audit/judges/runner'
import { openJudgeRuns, type JudgeRunRecord } from './judgeRuns'
import { memoryDatabase } from './memoryDatabase'

const run = (id: string, createdAt: number): JudgeRunRecord => ({
  schema: 1, id, judge: 'j', source: { kind: 'table', id: 't', name: 't.csv', mostProofs: null }, endpoint: 'http://localhost:1/v1', model: 'm',
  plan: { rubrics: [], variants: [], runs: 1, seed: 1 }, createdAt, calls: 3,
  settings: { concurrency: 1, tries: 1, prices: { input: null, output: null }, capUsd: null, mostNewTokens: 1, temperature: 0, firstWordMs: 1, idleMs: 1, totalMs: 1 },
})
const record = (key: string, points: number | null): CallRecord => ({
  schema: 1, key, proofId: 'p', rubric: 'r', variant: 'original', run: 0, points, cause: points === null ? 'timeout' : null, detail: null, reply: null, tries: 1,
  promptTokens: 1, completionTokens: 1, ms: 1, promptHash: 'h', finishedAt: 1,
})

test('runs and answers are kept apart, an answer that is asked again replaces the old one, removal takes both', async () => {
  const store = openJudgeRuns(memoryDatabase())
  for (const [id, at] of [['a', 1], ['b', 2]] as const) expect(await store.put(run(id, at))).toBeNull()
  for (const key of ['p\u0000r\u0000original\u00000', 'q\u0000r\u0000original\u00000']) expect(await store.putRecord('a', record(key, null))).toBeNull()
  await store.putRecord('b', record('x', 1))
  await store.putRecord('a', record('p\u0000r\u0000original\u00000', 5))
  expect((await store.list()).map((r) => r.id)).toEqual(['b', 'a'])
  expect((await store.records('a')).map((r) => r.points)).toEqual([5, null])
  await store.remove('a')
  expect(await store.get('a')).toBeNull()
  expect(await store.records('a')).toEqual([])
  expect(await store.records('b')).toHaveLength(1)
})

test('a write that fails is told, not thrown away', async () => {
  const store = openJudgeRuns(memoryDatabase(() => { throw new DOMException('full', 'QuotaExceededError') }))
  expect(await store.putRecord('a', record('x', 1))).toMatch(/room/)
})

test('a run of another version is left alone and not shown', async () => {
  const database = memoryDatabase()
  await database.write([{ put: ['judgeRun', 'z'], value: { ...run('z', 1), schema: 2 } }])
  const store = openJudgeRuns(database)
  expect(await store.list()).toEqual([])
  expect(await store.get('z')).toBeNull()
})
