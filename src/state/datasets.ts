/** The datasets the page knows, and the import underway. Which one is open, and which row, is in the URL. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { fail, type Failure, type Result } from '../base/result'
import { dataClient } from '../../workers/data/client'
import type { DataApi, DatasetChange, DatasetRecord, HandledFile, HubListing, ImportFailure, ImportHow, Keep, OnProgress } from '../../workers/data/protocol'

export type DatasetClient = Pick<DataApi, 'datasets' | 'ensureSample' | 'importFiles' | 'importHub' | 'cancel' | 'handles' | 'remove' | 'restore' | 'change' | 'persist' | 'onDatasetsChanged'>

export interface DatasetsState {
  readonly datasets: readonly DatasetRecord[]
  /** Can be read already, but is not stored yet. */
  readonly early: DatasetRecord | null
  readonly status: 'idle' | 'loading' | 'ready' | 'failed'
  /** Why the catalogue or the samples could not be had; the datasets that are there stay. */
  readonly failure: Failure | null
  /** The last removal, while it can be undone with one press. */
  readonly removed: DatasetRecord | null
  /** Reads the catalogue, and stores the samples at the first visit. Cheap when called again. */
  load(): Promise<void>
  /** Takes the files of one dataset; the next import waits until this one is done or cancelled. */
  importFiles(files: readonly HandledFile[], how: ImportHow, onProgress: OnProgress): Promise<Result<DatasetRecord, ImportFailure>>
  /** The same for files of the Hub, those of one dataset. */
  importHub(from: HubListing, keep: Keep, onProgress: OnProgress): Promise<Result<DatasetRecord, ImportFailure>>
  /** Asks the researcher for what is read where it lies; to be called by a press. @returns whether all may be read */
  allow(datasetId: string): Promise<boolean>
  /** Ends the import underway; it answers `cancelled`. */
  cancel(): void
  remove(datasetId: string): Promise<void>
  restore(datasetId: string): Promise<void>
  /** The removal stays as it is; it is only no longer offered for undoing. */
  forgetRemoved(): void
  /** Sets roles, flags or provenance. */
  change(datasetId: string, change: DatasetChange): Promise<Result<DatasetRecord>>
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
  let isListening = false
  /** Counts changes: a catalogue read before one of them is out of date. */
  let version = 0

  return create<DatasetsState>()((set, get) => {
    const refresh = async () => {
      const mine = ++version
      const datasets = await client.datasets()
      if (mine === version) set({ datasets })
    }
    const take = async (restore: boolean) => {
      const seen = version
      const result = await client.ensureSample(restore)
      if (result.ok && seen === version) set({ datasets: result.value, status: 'ready', failure: null })
      else set({ datasets: await client.datasets(), status: 'ready', failure: result.ok ? null : result }) // the rest is usable without samples
    }
    const load = async (restore: boolean) => {
      set((s) => ({ status: s.status === 'ready' ? 'ready' : 'loading' }))
      if (!isListening) client.onDatasetsChanged(() => void refresh().catch(() => {})) // for as long as the page lives
      isListening = true
      try {
        await take(restore)
      } catch (error) {
        set({ status: 'failed', failure: fail('storage', `The stored datasets could not be read: ${reasonOf(error)}.`, { where: 'Datasets', next: 'Reload the page.' }) })
      }
    }
    /** One import after another; the answer of each. */
    const takeIn = (ask: (job: string, told: OnProgress) => ReturnType<DataApi['importFiles']>, onProgress: OnProgress) => {
      const mine = crypto.randomUUID()
      const run = async () => {
        job = mine
        try {
          const result = await ask(mine, (progress) => {
            if (progress.opened && job === mine) set({ early: progress.opened })
            onProgress(progress)
          })
          if (!result.ok) return result
          version++
          set((s) => ({ datasets: [...s.datasets.filter((d) => d.id !== result.value.id), result.value] }))
          void client.persist().catch(() => false) // asked for once there is something to lose
          return result
        } finally {
          if (job === mine) job = null
          set({ early: null })
        }
      }
      const result = queue.then(run)
      queue = result.catch(() => {})
      return result
    }
    return {
      datasets: [], early: null, status: 'idle', failure: null, removed: null,

      load: () => (loading ??= load(false).finally(() => (loading = null))),
      restoreSamples: () => load(true),

      importFiles: (files, how, onProgress) => takeIn((mine, told) => client.importFiles(mine, files, how, told), onProgress),
      importHub: (from, keep, onProgress) => takeIn((mine, told) => client.importHub(mine, from, keep, told), onProgress),
      async allow(datasetId) {
        for (const handle of await client.handles(datasetId)) {
          const { requestPermission } = handle as { requestPermission?: (o: { mode: 'read' }) => Promise<PermissionState> }
          if (requestPermission && (await requestPermission.call(handle, { mode: 'read' })) !== 'granted') return false
        }
        return true
      },
      cancel() {
        if (job) void client.cancel(job).catch(() => {}) // a dead worker has no import left to cancel
      },

      async remove(datasetId) {
        await client.remove(datasetId)
        version++
        set((s) => ({ datasets: s.datasets.filter((d) => d.id !== datasetId), removed: s.datasets.find((d) => d.id === datasetId) ?? null }))
      },
      async restore(datasetId) {
        await client.restore(datasetId)
        set((s) => ({ removed: s.removed?.id === datasetId ? null : s.removed }))
        await refresh()
      },
      forgetRemoved: () => set({ removed: null }),

      async change(datasetId, change) {
        const result = await client.change(datasetId, change)
        if (result.ok) {
          version++
          set({ datasets: get().datasets.map((d) => (d.id === datasetId ? result.value : d)) })
        }
        return result
      },
    }
  })
}

export const useDatasets = createDatasets(dataClient)
