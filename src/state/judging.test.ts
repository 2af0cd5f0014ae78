import { expect, test } from 'vitest'
import type { JudgeItem } from '../audit/judges/prompt'
import type { Progress } from '../audit/judges/runner'
import { fail, ok } from '../base/result'
import type { LoadedModel } from '../../workers/engine/protocolModels'
import type { JudgeApi, JudgeRunRecord, NewRun, OnJudged } from '../../workers/judge/protocol'
import { createJudging } from './judging'
import { datasetItems } from './judgingItems'
import { tabJudge } from './tabJudge'

const run: NewRun = {
  judge: 'j', source: { kind: 'table', id: 't', name: 't', mostProofs: null }, endpoint: 'http://localhost:1/v1', model: 'm', plan: { rubrics: [], variants: [], runs: 1, seed: 1 },
  settings: { concurrency: 1, tries: 1, prices: { input: null, output: null }, capUsd: null, mostNewTokens: 8, temperature: 0, firstWordMs: 1, idleMs: 1, totalMs: 1 },
}
const stored: JudgeRunRecord = { schema: 1, id: 'r1', createdAt: 1, calls: 2, ...run }
const progress = (done: number): Progress => ({ total: 2, done, inFlight: 0, requests: done, retries: 0, byCause: {}, promptTokens: 0, completionTokens: 0, usd: null, waitsUntil: null })

function client(over: Partial<JudgeApi> = {}): JudgeApi & { asked: { again: boolean; items: number }[]; cancelled: string[] } {
  const asked: { again: boolean; items: number }[] = []
  const cancelled: string[] = []
  return {
    asked, cancelled, setKey: async () => ok(null), hasKey: async () => false, check: async () => fail('badAddress', 'x'), records: async () => [], remove: async () => {}, ask: async () => fail('worker', 'x'), complete: async () => fail('badAddress', 'x'),
    runs: async () => [{ ...stored, done: 2, verdicts: 1, mendable: 1 }], create: async () => ok(stored), cancel: async (id) => void cancelled.push(id),
    work: async (_id, items, again, onProgress: OnJudged) => { asked.push({ again, items: items.length }); onProgress(progress(1)); return ok({ kind: 'finished' }) },
    ...over,
  }
}
const item: JudgeItem = { proofId: 'p', problemId: 'p', domain: '', solver: 's', attempt: 0, problem: 'x', proof: 'y', reference: null, scheme: null }

test('a run is stored, worked on, and listed again; what is asked of a resume is the proofs of its own source', async () => {
  const api = client()
  const store = createJudging(api, async () => ok([item, item]), () => 5)
  await store.getState().begin(run, [item], 1)
  expect(store.getState()).toMatchObject({ active: null, ended: { runId: 'r1', outcome: { kind: 'finished' } }, failure: null })
  expect(store.getState().runs).toHaveLength(1)
  await store.getState().resume(stored, true)
  expect(api.asked).toEqual([{ again: false, items: 1 }, { again: true, items: 2 }])
})

test('a run that cannot be stored asks nobody; a source that is gone is told', async () => {
  const api = client({ create: async () => fail('storage', 'no room') })
  const store = createJudging(api, async () => fail('noTable', 'gone'), () => 5)
  await store.getState().begin(run, [item], 1)
  expect(store.getState().failure?.what).toBe('no room')
  await store.getState().resume(stored, false)
  expect(store.getState().failure?.what).toBe('gone')
  expect(api.asked).toEqual([])
})

test('one run at a time; a stop goes to the one underway', async () => {
  let finish: () => void = () => {}
  const api = client({ work: () => new Promise((done) => (finish = () => done(ok({ kind: 'stopped' })))) })
  const store = createJudging(api, async () => ok([item]), () => 5)
  const first = store.getState().begin(run, [item], 1)
  await new Promise((r) => setTimeout(r))
  await store.getState().begin(run, [item], 1)
  expect(store.getState().active?.runId).toBe('r1')
  store.getState().cancel()
  expect(api.cancelled).toEqual(['r1'])
  finish()
  await first
  expect(store.getState().ended?.outcome.kind).toBe('stopped')
})

test('rows of a dataset: further proofs of a solver are its next attempts', () => {
  const row = { index: 0, problem: 'p', proof: 'q', solution: 's', rubric: 'r', answer: null, problemId: null, solver: null, source: null, category: null, competition: null, grade: 3, rewardMean: null, rewardStd: null, scores: null, rewards: null, verdict: null, hasReasoning: false }
  const items = datasetItems([{ ...row, problemId: 'X' }, { ...row, index: 1, problemId: 'X' }, { ...row, index: 2 }], 'set')
  expect(items.map((i) => i.proofId)).toEqual(['X|set|0', 'X|set|1', 'row 3|set|0'])
  expect(items[0]).toMatchObject({ reference: 's', scheme: 'r', domain: '' })
})

test('the model in this tab: its end is an answer, its limit is a cut, a prompt without room is told', async () => {
  const model = { modelId: 'm', context: 10, endIds: [0] } as unknown as LoadedModel
  const asked: unknown[] = []
  const text = { prompt: async (_id: string, messages: unknown) => (asked.push(messages), ok({ ids: [1, 2, 3], opensThinking: false })), openStream: async () => ok('s'), pushTokens: async () => '<score>4</score>' }
  const generate = (reason: 'end' | 'length') => ({ generate: async (request: { maxNewTokens: number }) => (asked.push(request.maxNewTokens), ok({ reason, promptTokens: 3, newTokens: 5, promptMs: 1, decodeMs: 1, tokens: [7], logprobs: [0] })) })
  const settings = { mostNewTokens: 100, temperature: 0, seed: 1 }
  const prompt = { system: 'rules', user: 'proof' }
  expect(await tabJudge(model, text as never, generate('end') as never)(prompt, settings)).toEqual({ text: '<score>4</score>', finish: 'stop', promptTokens: 3, completionTokens: 5 })
  expect(await tabJudge(model, text as never, generate('length') as never)(prompt, settings)).toMatchObject({ finish: 'length' })
  expect(asked).toEqual([[{ role: 'user', content: 'rules\n\nproof' }], 7, [{ role: 'user', content: 'rules\n\nproof' }], 7])
  expect(await tabJudge({ ...model, context: 3 }, text as never, generate('end') as never)(prompt, settings)).toMatchObject({ ok: false, kind: 'tooLong' })
})
