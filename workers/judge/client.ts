/** What the page calls: one judge worker, opened when first needed and replaced when it dies; keys die with it. */
import { proxy } from 'comlink'
import { fail, type Failure } from '../../src/base/result'
import { openWorker, type LabWorker } from '../labWorker'
import type { JudgeApi } from './protocol'

let current: LabWorker<JudgeApi> | null = null

function judgeWorker(): LabWorker<JudgeApi> {
  if (current) return current
  // Literally this form: a URL in a variable builds cleanly and ships no worker.
  const opened = openWorker<JudgeApi>(new Worker(new URL('./endpointWorker.ts', import.meta.url), { type: 'module' }), 'judge')
  current = opened
  opened.died.catch(() => {
    opened.terminate()
    if (current === opened) current = null
  })
  return opened
}

type Answer<Name extends keyof JudgeApi> = Awaited<ReturnType<JudgeApi[Name]>>

/** Comlink spreads a union over its promise; the answer is one value of it. */
function call<Name extends keyof JudgeApi>(_name: Name, ask: (api: LabWorker<JudgeApi>['api']) => Promise<unknown>): Promise<Answer<Name>> {
  const worker = judgeWorker()
  return worker.call(ask(worker.api)) as Promise<Answer<Name>>
}

function died(error: unknown): Failure<'worker'> {
  return fail('worker', `The judge worker ended: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Type the key again and resume: finished calls are kept.' })
}

export const judgeClient: JudgeApi = {
  setKey: (address, key) => call('setKey', (api) => api.setKey(address, key)),
  hasKey: (address) => call('hasKey', (api) => api.hasKey(address)),
  check: (address, model, page) => call('check', (api) => api.check(address, model, page)),
  ask: (job, question) => call('ask', (api) => api.ask(job, question)).catch(died),
  complete: (job, address, model, prompt, settings) => call('complete', (api) => api.complete(job, address, model, prompt, settings)),
  runs: () => call('runs', (api) => api.runs()),
  records: (runId) => call('records', (api) => api.records(runId)),
  create: (run, calls) => call('create', (api) => api.create(run, calls)).catch(died),
  work: (runId, items, again, onProgress, askTab) => call('work', (api) => api.work(runId, items, again, proxy(onProgress), askTab && proxy(askTab))).catch(died),
  cancel: (runId) => call('cancel', (api) => api.cancel(runId)),
  remove: (runId) => call('remove', (api) => api.remove(runId)),
}
