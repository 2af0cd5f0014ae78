/** What the page calls: one models worker, opened when first needed and replaced when it dies or hangs. */
import { proxy } from 'comlink'
import { fail, type Failure, type Result } from '../../src/base/result'
import type { ModelRecord } from '../../src/posttrain/modelRecords'
import { openWorker, type LabWorker } from '../labWorker'
import type { ModelsApi, OnModelProgress } from './protocol'

type ModelsWorker = LabWorker<ModelsApi>

/** An expression of a tokenizer can explode, a template can loop: only ending the worker stops that. */
const TEXT_MS = 8_000
/** An import or an export says something several times a second; a disk may fall silent for a while. */
const SILENCE_MS = 30_000

let current: ModelsWorker | null = null

function modelsWorker(): ModelsWorker {
  if (current) return current
  // Literally this form: a URL in a variable builds cleanly and ships no worker.
  const opened = openWorker<ModelsApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), 'models')
  current = opened
  opened.died.catch(() => {
    opened.terminate()
    if (current === opened) current = null
  })
  return opened
}

function call<T>(ask: (api: ModelsWorker['api']) => Promise<T>): Promise<T> {
  const worker = modelsWorker()
  return worker.call(ask(worker.api)) as Promise<T>
}

/** The answer, or an ended worker when nothing is heard for `ms`. `ask` calls `heard` at each sign of life. */
async function within<T>(ms: number, why: string, ask: (api: ModelsWorker['api'], heard: () => void) => Promise<T>): Promise<T> {
  const worker = modelsWorker()
  let timer: ReturnType<typeof setTimeout> | undefined
  let giveUp: (error: Error) => void = () => {}
  const silence = new Promise<never>((_, reject) => (giveUp = reject))
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (current === worker) current = null
      giveUp(new Error(`${why} for ${ms / 1000} seconds and was given up`))
      setTimeout(() => worker.terminate()) // after the reason above has been heard
    }, ms)
  }
  try {
    await worker.call(worker.api.cancel('')) // its code is loaded from here on
    heard()
    return await Promise.race([silence, worker.call(ask(worker.api, heard)) as Promise<T>])
  } finally {
    clearTimeout(timer)
  }
}

function ended(error: unknown): Failure<'worker'> {
  return fail('worker', `${error instanceof Error ? error.message : String(error)}.`, { where: 'Models', next: 'Try again: it starts anew, and what is stored is still there.' })
}

function text<T, K extends string>(ask: (api: ModelsWorker['api']) => Promise<Result<T, K>>): Promise<Result<T, K | 'worker'>> {
  return within(TEXT_MS, 'the tokenizer or chat template of this model computed', ask).catch(ended)
}

function job<T, K extends string>(onProgress: OnModelProgress, ask: (api: ModelsWorker['api'], onProgress: OnModelProgress) => Promise<Result<T, K>>): Promise<Result<T, K | 'worker'>> {
  return within(SILENCE_MS, 'nothing was heard', (api, heard) => ask(api, proxy((progress: Parameters<OnModelProgress>[0]) => (heard(), onProgress(progress))))).catch(ended)
}

export const modelsClient: ModelsApi = {
  models: () => call((api) => api.models()),
  removed: () => call((api) => api.removed()),
  importModel: (id, dropped, options, onProgress) => job(onProgress, (api, listen) => api.importModel(id, dropped, options, listen)),
  async cancel(id) {
    if (current) await call((api) => api.cancel(id))
  },
  remove: (id) => call((api) => api.remove(id)),
  restore: (id) => call<ModelRecord | null>((api) => api.restore(id)),
  handles: (id) => call((api) => api.handles(id)),
  exportModel: (id, model, adapter, onProgress) => job(onProgress, (api, listen) => api.exportModel(id, model, adapter, listen)),
  exportRun: (id, run, onProgress) => job(onProgress, (api, listen) => api.exportRun(id, run, listen)),
  exportHandoff: (id, run, onProgress) => job(onProgress, (api, listen) => api.exportHandoff(id, run, listen)),
  prompt: (id, messages, think) => text((api) => api.prompt(id, messages, think)),
  proofPrompt: (id, problem) => text((api) => api.proofPrompt(id, problem)),
  openStream: (id) => text((api) => api.openStream(id)),
  pushTokens: (stream, tokens, isLast) => call((api) => api.pushTokens(stream, tokens, isLast)),
}
