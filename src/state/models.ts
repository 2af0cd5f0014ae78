/** The stored models the page knows, what is on its way in or out, and the one that is loaded. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { fail, type Failure, type Result } from '../base/result'
import type { AdapterRecord, ModelRecord, PretrainedRecord } from '../posttrain/modelRecords'
import { modelEngine } from '../../workers/engine/client'
import type { LoadedModel, LoadModelFault, LoadModelRequest, ModelEngineApi } from '../../workers/engine/protocolModels'
import { modelsClient } from '../../workers/models/client'
import type { DroppedPath, ExportFault, Imported, ImportFault, ModelProgress, ModelsApi } from '../../workers/models/protocol'

/** Something underway that can be cancelled. */
export interface Underway {
  readonly name: string
  /** Null until the first word of it. */
  readonly progress: ModelProgress | null
}

export interface ModelsState {
  readonly models: readonly ModelRecord[]
  readonly status: 'idle' | 'loading' | 'ready' | 'failed'
  readonly failure: Failure | null
  readonly importing: Underway | null
  readonly exporting: Underway | null
  /** The last removal, while it can be undone with one press. */
  readonly removed: ModelRecord | null
  readonly loaded: LoadedModel | null
  /** Of the model that is being loaded. */
  readonly loading: { readonly modelId: string; readonly doneBytes: number; readonly totalBytes: number } | null
  load(): Promise<void>
  importModel(name: string, dropped: readonly DroppedPath[], keep: 'copy' | 'link', baseId: string | null): Promise<Result<Imported, ImportFault | 'busy'>>
  cancelImport(): void
  exportModel(record: ModelRecord, adapterId: string | null): Promise<Result<File, ExportFault | 'busy'>>
  exportRun(runId: string, name: string): Promise<Result<File, ExportFault | 'busy'>>
  /** All that a cluster needs to go on with a run, as a zip. */
  exportHandoff(runId: string, name: string): Promise<Result<File, ExportFault | 'busy'>>
  cancelExport(): void
  remove(record: ModelRecord): Promise<void>
  undoRemove(): Promise<void>
  /** The removal stays as it is; it is only no longer offered for undoing. */
  forgetRemoved(): void
  /** Asks the browser, once and by a press, to let a linked model be read again. */
  allow(id: string): Promise<boolean>
  loadModel(request: LoadModelRequest): Promise<Result<LoadedModel, LoadModelFault>>
  /** Ends the load underway, or frees the model. */
  unload(): Promise<void>
  /** Asks the engine what is loaded: a lost device or another place may have freed it. */
  refreshLoaded(): Promise<void>
}

export type ModelsStore = UseBoundStore<StoreApi<ModelsState>>

export function isModel(record: ModelRecord): record is PretrainedRecord {
  return record.kind === 'model'
}

