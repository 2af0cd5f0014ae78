/**
 * The shell of the models worker. It reads files from anywhere and runs their expressions and templates, so it may be
 * ended at any time; whoever computes on the GPU is another.
 */
import { ok, type Result } from '../../src/base/result'
import { blobSources } from '../../src/engine/pretrained/byteSource'
import { proofRequest, TextCodec, type TextStream } from '../../src/engine/pretrained/text'
import type { RemovedModel } from '../../src/posttrain/modelRecords'
import { listModels, modelHandles, openModelHome, openStored, removeModel, restoreModel, sweepModels } from '../../src/storage/models'
import { openRunStore } from '../../src/storage/runs'
import { exposeAlive } from '../alive'
import { openDatasetHome } from '../../src/storage/datasets'
import { exportHandoff } from './handoff'
import { exportModel, exportRun, importModel } from './library'
import type { ModelsApi, OnModelProgress, PromptFault } from './protocol'

const home = openModelHome()
const runs = openRunStore()
const jobs = new Map<string, AbortController>()
/** Text of the model that was asked for last: a vocabulary takes half a second to build. */
let text: { readonly id: string; readonly codec: TextCodec } | null = null
const streams = new Map<string, TextStream>()

/** Held by whoever writes models, in any tab: a sweep must not take the half-written folder of another's import. */
const WRITERS = 'lab-model-writers'

const swept = navigator.locks
  .request(WRITERS, { ifAvailable: true }, async (lock) => {
    if (lock) await sweepModels(home, Date.now())
  })
  .catch(() => {}) // a sweep that fails is tried at the next start

/** Runs `work` as a job that `cancel` ends; at most ten messages a second, and the last one. */
async function asJob<T>(job: string, onProgress: OnModelProgress, work: (onProgress: OnModelProgress, stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  jobs.set(job, stop) // before the first await, so a cancel sent right behind the start finds it
  let last = -Infinity
  try {
    return await work((progress) => {
      const now = performance.now()
      if (now - last < 100 && progress.doneBytes < progress.totalBytes) return
      last = now
      onProgress(progress)
    }, stop.signal)
  } finally {
    jobs.delete(job)
  }
}

async function codecOf(id: string): Promise<Result<TextCodec, PromptFault>> {
  if (text?.id === id) return ok(text.codec)
  const stored = await openStored(home, id, 'model')
  if (!stored.ok) return stored
  const codec = await TextCodec.open(blobSources(stored.value.files), stored.value.record.config.vocab_size)
  if (!codec.ok) return codec
  text = { id, codec: codec.value }
  return codec
}

exposeAlive({
  models: () => listModels(home),
  removed: () => home.database.values<RemovedModel>({ under: ['modelTrash'] }),

  importModel: (job, dropped, options, onProgress) =>
    asJob(job, onProgress, async (onProgress, stop) => {
      await swept
      return navigator.locks.request(WRITERS, () => importModel(dropped, { home, options, now: Date.now(), onProgress, stop }))
    }),

  async cancel(job) {
    jobs.get(job)?.abort()
  },

  async remove(id) {
    if (text?.id === id) text = null
    const removed = await removeModel(home, id, Date.now())
    if (!removed.ok) throw new Error(removed.what)
  },
  restore: (id) => restoreModel(home, id),
  handles: (id) => modelHandles(home, id),

  exportModel: (job, id, adapterId, onProgress) => asJob(job, onProgress, (onProgress, stop) => exportModel(home, id, adapterId, { now: Date.now(), onProgress, stop })),
  exportRun: (job, runId, onProgress) => asJob(job, onProgress, (onProgress, stop) => exportRun(runs, runId, { now: Date.now(), onProgress, stop })),

  exportHandoff: (job, runId, onProgress) => asJob(job, onProgress, (onProgress, stop) => exportHandoff({ runs, datasets: openDatasetHome() }, runId, { now: Date.now(), onProgress, stop })),

  async prompt(id, messages, think) {
    const codec = await codecOf(id)
    return codec.ok ? codec.value.prompt(messages, think) : codec
  },
  async proofPrompt(id, problem) {
    const codec = await codecOf(id)
    return codec.ok ? codec.value.prompt(proofRequest(problem), true) : codec
  },

  async openStream(id) {
    const codec = await codecOf(id)
    if (!codec.ok) return codec
    const stream = crypto.randomUUID()
    streams.set(stream, codec.value.stream())
    return ok(stream)
  },
  async pushTokens(name, tokens, isLast) {
    const stream = streams.get(name)
    if (!stream) return ''
    const told = stream.push(tokens)
    if (!isLast) return told
    streams.delete(name)
    return told + stream.finish()
  },
} satisfies ModelsApi)
