/** The datasets the page knows, and the import underway. Which one is open, and which row, is in the URL. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { fail, type Failure, type Result } from '../base/result'
import { dataClient } from '../../workers/data/client'
import type { DataApi, DatasetRecord, ImportFailure, ImportProgress } from '../../workers/data/protocol'

export type DatasetClient = Pick<DataApi, 'datasets' | 'ensureSample' | 'importFile' | 'cancel' | 'remove' | 'persist'>

export interface DatasetsState {
  readonly datasets: readonly DatasetRecord[]
  readonly status: 'idle' | 'loading' | 'ready' | 'failed'
  /** Why the catalogue or the samples could not be had; the datasets that are there stay. */
  readonly failure: Failure | null
  /** Reads the catalogue, and stores the samples at the first visit. Cheap when called again. */
  load(): Promise<void>
  /** Takes one file; a second one waits until the first is done or cancelled. */
  importFile(file: File, onProgress: (progress: ImportProgress) => void): Promise<Result<DatasetRecord, ImportFailure>>
  /** Ends the import underway; it answers `cancelled`. */
  cancel(): void
  remove(datasetId: string): Promise<void>
  /** Brings removed samples back. */
  restoreSamples(): Promise<void>
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A store on any client: the worker's in the page, a plain object in a test. */
export function createDatasets(client: DatasetClient): UseBoundStore<StoreApi<DatasetsState>> {
  let loading: Promise<void> | null = null
  let job: string | null = null
  let queue: Promise<unknown> = Promise.resolve()
  /** Counts removals and imports: a catalogue read before one of them is out of date. */
  let version = 0

  return create<DatasetsState>()((set) => {
    const take = async (restore: boolean) => {
      const seen = version
      const result = await client.ensureSample(restore)
      if (result.ok) return seen === version ? set({ datasets: result.value, status: 'ready', failure: null }) : set({ datasets: await client.datasets(), status: 'ready', failure: null })
      set({ datasets: await client.datasets(), status: 'ready', failure: result }) // the rest is usable without samples
    }
    const load = async (restore: boolean) => {
      set((s) => ({ status: s.status === 'ready' ? 'ready' : 'loading' }))
      try {
        await take(restore)
      } catch (error) {
        set({ status: 'failed', failure: fail('storage', `The stored datasets could not be read: ${reasonOf(error)}.`, { where: 'Datasets', next: 'Reload the page.' }) })
      }
    }
    return {
      datasets: [], status: 'idle', failure: null,

      load: () => (loading ??= load(false).finally(() => (loading = null))),
      restoreSamples: () => load(true),

      importFile(file, onProgress) {
        const mine = crypto.randomUUID()
        const run = async () => {
          job = mine
          try {
            const result = await client.importFile(mine, file, onProgress)
            if (!result.ok) return result
            version++
            set((s) => ({ datasets: [...s.datasets.filter((d) => d.id !== result.value.id), result.value] }))
            void client.persist().catch(() => false) // asked for once there is something to lose
            return result
          } finally {
            if (job === mine) job = null
          }
        }
        const result = queue.then(run)
        queue = result.catch(() => {})
        return result
      },
      cancel() {
        if (job) void client.cancel(job).catch(() => {}) // a dead worker has no import left to cancel
      },

      async remove(datasetId) {
        await client.remove(datasetId)
        version++
        set((s) => ({ datasets: s.datasets.filter((d) => d.id !== datasetId) }))
      },
    }
  })
}

export const useDatasets = createDatasets(dataClient)
