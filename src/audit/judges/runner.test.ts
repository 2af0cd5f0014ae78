/** The runner against a host that is a script: its own clock, its own endpoint, which may do anything. */
import { describe, expect, test } from 'vitest'
import { judgeCalls } from './calls'
import type { ChatReply } from './chatStream'
import type { JudgeItem } from './prompt'
import { runCalls, type Attempt, type CallRecord, type Progress, type RunnerSettings } from './runner'

const items = Array.from({ length: 12 }, (_, n): JudgeItem => ({ proofId: `P${n}|A|0`, problemId: `P${n}`, domain: '', solver: 'A', attempt: 0, problem: 'p', proof: 'q', reference: null, scheme: null }))
const calls = judgeCalls(items, { rubrics: [{ name: 'expert', text: 't' }], variants: [], runs: 1, seed: 1 })
const settings: RunnerSettings = { concurrency: 4, tries: 4, prices: { input: 1, output: 1 }, capUsd: null }
const reply = (text: string, over: Partial<ChatReply> = {}): Attempt => ({ kind: 'reply', reply: { text, reasoning: '', finish: 'stop', promptTokens: 10, completionTokens: 5, error: null, hasLogprobs: false, ...over } })
const limited = (retryAfterMs: number | null = null): Attempt => ({ kind: 'status', status: 429, retryAfterMs, told: 'slow down' })

/** Time moves only where someone sleeps or a request takes it. */
function host(answer: (proof: string, tries: number, now: number) => Attempt | Promise<Attempt>, over: { onSave?: (r: CallRecord) => string | null } = {}) {
  let clock = 0
  const asked = new Map<string, number>()
  const sentAt: number[] = []
  const saved: CallRecord[] = []
  const progress: Progress[] = []
  let flying = 0
  let most = 0
  return {
    asked, saved, progress, sentAt, most: () => most,
    now: () => clock, unit: () => 0.5, promptHash: () => 'hash',
    progress_: progress,
    async send(call: { item: JudgeItem }): Promise<Attempt> {
      const proof = call.item.proofId
      asked.set(proof, (asked.get(proof) ?? 0) + 1)
      sentAt.push(clock)
      most = Math.max(most, ++flying)
      await Promise.resolve()
      const attempt = await answer(proof, asked.get(proof)!, clock)
      flying--
      return attempt
    },
    async sleep(ms: number) {
      const until = clock + ms
      await Promise.resolve()
      clock = Math.max(clock, until)
    },
    save: async (record: CallRecord) => {
      const fault = over.onSave?.(record) ?? null
      if (fault === null) saved.push(record)
      return fault
    },
  }
}
const withProgress = (h: ReturnType<typeof host>) => ({ ...h, progress: (p: Progress) => void h.progress_.push(p) })

