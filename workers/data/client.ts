/** What the page calls: one data worker, opened when first needed and replaced when it dies. */
import { proxy } from 'comlink'
import { fail, type Failure, type Result } from '../../src/base/result'
import { openWorker, type LabWorker } from '../labWorker'
import { CHANGES, NETWORK, type DataApi, type DataWorkerApi, type DatasetRecord, type ImportFailure, type OnProgress, type OnRows } from './protocol'

type DataWorker = LabWorker<DataWorkerApi>

/** A damaged file, or a pattern that explodes, can keep its reader busy for ever; only ending the worker stops that. */
const SILENCE_MS = 20_000
/** While a file is taken in, the worker says something every few MiB; a small file cannot be silent for long. */
const importSilenceMs = (bytes: number) => Math.min(SILENCE_MS, 4_500 + bytes / 10_000)

/** A disk that is slow to take what was written blocks the worker, which writes synchronously: that is no hang. */
const DISK_MS = 120_000
const WRITES = /^(?:Storing|Downloading)$/

/** Re-arms every call that waits: what one of them hears of the worker is a sign of life for all. */
const waiting = new Set<(ms: number) => void>()

let current: DataWorker | null = null

function dataWorker(): DataWorker {
  if (current) return current
  // Literally this form: a URL in a variable builds cleanly and ships no worker.
  const opened = openWorker<DataWorkerApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), 'data')
  current = opened
  opened.died.catch(() => {
    opened.terminate()
    if (current === opened) current = null
  })
  return opened
}

function call<T>(ask: (api: DataWorker['api']) => Promise<T>): Promise<T> {
  const worker = dataWorker()
  return worker.call(ask(worker.api)) as Promise<T>
}

function failureOf<Kind extends string>(kind: Kind, error: unknown, where?: string): Failure<Kind> {
  return fail(kind, `The data worker ended: ${error instanceof Error ? error.message : String(error)}.`, {
    where, next: 'Try again: it starts anew, and stored datasets are still there.',
  })
}

/**
 * Runs `work`, and ends the worker when nothing is heard for 20 seconds. `work` calls `heard` at each sign of life.
 * @param silenceMs how long it may be silent after the first one
 */
async function guarded<T>(work: (worker: DataWorker, heard: (ms?: number) => void) => Promise<T>, silenceMs = SILENCE_MS): Promise<T> {
  const worker = dataWorker()
  let timer: ReturnType<typeof setTimeout> | undefined
  let giveUp: (error: Error) => void = () => {}
  const silence = new Promise<never>((_, reject) => (giveUp = reject))
  const wait = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (current === worker) current = null
      giveUp(new Error(`nothing was heard for ${Math.round(ms / 1000)} seconds and it was given up`))
      setTimeout(() => worker.terminate()) // after the reason above has been heard
    }, ms)
  }
  const again = (ms: number) => wait(Math.max(ms, silenceMs))
  const heard = (ms = silenceMs) => {
    wait(ms)
    if (ms > SILENCE_MS) for (const other of waiting) if (other !== again) other(ms)
  }
  waiting.add(again)
  wait(SILENCE_MS) // its code may have to be loaded first
  const network = new BroadcastChannel(NETWORK)
  network.onmessage = () => heard()
  try {
    return await Promise.race([silence, worker.call(work(worker, heard)) as Promise<T>])
  } finally {
    clearTimeout(timer)
    waiting.delete(again)
    network.close()
  }
}

/** An import, with what is heard of it. @param bytes of its files; Infinity over the network */
async function taken(bytes: number, where: string, onProgress: OnProgress, ask: (api: DataWorker['api'], told: OnProgress) => Promise<Result<DatasetRecord, ImportFailure>>): Promise<Result<DatasetRecord, ImportFailure>> {
  try {
    return await guarded<Result<DatasetRecord, ImportFailure>>((worker, heard) =>
      ask(worker.api, proxy((progress: Parameters<OnProgress>[0]) => (heard(WRITES.test(progress.text) ? DISK_MS : undefined), onProgress(progress)))), importSilenceMs(bytes))
  } catch (error) {
    return failureOf('unreadable', error, where)
  }
}

async function read<T, Kind extends string>(ask: (api: DataWorker['api'], heard: () => void) => Promise<Result<T, Kind>>): Promise<Result<T, Kind | 'unreadable'>> {
  try {
    return await guarded((worker, heard) => ask(worker.api, heard))
  } catch (error) {
    return failureOf('unreadable', error)
  }
}

function listening(heard: () => void, onRows: OnRows): OnRows {
  return proxy((rows: number) => (heard(), onRows(rows)))
}

