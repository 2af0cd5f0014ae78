import { expect, test } from 'vitest'
import { fail, ok } from '../base/result'
import { memoryDatabase } from '../storage/memoryDatabase'
import { openProvings } from '../storage/provings'
import type { Proving } from '../../workers/data/protocol'
import { createProving, type ProvingSurroundings } from './proving'
import { parts } from './scaffoldCalls'

const PROBLEM = 'Assume $p$, $p \\to q$. Prove $q$.'
const PROOF = '$q$ by modus ponens. Qed.'
const what: Omit<Proving, 'schema' | 'id' | 'createdAt' | 'answer'> = { problem: PROBLEM, scaffold: 'rc', source: { kind: 'endpoint', address: 'http://localhost:1/v1', model: 'm' }, temperature: 1, mostNewTokens: 99, seed: 1 }

/** A model behind an endpoint that answers every prompt; `before` may stumble or throw. */
function lab(before: (asked: number, prompt: string) => object | null = () => null) {
  const store = openProvings(memoryDatabase())
  const asked: string[] = []
  const archive = { provings: () => store.list(), putProving: store.put, provingReplies: store.replies, keepReply: store.putReply, removeProving: store.remove }
  const surroundings: ProvingSurroundings = {
    desk: {
      complete: (_, __, ___, prompt) => {
        asked.push(prompt.user)
        const other = before(asked.length, prompt.user)
        if (other) return Promise.resolve(ok(other as never))
        const text = prompt.user.startsWith('Summarise') ? 'I derived q.' : `so.\n</think>\n${PROOF}`
        return Promise.resolve(ok({ kind: 'reply', reply: { text, reasoning: '', finish: 'stop', promptTokens: 10, completionTokens: 5, error: null, hasLogprobs: false } }))
      },
      loadedModel: () => Promise.resolve(null), tabOf: () => () => Promise.resolve(fail('stopped', 'x')),
    },
    endRequests: () => {}, now: () => 1, unit: () => 0,
  }
  return { asked, archive, surroundings, proving: createProving(archive, surroundings) }
}

test('the reasoning cache in five calls, with its account and the checker’s grade; the summary goes into the next prompt', async () => {
  const { asked, proving } = lab()
  await proving.getState().begin(what)
  const [done] = proving.getState().all!
  expect(done!.answer).toMatchObject({ proof: PROOF, from: 'turn 3/reason' })
  expect(proving.getState().accounts[done!.id]).toEqual({ calls: 5, mostCalls: 5, inputTokens: 50, outputTokens: 25, score: 7 })
  expect(asked).toHaveLength(5)
  expect(asked[2]).toContain('I derived q.')
  expect(proving.getState()).toMatchObject({ active: null, failure: null })
})

test('killed after any number of calls, a resume in a fresh page repeats none that was answered', async () => {
  for (let end = 1; end <= 5; end++) {
    const one = lab((n) => (n === end + 1 ? { kind: 'status', status: 401, retryAfterMs: null, told: 'key' } : null))
    await one.proving.getState().begin(what)
    if (end < 5) expect(one.proving.getState().failure?.what).toContain('401')
    const fresh = createProving(one.archive, one.surroundings)
    await fresh.getState().list()
    const [half] = fresh.getState().all!
    expect(fresh.getState().accounts[half!.id]).toMatchObject({ calls: end })
    if (end === 5) continue
    await fresh.getState().resume(half!)
    expect(fresh.getState().all![0]!.answer?.proof).toBe(PROOF)
    expect(one.asked).toHaveLength(6) // five answered, one refused
  }
})

test('a stop drops the call underway; a model that is not there says so; a problem of another domain has no score', async () => {
  const one = lab((n) => (n === 2 ? (one.proving.getState().cancel(), null) : null))
  await one.proving.getState().begin(what)
  const [half] = one.proving.getState().all!
  expect([half!.answer, one.proving.getState().accounts[half!.id]!.calls, one.proving.getState().failure]).toEqual([null, 1, null])

  const none = lab()
  await none.proving.getState().begin({ ...what, source: { kind: 'tab', name: 'm' } })
  expect(none.proving.getState().failure?.what).toContain('No model is loaded')

  const other = lab()
  await other.proving.getState().begin({ ...what, problem: 'Show that $2$ is prime.', scaffold: 'single' })
  const [done] = other.proving.getState().all!
  expect(other.proving.getState().accounts[done!.id]).toMatchObject({ calls: 1, score: null })
})

test('a rate limit is waited for', async () => {
  const one = lab((n) => (n === 1 ? { kind: 'status', status: 429, retryAfterMs: 1, told: 'slow' } : null))
  await one.proving.getState().begin({ ...what, scaffold: 'single' })
  expect(one.proving.getState().all![0]!.answer?.proof).toBe(PROOF)
  expect(one.asked).toHaveLength(2)
})

test('thinking and answer of a reply', () => {
  expect(parts('a</think> b', '', false)).toEqual({ reasoning: 'a', content: 'b' })
  expect(parts('b', 'a', false)).toEqual({ reasoning: 'a', content: 'b' })
  expect(parts('answer', '', false)).toEqual({ reasoning: '', content: 'answer' })
  expect(parts('half a thought', '', true)).toEqual({ reasoning: 'half a thought', content: '' })
})
