/** The distillations of this browser, and the one underway: it goes on while other places are open. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { waitBeforeRetry } from '../audit/judges/backoff'
import { fail, type Failure, type Result } from '../base/result'
import { checkerGrade } from '../posttrain/distil/checkerGrade'
import { runDistil, type DistilEnd, type DistilProgress } from '../posttrain/distil/distil'
import { dataClient } from '../../workers/data/client'
import type { DataApi, DatasetRecord, DistilJob, DistilJobState } from '../../workers/data/protocol'
import { engineClient, modelEngine } from '../../workers/engine/client'
import { judgeClient } from '../../workers/judge/client'
import { tabJudge } from './tabJudge'
import { teacher, type TeacherDesk } from './teachers'

export interface DistilState {
  /** Newest first; null until listed once. */
  readonly jobs: readonly DistilJobState[] | null
  readonly active: { readonly jobId: string; readonly progress: DistilProgress | null } | null
  /** How the last one ended. */
  readonly ended: { readonly jobId: string; readonly end: DistilEnd } | null
  readonly failure: Failure | null
  list(): Promise<void>
  /** Stores a distillation and begins it. */
  begin(job: Omit<DistilJob, 'schema' | 'id' | 'createdAt'>): Promise<void>
  /** Asks what is still open; with `again`, also what ended without a reply. */
  resume(job: DistilJob, again: boolean): Promise<void>
  /** Begins nothing new at once; what is underway is dropped and asked again by a resume. */
  cancel(): void
  /** Makes a dataset of what was kept. */
  finish(jobId: string): Promise<DatasetRecord | null>
  remove(jobId: string): Promise<void>
  dismiss(): void
}

type Archive = Pick<DataApi, 'distilItems' | 'distilJobs' | 'distilBegin' | 'distilRows' | 'distilKeep' | 'distilFinish' | 'distilRemove'>

export interface DistilSurroundings {
  readonly desk: TeacherDesk
  /** Ends the requests of an endpoint, and the model in the tab. */
  readonly endRequests: (job: string) => void
  readonly now: () => number
  readonly unit: () => number
}

/** A store on any archive and any teachers, so that a test needs no mock. */
export function createDistil(archive: Archive, { desk, endRequests, now, unit }: DistilSurroundings): UseBoundStore<StoreApi<DistilState>> {
  let current: { readonly stop: { aborted: boolean }; readonly requests: string; wake: () => void } | null = null
  return create<DistilState>()((set, get) => {
    const work = async (job: DistilJob, again: boolean) => {
      const mine = { stop: { aborted: false }, requests: crypto.randomUUID(), wake: () => {} }
      current = mine
      set({ active: { jobId: job.id, progress: null }, ended: null, failure: null })
      try {
        const items = await archive.distilItems(job.datasetId, job.limit)
        if (!items.ok) return set({ active: null, failure: items })
        const known = (await archive.distilRows(job.id)).filter((row) => !(again && row.outcome === 'failed'))
        const end = await runDistil(items.value, known, job.settings, {
          teach: teacher(job.teacher, mine.requests, desk, mine.stop),
          grade: checkerGrade,
          keep: (row) => archive.distilKeep(job.id, row),
          waitMs: (tries, askedMs) => waitBeforeRetry(tries, askedMs, unit()),
          sleep: (ms) => new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms)
            const before = mine.wake
            mine.wake = () => (before(), clearTimeout(timer), resolve())
          }),
          progress: (progress) => set(({ active }) => (active?.jobId === job.id ? { active: { jobId: job.id, progress } } : {})),
        }, mine.stop)
        set({ active: null, ended: { jobId: job.id, end } })
      } catch (error) {
        set({ active: null, failure: fail('worker', error instanceof Error ? error.message : String(error), { where: job.name, next: 'Resume it: stored replies are kept.' }) })
      } finally {
        if (current === mine) current = null
        await get().list()
      }
    }
    return {
      jobs: null, active: null, ended: null, failure: null,
      async list() {
        try {
          set({ jobs: await archive.distilJobs() })
        } catch (error) {
          set({ jobs: [], failure: fail('worker', `Distillations could not be read: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Reload the page.' }) })
        }
      },
      async begin(job) {
        if (get().active) return
        // Refused before anything is stored or asked.
        const items = await archive.distilItems(job.datasetId, job.limit)
        if (!items.ok) return set({ failure: items })
        const record: DistilJob = { schema: 1, id: crypto.randomUUID(), ...job, createdAt: now() }
        const fault = await archive.distilBegin(record)
        if (fault !== null) return set({ failure: fail('storage', fault, { where: job.name, next: 'Free some space, then start again.' }) })
        await get().list() // it is listed while it is underway
        await work(record, false)
      },
      async resume(job, again) {
        if (!get().active) await work(job, again)
      },
      cancel() {
        if (!current) return
        current.stop.aborted = true
        current.wake()
        endRequests(current.requests)
      },
      async finish(jobId) {
        const made: Result<DatasetRecord> = await archive.distilFinish(jobId)
        if (made.ok) return made.value
        set({ failure: made })
        return null
      },
      async remove(jobId) {
        const fault = await archive.distilRemove(jobId)
        if (fault !== null) set({ failure: fail('storage', fault, { next: 'Try again.' }) })
        await get().list()
      },
      dismiss: () => set({ failure: null, ended: null }),
    }
  })
}

export const useDistil = createDistil(dataClient, {
  desk: { sample: engineClient.sample, complete: judgeClient.complete, loadedModel: () => modelEngine.loadedModel(), tabOf: (model) => tabJudge(model) },
  endRequests: (job) => {
    void judgeClient.cancel(job).catch(() => {}) // a dead worker has nothing left to cancel
    void modelEngine.stopModel().catch(() => {})
  },
  now: () => Date.now(),
  unit: () => Math.random(),
})
