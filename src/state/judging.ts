/** Judging runs the page knows, and the one underway: it goes on while other places are open. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import type { JudgeItem } from '../audit/judges/prompt'
import type { Progress, RunnerOutcome } from '../audit/judges/runner'
import type { Failure, Result } from '../base/result'
import { judgeClient } from '../../workers/judge/client'
import type { JudgeApi, JudgeRun, JudgeRunRecord, NewRun } from '../../workers/judge/protocol'
import { modelEngine } from '../../workers/engine/client'
import { judgingItemsOf } from './judgingItems'
import { tabJudge } from './tabJudge'

export interface JudgingState {
  /** Newest first; null until listed once. */
  readonly runs: readonly JudgeRun[] | null
  readonly active: { readonly runId: string; readonly isHere: boolean; readonly progress: Progress | null; readonly startedAt: number; readonly doneAtStart: number } | null
  /** How the last one ended. */
  readonly ended: { readonly runId: string; readonly outcome: RunnerOutcome } | null
  readonly failure: Failure | null
  list(): Promise<void>
  /** Stores a run and begins it. */
  begin(run: NewRun, items: readonly JudgeItem[], calls: number): Promise<void>
  /** Asks what is still open; with `again`, also what an accident left without a verdict. */
  resume(run: JudgeRunRecord, again: boolean): Promise<void>
  /** Begins nothing new at once; calls underway are dropped and asked again by a resume. */
  cancel(): void
  remove(runId: string): Promise<void>
  dismiss(): void
}

type ItemsOf = (source: JudgeRunRecord['source'], seed: number) => Promise<Result<readonly JudgeItem[]>>

/** A store on any client, so that a test needs no mock. */
export function createJudging(client: JudgeApi, itemsOf: ItemsOf, now: () => number): UseBoundStore<StoreApi<JudgingState>> {
  return create<JudgingState>()((set, get) => {
    const work = async (run: JudgeRunRecord, items: readonly JudgeItem[], again: boolean) => {
      set({ active: { runId: run.id, isHere: run.endpoint === null, progress: null, startedAt: now(), doneAtStart: 0 }, ended: null, failure: null })
      const loaded = run.endpoint === null ? await modelEngine.loadedModel().catch(() => null) : null
      const result = await client.work(run.id, items, again, (progress) => {
        set(({ active }) => (active?.runId !== run.id ? {} : { active: { ...active, doneAtStart: active.progress === null ? progress.done : active.doneAtStart, progress } }))
      }, loaded && tabJudge(loaded))
      set(result.ok ? { active: null, ended: { runId: run.id, outcome: result.value } } : { active: null, failure: result })
      await get().list()
    }
    return {
      runs: null, active: null, ended: null, failure: null,
      async list() {
        try {
          set({ runs: await client.runs() })
        } catch (error) {
          set({ runs: [], failure: { ok: false, kind: 'worker', what: `Judging runs could not be read: ${error instanceof Error ? error.message : String(error)}.`, next: 'Reload the page.' } })
        }
      },
      async begin(run, items, calls) {
        if (get().active) return
        const made = await client.create(run, calls)
        if (!made.ok) return set({ failure: made })
        await work(made.value, items, false)
      },
      async resume(run, again) {
        if (get().active) return
        const items = await itemsOf(run.source, run.plan.seed)
        if (!items.ok) return set({ failure: items })
        await work(run, items.value, again)
      },
      cancel() {
        const { active } = get()
        if (!active) return
        void client.cancel(active.runId).catch(() => {}) // a dead worker has nothing left to cancel
        if (active.isHere) void modelEngine.stopModel().catch(() => {})
      },
      async remove(runId) {
        await client.remove(runId)
        await get().list()
      },
      dismiss: () => set({ failure: null, ended: null }),
    }
  })
}

export const useJudging = createJudging(judgeClient, judgingItemsOf, () => Date.now())
export const { setKey, hasKey, check: checkEndpoint, records: judgeRecords } = judgeClient
