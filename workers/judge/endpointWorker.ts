/**
 * The shell of the judge worker: keys, requests, runs. The only file of the lab that may connect to other origins: the
 * server knows it by its name (`scripts/contentPolicy.ts`) and gives it, and it alone, a wider policy.
 */
import { judgeCalls, type JudgeCall } from '../../src/audit/judges/calls'
import { parseEndpoint, type Endpoint } from '../../src/audit/judges/endpoint'
import { judgePrompt, promptTemplate, type Prompt } from '../../src/audit/judges/prompt'
import { runCalls, type Attempt } from '../../src/audit/judges/runner'
import { isWorthAnotherTry } from '../../src/audit/judges/verdict'
import { fail, ok } from '../../src/base/result'
import { openJudgeRuns, type JudgeRunRecord } from '../../src/storage/judgeRuns'
import { Sha256 } from '../../src/storage/sha256'
import { exposeAlive } from '../alive'
import { askOnce } from './ask'
import { checkup } from './checkup'
import { complete } from './http'
import { chatBody, learn } from './manners'
import type { AskTab, CompletionSettings, JudgeApi, OnJudged } from './protocol'
import { holdsKey, keepKey } from './vault'

const store = openJudgeRuns()
const working = new Map<string, AbortController>()

function hashOf(text: string): string {
  return new Sha256().update(new TextEncoder().encode(text)).hex().slice(0, 16)
}

/** 128 random bits, anew for every call. */
function newFence(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}

async function askEndpoint(endpoint: Endpoint, { model, settings }: JudgeRunRecord, call: JudgeCall, stop: AbortSignal): Promise<Attempt> {
  const prompt = judgePrompt(call.rubric, call.item, newFence())
  if (!prompt.ok) return { kind: 'noInput', told: prompt.what }
  return completion(endpoint, model, prompt.value, settings, stop)
}

async function completion(endpoint: Endpoint, model: string, prompt: Prompt, settings: CompletionSettings, stop: AbortSignal): Promise<Attempt> {
  for (;;) {
    const attempt = await complete(endpoint, chatBody(endpoint.base, model, prompt, settings.mostNewTokens, settings.temperature), settings, stop)
    if (!learn(endpoint.base, model, attempt)) return attempt
  }
}

async function askModelHere(askTab: AskTab, { settings, plan }: JudgeRunRecord, call: JudgeCall, stop: AbortSignal): Promise<Attempt> {
  const prompt = judgePrompt(call.rubric, call.item, newFence())
  if (!prompt.ok) return { kind: 'noInput', told: prompt.what }
  const reply = await askTab(prompt.value, { mostNewTokens: settings.mostNewTokens, temperature: settings.temperature ?? 0, seed: plan.seed + call.run })
  if (stop.aborted) return { kind: 'stopped' }
  if ('ok' in reply) return reply.kind === 'tooLong' ? { kind: 'status', status: 400, retryAfterMs: null, told: reply.what } : { kind: 'network', told: reply.what }
  return { kind: 'reply', reply: { ...reply, reasoning: '', error: null, hasLogprobs: false } }
}

/** Progress at most ten times a second; the last word always. */
function unhurried(onProgress: OnJudged): OnJudged {
  let last = -Infinity
  return (progress) => {
    const now = performance.now()
    if (now - last < 100 && progress.inFlight > 0) return
    last = now
    void onProgress(progress)
  }
}

function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve()
    const wake = () => (clearTimeout(timer), stop.removeEventListener('abort', wake), resolve())
    const timer = setTimeout(wake, ms)
    stop.addEventListener('abort', wake)
  })
}