/** The adapters of a model. */
export function adaptersOf(models: readonly ModelRecord[], modelId: string): readonly AdapterRecord[] {
  return models.filter((m): m is AdapterRecord => m.kind === 'adapter' && m.baseId === modelId)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A store over the library and the engine, given as arguments so that a test needs no mock. */
export function createModelsStore(library: ModelsApi, engine: ModelEngineApi, persist: () => Promise<unknown>): ModelsStore {
  /** Counts changes: a list read before one of them is out of date. */
  let version = 0
  const jobs: { importing: string | null; exporting: string | null } = { importing: null, exporting: null }

  return create<ModelsState>()((set, get) => {
    /** Runs one import or export at a time; its progress is shown until it ends. */
    async function underway<T, K extends string>(
      kind: 'importing' | 'exporting',
      name: string,
      work: (job: string, onProgress: (progress: ModelProgress) => void) => Promise<Result<T, K>>,
    ): Promise<Result<T, K | 'busy'>> {
      if (jobs[kind] !== null) return fail('busy', `Another ${kind === 'importing' ? 'import' : 'export'} is underway.`, { next: 'Wait for its end, or cancel it.' })
      const job = crypto.randomUUID()
      jobs[kind] = job
      set({ [kind]: { name, progress: null } })
      try {
        // A last word on progress may come after the result: it must not bring the bar back.
        return await work(job, (progress) => jobs[kind] === job && set({ [kind]: { name, progress } }))
      } finally {
        jobs[kind] = null
        set({ [kind]: null })
      }
    }
    const cancel = (kind: 'importing' | 'exporting') => {
      const job = jobs[kind]
      if (job !== null) void library.cancel(job).catch(() => {}) // a dead worker has nothing left to cancel
    }

    return {
      models: [], status: 'idle', failure: null, importing: null, exporting: null, removed: null, loaded: null, loading: null,

      async load() {
        const seen = version
        set((s) => ({ status: s.status === 'ready' ? 'ready' : 'loading' }))
        try {
          const models = await library.models()
          set(seen === version ? { models, status: 'ready', failure: null } : { status: 'ready', failure: null })
        } catch (error) {
          set({ status: 'failed', failure: fail('storage', `The stored models could not be read: ${reasonOf(error)}.`, { where: 'Models', next: 'Reload the page.' }) })
        }
      },

      async importModel(name, dropped, keep, baseId) {
        const result = await underway('importing', name, (job, onProgress) => library.importModel(job, dropped, { keep, baseId }, onProgress))
        if (result.ok) {
          version++
          const { record } = result.value
          set((s) => ({ models: [...s.models.filter((m) => m.id !== record.id), record] }))
          void persist().catch(() => false) // asked for once there is something to lose
        }
        return result
      },
      cancelImport: () => cancel('importing'),

      exportModel: (record, adapterId) => underway('exporting', record.name, (job, onProgress) => library.exportModel(job, record.id, adapterId, onProgress)),
      exportRun: (runId, name) => underway('exporting', name, (job, onProgress) => library.exportRun(job, runId, onProgress)),
      exportHandoff: (runId, name) => underway('exporting', name, (job, onProgress) => library.exportHandoff(job, runId, onProgress)),
      cancelExport: () => cancel('exporting'),

      async remove(record) {
        const { loaded } = get()
        if (loaded?.modelId === record.id || loaded?.adapterId === record.id) await get().unload()
        await library.remove(record.id)
        version++
        set((s) => ({ models: s.models.filter((m) => m.id !== record.id), removed: record }))
      },
      async undoRemove() {
        const { removed } = get()
        if (!removed) return
        const record = await library.restore(removed.id)
        version++
        set((s) => ({ removed: null, models: record ? [...s.models, record].sort((a, b) => a.addedAt - b.addedAt) : s.models }))
      },
      forgetRemoved: () => set({ removed: null }),

      async allow(id) {
        for (const handle of await library.handles(id)) {
          const { requestPermission } = handle as { requestPermission?: (o: { mode: 'read' }) => Promise<PermissionState> }
          if (requestPermission && (await requestPermission.call(handle, { mode: 'read' })) !== 'granted') return false
        }
        return true
      },

      async loadModel(request) {
        set({ loading: { modelId: request.modelId, doneBytes: 0, totalBytes: 0 } })
        const result = await engine.loadModel(request, (doneBytes, totalBytes) => get().loading && set({ loading: { modelId: request.modelId, doneBytes, totalBytes } }))
        set({ loading: null })
        if (result.ok) set({ loaded: result.value })
        else await get().refreshLoaded() // a refusal leaves the earlier one; a failure may not
        return result
      },
      async unload() {
        await engine.unloadModel()
        await get().refreshLoaded()
      },
      async refreshLoaded() {
        set({ loaded: await engine.loadedModel().catch(() => null) })
      },
    }
  })
}

export const useModels: ModelsStore = createModelsStore(modelsClient, modelEngine, async () => (await globalThis.navigator?.storage?.persist?.()) ?? false)