export const dataClient: DataApi = {
  datasets: () => call((api) => api.datasets()),

  async ensureSample(restore = false) {
    try {
      return await call<Result<readonly DatasetRecord[], ImportFailure>>((api) => api.ensureSample(document.baseURI, restore))
    } catch (error) {
      return failureOf('storage', error)
    }
  },

  importFiles: (job, files, how, onProgress) =>
    taken(files.reduce((sum, f) => sum + f.file.size, 0), files.map((f) => `\`${f.file.name}\``).join(', '), onProgress, (api, told) => api.importFiles(job, files, how, told)),

  hubListing: (link) => read((api) => api.hubListing(link)),
  importHub: (job, from, keep, onProgress) => taken(Infinity, `\`${from.repo}\``, onProgress, (api, told) => api.importHub(job, from, keep, told)),
  handles: (datasetId) => call((api) => api.handles(datasetId)),

  async cancel(job) {
    if (current) await call((api) => api.cancel(job))
  },
  archive: (file) => read((api) => api.archive(file)),
  change: (datasetId, change) => read((api) => api.change(datasetId, change)),
  remove: (datasetId) => call((api) => api.remove(datasetId)),
  restore: (datasetId) => call((api) => api.restore(datasetId)),
  purge: (datasetId) => call((api) => api.purge(datasetId)),
  trash: () => call((api) => api.trash()),
  shardFiles: (datasetId) => read((api) => api.shardFiles(datasetId)),
  facts: (datasetId, onRows) => read((api, heard) => api.facts(datasetId, listening(heard, onRows))),
  select: (datasetId, query, onRows) => read((api, heard) => api.select(datasetId, query, listening(heard, onRows))),
  gridPage: (datasetId, rows, query) => read((api) => api.gridPage(datasetId, rows, query)),
  difficulty: (job, datasetId, settings, onRows) => read((api, heard) => api.difficulty(job, datasetId, settings, listening(heard, onRows))),
  curriculum: (datasetId, settings) => read((api) => api.curriculum(datasetId, settings)),
  duplicates: (job, datasetId, benchmarkIds, threshold, onRows) => read((api, heard) => api.duplicates(job, datasetId, benchmarkIds, threshold, listening(heard, onRows))),
  verdicts: (job, datasetId, onRows) => read((api, heard) => api.verdicts(job, datasetId, listening(heard, onRows))),
  rubrics: (job, datasetId, onRows) => read((api, heard) => api.rubrics(job, datasetId, listening(heard, onRows))),
  checkSplit: (job, datasetId, onRows) => read((api, heard) => api.checkSplit(job, datasetId, listening(heard, onRows))),
  split: (job, datasetId, rows, share, seed, onRows) => read((api, heard) => api.split(job, datasetId, rows, share, seed, listening(heard, onRows))),
  derive: (job, datasetId, derivation, onRows) => read((api, heard) => api.derive(job, datasetId, derivation, listening(heard, onRows))),
  exportFile: (job, datasetId, derivation, format, onRows) => read((api, heard) => api.exportFile(job, datasetId, derivation, format, listening(heard, onRows))),
  distilItems: (datasetId, limit) => read((api) => api.distilItems(datasetId, limit)),
  distilJobs: () => call((api) => api.distilJobs()),
  distilBegin: (job) => call((api) => api.distilBegin(job)),
  distilRows: (jobId) => call((api) => api.distilRows(jobId)),
  distilKeep: (jobId, row) => call((api) => api.distilKeep(jobId, row)),
  distilFinish: (jobId) => read((api) => api.distilFinish(jobId)),
  distilRemove: (jobId) => call((api) => api.distilRemove(jobId)),
  provings: () => call((api) => api.provings()),
  putProving: (proving) => call((api) => api.putProving(proving)),
  provingReplies: (provingId) => call((api) => api.provingReplies(provingId)),
  keepReply: (provingId, reply) => call((api) => api.keepReply(provingId, reply)),
  removeProving: (provingId) => call((api) => api.removeProving(provingId)),
  readRow: (datasetId, index) => read((api) => api.readRow(datasetId, index)),
  readReasoning: (datasetId, index) => read((api) => api.readReasoning(datasetId, index)),

  runs: () => call((api) => api.runs()),
  run: (runId) => call((api) => api.run(runId)),
  metrics: (runId) => call((api) => api.metrics(runId)),
  rollouts: (runId, step) => call((api) => api.rollouts(runId, step)),
  rolloutSteps: (runId) => call((api) => api.rolloutSteps(runId)),
  evaluation: (runId, label) => call((api) => api.evaluation(runId, label)),
  checkpointFile: (runId) => call((api) => api.checkpointFile(runId)),
  removeRun: (runId) => call((api) => api.removeRun(runId)),
  usage: () => call((api) => api.usage()),
  onDatasetsChanged(heard) {
    const channel = new BroadcastChannel(CHANGES)
    channel.onmessage = () => heard()
    return () => channel.close()
  },
  persist: async () => (await navigator.storage?.persist?.()) ?? false,
}

/** The data worker's interface, for those that take it as an argument. */
export function openData(): DataApi {
  return dataClient
}