exposeAlive({
  async setKey(address, key) {
    const endpoint = parseEndpoint(address)
    if (!endpoint.ok) return endpoint
    keepKey(endpoint.value.origin, key.trim())
    return ok(null)
  },

  async hasKey(address) {
    const endpoint = parseEndpoint(address)
    return endpoint.ok && holdsKey(endpoint.value.origin)
  },

  async check(address, model, page) {
    const endpoint = parseEndpoint(address)
    return endpoint.ok ? ok(await checkup(endpoint.value, model, page)) : endpoint
  },

  async ask(job, question) {
    const endpoint = parseEndpoint(question.address)
    if (!endpoint.ok) return endpoint
    const stop = new AbortController()
    working.set(job, stop)
    try {
      return await askOnce(endpoint.value, question, stop.signal)
    } finally {
      working.delete(job)
    }
  },

  async complete(job, address, model, prompt, settings) {
    const endpoint = parseEndpoint(address)
    if (!endpoint.ok) return endpoint
    const stop = working.get(job) ?? new AbortController()
    working.set(job, stop) // several completions share a job: one cancel ends them all
    try {
      return ok(await completion(endpoint.value, model, prompt, settings, stop.signal))
    } finally {
      if (stop.signal.aborted) working.delete(job)
    }
  },

  async runs() {
    return Promise.all((await store.list()).map(async (run) => {
      const records = await store.records(run.id)
      return { ...run, done: records.length, verdicts: records.filter((r) => r.points !== null).length, mendable: records.filter((r) => isWorthAnotherTry(r.cause)).length }
    }))
  },

  records: (runId) => store.records(runId),

  async create(run, calls) {
    if (run.endpoint !== null) {
      const endpoint = parseEndpoint(run.endpoint)
      if (!endpoint.ok) return endpoint
    }
    const record: JudgeRunRecord = { schema: 1, id: crypto.randomUUID(), ...run, createdAt: Date.now(), calls }
    const fault = await store.put(record)
    return fault === null ? ok(record) : fail('storage', fault, { where: 'Judging run', next: 'Free some space, then start again.' })
  },

  async work(runId, items, again, onProgress, askTab) {
    const stop = new AbortController()
    if (working.has(runId)) return fail('busy', 'This run is already underway.')
    working.set(runId, stop) // before the first await, so a cancel sent right behind the start finds it
    try {
      const run = await store.get(runId)
      if (!run) return fail('noRun', 'This browser does not hold the judging run.', { next: 'Start a new one.' })
      const endpoint = run.endpoint === null ? null : parseEndpoint(run.endpoint)
      if (endpoint && !endpoint.ok) return endpoint
      if (!endpoint && !askTab) return fail('noRun', 'No model is loaded in this tab.', { where: run.judge, next: 'Load it in Models, then resume.' })
      const known = (await store.records(runId)).filter((r) => !(again && isWorthAnotherTry(r.cause)))
      const hashes = new Map(run.plan.rubrics.map((rubric) => [rubric.name, hashOf(promptTemplate(rubric))]))
      const heard = unhurried(onProgress)
      // Another tab must not ask the same questions a second time.
      return await navigator.locks.request(`lab-judge-run-${runId}`, { ifAvailable: true }, async (lock) => {
        if (!lock) return fail('busy', 'Another tab works on this run.', { where: run.judge, next: 'Watch it there, or close that tab and resume here.' })
        return ok(await runCalls(judgeCalls(items, run.plan), known, run.settings, {
          send: (call) => (endpoint ? askEndpoint(endpoint.value, run, call, stop.signal) : askModelHere(askTab!, run, call, stop.signal)),
          promptHash: (call) => hashes.get(call.rubric.name)!,
          sleep: (ms) => sleep(ms, stop.signal), now: () => Date.now(), unit: () => Math.random(),
          save: (record) => store.putRecord(runId, record),
          progress: heard,
        }, stop.signal))
      })
    } finally {
      working.delete(runId)
    }
  },

  async cancel(runId) {
    working.get(runId)?.abort()
  },

  async remove(runId) {
    working.get(runId)?.abort()
    await store.remove(runId)
  },
} satisfies JudgeApi)
