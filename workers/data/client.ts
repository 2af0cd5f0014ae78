/** What the page calls: one data worker, opened when first needed and replaced when it dies. */
import { proxy } from 'comlink'
import { fail, type Failure, type Result } from '../../src/base/result'
import { openWorker, type LabWorker } from '../labWorker'
import type { DataApi, DataWorkerApi, DatasetRecord, ImportFailure, OnProgress } from './protocol'

type DataWorker = LabWorker<DataWorkerApi>

/** A damaged file can send its reader round for ever; only ending the worker stops that. */
const SILENCE_MS = 20_000

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

/** Runs `work`, and ends the worker when nothing is heard for 20 seconds. `work` calls `heard` at each sign of life. */
async function guarded<T>(work: (worker: DataWorker, heard: () => void) => Promise<T>): Promise<T> {
  const worker = dataWorker()
  let timer: ReturnType<typeof setTimeout> | undefined
  let giveUp: (error: Error) => void = () => {}
  const silence = new Promise<never>((_, reject) => (giveUp = reject))
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (current === worker) current = null
      giveUp(new Error(`the file gave nothing for ${SILENCE_MS / 1000} seconds and reading it was given up`))
      setTimeout(() => worker.terminate()) // after the reason above has been heard
    }, SILENCE_MS)
  }
  heard()
  try {
    return await Promise.race([silence, worker.call(work(worker, heard)) as Promise<T>])
  } finally {
    clearTimeout(timer)
  }
}

async function read<T>(ask: (api: DataWorker['api']) => Promise<Result<T, 'unreadable' | 'noDataset'>>): Promise<Result<T, 'unreadable' | 'noDataset'>> {
  try {
    return await guarded((worker) => ask(worker.api))
  } catch (error) {
    return failureOf('unreadable', error)
  }
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

  async importFile(job: string, file: File, onProgress: OnProgress): Promise<Result<DatasetRecord, ImportFailure>> {
    try {
      return await guarded<Result<DatasetRecord, ImportFailure>>((worker, heard) =>
        worker.api.importFile(job, file, proxy((progress: Parameters<OnProgress>[0]) => (heard(), onProgress(progress)))))
    } catch (error) {
      return failureOf('unreadable', error, `\`${file.name}\``)
    }
  },

  async cancel(job) {
    if (current) await call((api) => api.cancel(job))
  },
  remove: (datasetId) => call((api) => api.remove(datasetId)),
  gridRows: (datasetId, start, end) => read((api) => api.gridRows(datasetId, start, end)),
  readRow: (datasetId, index) => read((api) => api.readRow(datasetId, index)),
  readReasoning: (datasetId, index) => read((api) => api.readReasoning(datasetId, index)),

  runs: () => call((api) => api.runs()),
  run: (runId) => call((api) => api.run(runId)),
  metrics: (runId) => call((api) => api.metrics(runId)),
  rollouts: (runId, step) => call((api) => api.rollouts(runId, step)),
  rolloutSteps: (runId) => call((api) => api.rolloutSteps(runId)),
  checkpointFile: (runId) => call((api) => api.checkpointFile(runId)),
  removeRun: (runId) => call((api) => api.removeRun(runId)),
  usage: () => call((api) => api.usage()),
  persist: async () => (await navigator.storage?.persist?.()) ?? false,
}

/** The data worker's interface, for those that take it as an argument. */
export function openData(): DataApi {
  return dataClient
}
