/** The grading tables the page knows, the one that is open, and its matrix. The view (which rubric, which cell) is in the URL. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import type { Matrix, MatrixQuery } from '../audit/matrix'
import type { Failure } from '../base/result'
import { statsClient, type StatsClient } from '../../workers/stats/client'
import type { AuditInfo, AuditTable, ImportOptions } from '../../workers/stats/protocol'

export interface AuditsState {
  /** Null until listed once. */
  readonly tables: readonly AuditInfo[] | null
  readonly importing: { readonly name: string; readonly done: number } | null
  /** Why the last dropped file was not taken; the open table stays. */
  readonly importFailure: Failure | null
  /** The last dropped file, when it waits for something: a password, or columns chosen by hand. */
  readonly unmapped: { readonly file: File; readonly needs: 'password' | 'columns'; readonly password: string | null } | null
  readonly table: AuditTable | null
  readonly tableFailure: Failure | null
  /** The last matrix computed; kept on show, dimmed, while the next one is underway. */
  readonly matrix: Matrix | null
  /** Table that `matrix` belongs to. */
  readonly matrixOf: string | null
  /** Share done of the computation underway. */
  readonly computing: number | null
  readonly matrixFailure: Failure | null

  list(): Promise<void>
  /** Gives the new table's id, or null when it was not taken. */
  importFile(file: File, options?: Partial<ImportOptions>): Promise<string | null>
  cancelImport(): void
  dismissImportFailure(): void
  remove(tableId: string): Promise<void>
  open(tableId: string, humans: readonly string[]): Promise<void>
  compute(tableId: string, query: MatrixQuery): Promise<void>
  /** Stops the computation; what was there stays. */
  stop(): void
}

/** A store on any client: the worker's in the page, a plain object in a test. */
export function createAudits(client: StatsClient): UseBoundStore<StoreApi<AuditsState>> {
  let importStop: AbortController | null = null
  let matrixStop: AbortController | null = null
  /** Counts openings: an answer to an older question is dropped. */
  let opening = 0
  return create<AuditsState>()((set) => ({
    tables: null, importing: null, importFailure: null, unmapped: null, table: null, tableFailure: null,
    matrix: null, matrixOf: null, computing: null, matrixFailure: null,

    async list() {
      try {
        set({ tables: await client.tables() })
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error)
        set({ tables: [], tableFailure: { ok: false, kind: 'worker', what: `The statistics worker did not start: ${what}.`, next: 'Reload the page.' } })
      }
    },

    async importFile(file, options = {}) {
      importStop?.abort()
      const stop = (importStop = new AbortController())
      set({ importing: { name: file.name, done: 0 }, importFailure: null, unmapped: null })
      const result = await client.importFile(file, { mapping: null, password: null, ...options }, (done) => {
        if (importStop === stop) set({ importing: { name: file.name, done } })
      }, stop.signal)
      if (importStop !== stop) return null // a newer file took over
      importStop = null
      if (!result.ok) {
        set({ importing: null, importFailure: result.kind === 'cancelled' ? null : result, unmapped: result.kind === 'missingColumn' || result.kind === 'password' ? { file, needs: result.kind === 'password' ? 'password' : 'columns', password: options.password ?? null } : null })
        return null
      }
      set((s) => ({ importing: null, tables: [...(s.tables ?? []), result.value] }))
      return result.value.id
    },
    cancelImport: () => importStop?.abort(),
    dismissImportFailure: () => set({ importFailure: null, unmapped: null }),

    async remove(tableId) {
      await client.remove(tableId)
      set((s) => ({ tables: s.tables?.filter((t) => t.id !== tableId) ?? null }))
    },

    async open(tableId, humans) {
      const mine = ++opening
      const result = await client.open(tableId, humans)
      if (mine !== opening) return
      if (result.ok) set({ table: result.value, tableFailure: null })
      else set({ table: null, tableFailure: result })
    },

    async compute(tableId, query) {
      matrixStop?.abort()
      const stop = (matrixStop = new AbortController())
      set({ computing: 0, matrixFailure: null })
      const result = await client.matrix(tableId, query, (done) => {
        if (matrixStop === stop) set({ computing: done })
      }, stop.signal)
      if (matrixStop !== stop) return
      matrixStop = null
      if (result.ok) set({ matrix: result.value, matrixOf: tableId, computing: null })
      else if (result.kind === 'cancelled') set({ computing: null, matrixFailure: { ...result, next: 'Change a setting or press Compute to start again.' } })
      else set({ matrix: null, matrixOf: null, computing: null, matrixFailure: result })
    },
    stop: () => matrixStop?.abort(),
  }))
}

export const useAudits = createAudits(statsClient)

/** Analyses, the proofs behind a number and one proof are asked for by the panels that show them, and not kept. */
export const { analysis, comparePairs, judgingItems, joinVerdicts, judgeProfile, pickedProofs, proof: readProof, preview, remap, setFlags, grades: readGrades, saveGrades, report: makeReport, checkReport } = statsClient
