import { describe, expect, test } from 'vitest'
import { fail, ok } from '../base/result'
import { neverStop } from '../base/stop'
import { makeSplit } from '../proofs/tinyProofs/dataset'
import { statementText } from '../proofs/tinyProofs/problem'
import { DatasetReader, type DatasetHome } from '../storage/datasets'
import { openDistilStore } from '../storage/distilJobs'
import { importDataset } from '../storage/importDataset'
import { memoryDatabase } from '../storage/memoryDatabase'
import { memoryShards } from '../storage/shards'
import { Distilling } from '../../workers/data/distilling'
import type { DataApi, DistilJob, Teacher } from '../../workers/data/protocol'
import { createDistil } from './distil'
import { teacher, type TeacherDesk } from './teachers'

const problems = makeSplit(6, { train: 12, heldOut: 0 }).train.map(statementText)
const REFERENCE: Teacher = { kind: 'reference', style: 'concise', seed: 1 }
const ENDPOINT: Teacher = { kind: 'endpoint', address: 'http://localhost:8000/v1', model: 'm', temperature: 1, mostNewTokens: 99 }

const nobody: TeacherDesk = {
  sample: () => Promise.resolve(fail('noCheckpoint', 'none')),
  complete: () => Promise.resolve(fail('badAddress', 'none')),
  loadedModel: () => Promise.resolve(null),
  tabOf: () => () => Promise.resolve(fail('stopped', 'none')),
}

/** The data worker's part over memory, with one dataset of tiny proofs. */
async function archive(flags: readonly ('no_train' | 'no_export')[] = []) {
  const home: DatasetHome = { database: memoryDatabase(), shards: memoryShards() }
  const file = new File([problems.map((problem) => `${JSON.stringify({ problem, rubrics: null, source: 'tiny' })}\n`).join('')], 'p.jsonl')
  const stored = await importDataset(home, [file], { id: 'd', name: 'Problems', origin: 'file', now: 1, onProgress: () => {}, stop: neverStop, flags, provenance: { source: 'tiny', revision: 'abc', licence: 'CC0-1.0', packing: [] } })
  if (!stored.ok) throw new Error(stored.what)
  const store = openDistilStore(home.database)
  const part = new Distilling(home, new DatasetReader(home), store, (work) => work(), () => {})
  const api: Pick<DataApi, 'distilItems' | 'distilJobs' | 'distilBegin' | 'distilRows' | 'distilKeep' | 'distilFinish' | 'distilRemove'> = {
    distilItems: (id, limit) => part.items(id, limit), distilJobs: () => part.jobs(), distilBegin: (job) => store.put(job), distilRows: (id) => store.rows(id),
    distilKeep: (id, row) => store.putRow(id, row), distilFinish: (id) => part.finish(id), distilRemove: (id) => store.remove(id),
  }
  return { home, api }
}
const job = (of: Teacher): Omit<DistilJob, 'schema' | 'id' | 'createdAt'> => ({
  name: 'Taught', datasetId: 'd', datasetName: 'Problems', limit: 10, teacher: of, choice: { teacher: 'someone', licence: 'Apache-2.0', lowestGrade: null }, settings: { concurrency: 3, tries: 2 },
})
const surroundings = (desk: TeacherDesk, ended: string[] = []) => ({ desk, endRequests: (id: string) => void ended.push(id), now: () => 5, unit: () => 0 })

