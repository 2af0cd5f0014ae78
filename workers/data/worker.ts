/** The shell of the data worker: it owns the imports underway; reading and storing is src/storage. */
import { fail, ok, type Failure } from '../../src/base/result'
import { DatasetReader, listDatasets, openDatasetHome, removeDataset, sweepShards } from '../../src/storage/datasets'
import { importDataset, type ImportFailure } from '../../src/storage/importDataset'
import { openRunStore } from '../../src/storage/runs'
import { exposeAlive } from '../alive'
import type { DataWorkerApi, ImportProgress, OnProgress } from './protocol'
import { storeSamples } from './samples'

const home = openDatasetHome()
const reader = new DatasetReader(home)
const runs = openRunStore()
const jobs = new Map<string, AbortController>()

/** Held by whoever writes shards, in any tab: a sweep must not take the half-written shard of another's import. */
const WRITERS = 'lab-dataset-writers'

// Damaged files make the parquet reader reject promises that nobody holds; the import they belong to then fails.
const escaped = new Set<(error: Error) => void>()
addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  for (const give of escaped) give(event.reason instanceof Error ? event.reason : new Error(String(event.reason)))
})

const swept = navigator.locks
  .request(WRITERS, { ifAvailable: true }, async (lock) => {
    if (lock) await sweepShards(home)
  })
  .catch(() => {}) // a sweep that fails is tried at the next start; the imports report what is wrong with the disk

async function writing<T>(work: () => Promise<T>): Promise<T> {
  await swept
  return await navigator.locks.request(WRITERS, work)
}

function catchEscaped(where: string): { failed: Promise<Failure<ImportFailure>>; done: () => void } {
  let give: (error: Error) => void = () => {}
  const failed = new Promise<Failure<ImportFailure>>((resolve) => {
    give = (error) => resolve(fail('unreadable', `The file is damaged: ${error.message}.`, { where, next: 'Download or export it again.' }))
  })
  escaped.add(give)
  return { failed, done: () => void escaped.delete(give) }
}

/** At most ten messages a second, and the last one. */
function unhurried(onProgress: OnProgress): OnProgress {
  let last = -Infinity
  return (progress: ImportProgress) => {
    const now = performance.now()
    if (now - last < 100 && progress.doneBytes < progress.totalBytes) return
    last = now
    onProgress(progress)
  }
}

let sampling: Promise<Failure<ImportFailure> | null> | null = null

exposeAlive({
  datasets: () => listDatasets(home),

  async ensureSample(baseUrl, restore) {
    // Asked by several places at once when the page opens: they share one import.
    sampling ??= writing(() => storeSamples(home, baseUrl, restore, Date.now()))
      .catch((error: unknown) => fail('storage', `The samples could not be stored: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Reload the page.' }))
      .finally(() => (sampling = null))
    const failure = await sampling
    return failure ?? ok(await listDatasets(home))
  },

  async importFile(job, file, onProgress) {
    const stop = new AbortController()
    jobs.set(job, stop) // before the first await, so a cancel sent right behind the start finds it
    const { failed, done } = catchEscaped(`\`${file.name}\``)
    const id = crypto.randomUUID()
    // Waiting for the samples, or for another tab, is no silence.
    const waiting = setInterval(() => onProgress({ doneBytes: 0, totalBytes: file.size, rows: 0, text: 'Waiting for another import' }), 2_000)
    try {
      return await writing(() => {
        clearInterval(waiting)
        return Promise.race([
          failed.then((failure) => (stop.abort(), failure)),
          importDataset(home, file, { id, name: file.name, origin: 'file', now: Date.now(), onProgress: unhurried(onProgress), stop: stop.signal }),
        ])
      })
    } finally {
      clearInterval(waiting)
      done()
      jobs.delete(job)
    }
  },

  async cancel(job) {
    jobs.get(job)?.abort()
  },

  async remove(datasetId) {
    reader.forget(datasetId)
    await removeDataset(home, datasetId)
  },

  gridRows: (datasetId, start, end) => reader.gridRows(datasetId, start, end),
  readRow: (datasetId, index) => reader.readRow(datasetId, index),
  readReasoning: (datasetId, index) => reader.readReasoning(datasetId, index),

  runs: () => runs.list(),
  run: (runId) => runs.get(runId),
  metrics: (runId) => runs.metrics(runId),
  rollouts: (runId, step) => runs.rollouts(runId, step),
  rolloutSteps: (runId) => runs.rolloutSteps(runId),
  removeRun: (runId) => runs.remove(runId),
  async checkpointFile(runId) {
    const bytes = await runs.checkpoint(runId)
    return bytes ? new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' }) : null
  },

  async usage() {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate()
    return { usedBytes: usage, quotaBytes: quota, persisted: await navigator.storage.persisted() }
  },
  /** Workers may only ask what was promised; the promise itself is asked for by the page. */
  persist: () => navigator.storage.persisted(),
} satisfies DataWorkerApi)