describe('runCalls', () => {
  test('every call once, never more at a time than allowed; tokens and money are counted', async () => {
    const h = host(() => reply('<score>5</score>'))
    expect(await runCalls(calls, [], settings, withProgress(h), { aborted: false })).toEqual({ kind: 'finished' })
    expect([...h.asked.values()]).toEqual(calls.map(() => 1))
    expect(h.most()).toBe(4)
    expect(h.saved.every((r) => r.points === 5 && r.cause === null && r.promptHash === 'hash')).toBe(true)
    expect(h.progress_.at(-1)).toMatchObject({ total: 12, done: 12, inFlight: 0, requests: 12, retries: 0, byCause: { verdict: 12 }, promptTokens: 120, completionTokens: 60, usd: 180 / 1e6 })
  })

  test('a limit holds back every lane for as long as the endpoint asks', async () => {
    const h = host((_, tries, now) => (now < 7000 && tries === 1 ? limited(7000) : reply('<score>1</score>')))
    await runCalls(calls, [], settings, withProgress(h), { aborted: false })
    expect(h.sentAt.filter((at) => at > 0 && at < 7000)).toEqual([])
    expect(h.saved).toHaveLength(12)
    expect(h.progress_.some((p) => p.waitsUntil === 7000)).toBe(true)
    expect(h.progress_.at(-1)!.retries).toBe(4)
  })

  test.each([
    ['always limited', () => limited(), 'rate_limit', 4],
    ['always too slow', (): Attempt => ({ kind: 'timeout', told: 'no word in 60 s' }), 'timeout', 4],
    ['always failing', (): Attempt => ({ kind: 'status', status: 500, retryAfterMs: null, told: 'x' }), 'all_attempts_failed', 4],
    ['always cut', () => reply('<score>7</sc', { finish: null }), 'all_attempts_failed', 4],
    ['cut after a whole verdict', () => reply('<score>7</score>', { finish: null }), 'all_attempts_failed', 4],
    ['an error inside the stream', () => reply('<score>7</score>', { error: 'overloaded' }), 'all_attempts_failed', 4],
    ['refusing this one question', (): Attempt => ({ kind: 'status', status: 400, retryAfterMs: null, told: 'too long' }), 'all_attempts_failed', 1],
    ['without a score', () => reply('Good.'), 'no_score_tag', 1],
    ['out of range', () => reply('<score>9</score>'), 'out_of_range', 1],
    ['at its length limit', () => reply('<score>7</score>', { finish: 'length' }), 'truncated', 1],
    ['filtered', () => reply('', { finish: 'content_filter' }), 'refused', 1],
    ['without a text', (): Attempt => ({ kind: 'noInput', told: 'no proof' }), 'no_input', 0],
  ] as const)('an endpoint that is %s gives null and its cause, never a number', async (_, answer, cause, tries) => {
    const h = host(answer)
    expect(await runCalls(calls.slice(0, 3), [], settings, withProgress(h), { aborted: false })).toEqual({ kind: 'finished' })
    expect(h.saved.map((r) => [r.points, r.cause, r.tries])).toEqual(Array.from({ length: 3 }, () => [null, cause, tries]))
  })

  test('limits and failures mixed are neither', async () => {
    const h = host((_, tries) => (tries % 2 ? limited() : { kind: 'timeout', told: '' }))
    await runCalls(calls.slice(0, 1), [], settings, withProgress(h), { aborted: false })
    expect(h.saved[0]!.cause).toBe('all_attempts_failed')
  })

  test('one bad key ends the run at once, and leaves what was not answered open', async () => {
    const h = host((proof) => (proof === 'P3|A|0' ? { kind: 'status', status: 401, retryAfterMs: null, told: 'bad key' } : reply('<score>3</score>')))
    expect(await runCalls(calls, [], settings, withProgress(h), { aborted: false })).toEqual({ kind: 'refused', status: 401, told: 'bad key' })
    expect(h.saved.some((r) => r.proofId === 'P3|A|0')).toBe(false)
    expect(h.asked.size).toBeLessThan(9)
  })

  test('stopped and resumed, no finished call is asked twice', async () => {
    const stop = { aborted: false }
    const first = host((proof) => {
      if (proof === 'P5|A|0') stop.aborted = true
      return stop.aborted ? { kind: 'stopped' } : reply('<score>2</score>')
    })
    expect(await runCalls(calls, [], settings, withProgress(first), stop)).toEqual({ kind: 'stopped' })
    expect(first.saved.length).toBeGreaterThan(0)
    expect(first.saved.length).toBeLessThan(12)
    const second = host(() => reply('<score>2</score>'))
    expect(await runCalls(calls, first.saved, settings, withProgress(second), { aborted: false })).toEqual({ kind: 'finished' })
    expect([...second.asked.keys()].filter((proof) => first.saved.some((r) => r.proofId === proof))).toEqual([])
    expect([...first.saved, ...second.saved].map((r) => r.proofId).sort()).toEqual(items.map((i) => i.proofId).sort())
    expect(second.progress_.at(-1)).toMatchObject({ done: 12, byCause: { verdict: 12 }, promptTokens: 120 })
  })

  test('the cap: no call begins once it is reached', async () => {
    const h = host(() => reply('<score>2</score>'))
    expect(await runCalls(calls, [], { ...settings, concurrency: 1, capUsd: 45 / 1e6 }, withProgress(h), { aborted: false })).toEqual({ kind: 'capped' })
    expect(h.saved).toHaveLength(3)
  })

  test('a full disk ends the run: a call that is not stored is not done', async () => {
    const h = host(() => reply('<score>2</score>'), { onSave: (r) => (r.proofId === 'P2|A|0' ? 'no room' : null) })
    expect(await runCalls(calls, [], { ...settings, concurrency: 1 }, withProgress(h), { aborted: false })).toEqual({ kind: 'notStored', told: 'no room' })
    expect(h.progress_.at(-1)!.done).toBe(2)
  })
})