describe('a distillation', () => {
  test('ends as a FineProofs-SFT dataset that the trainer reads, with teacher, licence, revision and lineage', async () => {
    const { home, api } = await archive()
    const store = createDistil(api, surroundings(nobody))
    await store.getState().begin(job(REFERENCE))
    expect(store.getState().ended?.end).toEqual({ kind: 'finished' })
    expect(store.getState().jobs).toMatchObject([{ name: 'Taught', done: 10, kept: 10, failed: 0 }])
    const made = await store.getState().finish(store.getState().jobs![0]!.id)
    expect(made).toMatchObject({ schemaId: 'fineproofs-sft', rows: 10, origin: 'derived', flags: [], provenance: { revision: 'abc', licence: 'Apache-2.0', source: 'tiny, taught by someone' }, trainable: { sft: true } })
    expect(made!.lineage!.steps).toEqual(['distilled from someone: 10 of 10 problems kept'])
    const reader = new DatasetReader(home)
    expect(await reader.readRow(made!.id, 3)).toMatchObject({ ok: true, value: { problem: problems[3], grade: 7 } })
    const rows = await reader.trainingRows(made!.id)
    expect(rows.ok && rows.value.every((r) => r.reasoning !== null && r.proof !== null)).toBe(true)
  })

  test('from a dataset for evaluation is refused before anything is asked, with the reason', async () => {
    const { api } = await archive(['no_train'])
    let asked = 0
    const store = createDistil(api, surroundings({ ...nobody, complete: () => (asked++, Promise.resolve(fail('badAddress', 'x'))) }))
    await store.getState().begin(job(ENDPOINT))
    expect(store.getState().failure).toMatchObject({ kind: 'evaluationOnly', what: expect.stringContaining('evaluation only') as string })
    expect([asked, await api.distilJobs()]).toEqual([0, []])
  })

  test('stopped in the middle and resumed asks no problem twice', async () => {
    const { api } = await archive()
    const asked: string[] = []
    const ended: string[] = []
    const desk: TeacherDesk = {
      ...nobody,
      complete: (_, __, ___, prompt) => {
        asked.push(prompt.user)
        if (asked.length === 4) store.getState().cancel()
        return Promise.resolve(ok({ kind: 'reply', reply: { text: 'so.\n</think>\nQed.', reasoning: '', finish: 'stop', promptTokens: 1, completionTokens: 6, error: null, hasLogprobs: false } }))
      },
    }
    const store = createDistil(api, surroundings(desk, ended))
    await store.getState().begin({ ...job(ENDPOINT), settings: { concurrency: 1, tries: 2 } })
    expect(store.getState().ended?.end).toEqual({ kind: 'stopped' })
    expect(ended).toHaveLength(1)
    const [half] = store.getState().jobs!
    expect(half!.done).toBe(3) // the fourth was dropped
    await store.getState().resume(half!, false)
    expect(store.getState().jobs![0]).toMatchObject({ done: 10, kept: 10 })
    const times = new Map<string, number>()
    for (const prompt of asked) times.set(prompt, (times.get(prompt) ?? 0) + 1)
    expect([...times.values()].filter((n) => n > 1)).toEqual([2]) // only the dropped one
  })
})

describe('an endpoint as a teacher', () => {
  const item = { index: 0, problem: 'P', rubric: null, category: null, competition: null, source: null }
  const replies = async (attempt: object) => teacher(ENDPOINT, 'j', { ...nobody, complete: () => Promise.resolve(ok(attempt as never)) }, neverStop)(item)
  const reply = (over: object) => ({ kind: 'reply', reply: { text: '', reasoning: '', finish: 'stop', promptTokens: 1, completionTokens: 6, error: null, hasLogprobs: false, ...over } })

  test.each([
    [reply({ text: 'hm</think> Qed.' }), { kind: 'reply', reasoning: 'hm', proof: 'Qed.', isClosed: true, isTruncated: false, tokens: 6 }],
    [reply({ text: 'Qed.', reasoning: 'hm' }), { kind: 'reply', reasoning: 'hm', proof: 'Qed.', isClosed: true }],
    [reply({ text: '', reasoning: 'hm', finish: 'length' }), { kind: 'reply', proof: '', isClosed: false, isTruncated: true }],
    [reply({ text: 'no thinking' }), { kind: 'reply', proof: '', isClosed: false }],
    [reply({ finish: null }), { kind: 'again' }],
    [{ kind: 'status', status: 429, retryAfterMs: 40, told: 'slow' }, { kind: 'again', waitMs: 40 }],
    [{ kind: 'status', status: 401, retryAfterMs: null, told: 'key' }, { kind: 'refused' }],
    [{ kind: 'status', status: 400, retryAfterMs: null, told: 'long' }, { kind: 'cannot' }],
    [{ kind: 'timeout', told: 'late' }, { kind: 'again' }],
    [{ kind: 'stopped' }, { kind: 'stopped' }],
  ])('%j', async (attempt, expected) => expect(await replies(attempt)).toMatchObject(expected))

  test('a run or a model that is not there refuses all; a strange problem only itself', async () => {
    expect((await teacher({ kind: 'tab', temperature: 1, mostNewTokens: 9, seed: 1 }, 'j', nobody, neverStop)(item)).kind).toBe('refused')
    expect((await teacher({ kind: 'run', runId: 'r', temperature: 1, seed: 1 }, 'j', nobody, neverStop)(item)).kind).toBe('refused')
    expect((await teacher({ kind: 'run', runId: 'r', temperature: 1, seed: 1 }, 'j', { ...nobody, sample: () => Promise.resolve(fail('badProblem', 'x')) }, neverStop)(item)).kind).toBe('cannot')
  })
})
