/** Problems proved under a scaffold, and the one underway: it goes on while other places are open, and after a reload repeats no answered call. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { waitBeforeRetry } from '../audit/judges/backoff'
import { fail, type Failure } from '../base/result'
import { checkerGrade } from '../posttrain/distil/checkerGrade'
import { SCAFFOLDS } from '../posttrain/scaffolds'
import { naturalLanguage } from '../posttrain/scaffolds/prompts'
import { runScaffold } from '../posttrain/scaffolds/runScaffold'
import { spent, type LoggedReply, type Scaffold } from '../posttrain/scaffolds/scaffold'
import { dataClient } from '../../workers/data/client'
import type { DataApi, Proving } from '../../workers/data/protocol'
import { modelEngine } from '../../workers/engine/client'
import { judgeClient } from '../../workers/judge/client'
import { answerer, CallFailed } from './scaffoldCalls'
import { tabJudge } from './tabJudge'
import type { TeacherDesk } from './teachers'

/** What a proving has cost and, for a problem of tiny proofs, what its proof is worth. */
export interface Account {
  readonly calls: number
  readonly mostCalls: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** 0–7 by the checker; null without an answer, and for problems of another domain. */
  readonly score: number | null
}

export interface ProvingState {
  /** Newest first; null until listed once. */
  readonly all: readonly Proving[] | null
  readonly accounts: Readonly<Record<string, Account>>
  /** The one underway, with the keys of its calls that wait for a reply. */
  readonly active: { readonly id: string; readonly waiting: readonly string[] } | null
  readonly failure: Failure | null
  list(): Promise<void>
  begin(what: Omit<Proving, 'schema' | 'id' | 'createdAt' | 'answer'>): Promise<void>
  resume(proving: Proving): Promise<void>
  /** Begins no further call; those underway are dropped and asked again by a resume. */
  cancel(): void
  remove(id: string): Promise<void>
  dismiss(): void
}

type Archive = Pick<DataApi, 'provings' | 'putProving' | 'provingReplies' | 'keepReply' | 'removeProving'>

export interface ProvingSurroundings {
  readonly desk: Pick<TeacherDesk, 'complete' | 'loadedModel' | 'tabOf'>
  readonly endRequests: (job: string) => void
  readonly now: () => number
  readonly unit: () => number
}

/** The scaffold of a proving, in natural language; throws for a name that this version does not know. */
export function scaffoldOf(id: string): Scaffold {
  const make = Object.hasOwn(SCAFFOLDS, id) ? SCAFFOLDS[id] : undefined
  if (!make) throw new Error(`This version has no scaffold "${id}"`)
  return make(naturalLanguage)
}

/** Replies at a time: an endpoint answers many, the model of this tab one. */
const ENDPOINT_LANES = 8

export function createProving(archive: Archive, { desk, endRequests, now, unit }: ProvingSurroundings): UseBoundStore<StoreApi<ProvingState>> {
  let current: { readonly stop: { aborted: boolean }; readonly requests: string; wake: () => void } | null = null
  return create<ProvingState>()((set, get) => {
    const account = (proving: Proving, log: ReadonlyMap<string, LoggedReply>): Account => {
      const { calls, inputTokens, outputTokens } = spent(log)
      const item = { index: 0, problem: proving.problem, rubric: null, category: null, competition: null, source: null }
      const score = proving.answer ? (checkerGrade(item, proving.answer.proof)?.score ?? null) : null
      return { calls, mostCalls: Object.hasOwn(SCAFFOLDS, proving.scaffold) ? scaffoldOf(proving.scaffold).mostCalls : calls, inputTokens, outputTokens, score }
    }
    const tell = (proving: Proving, log: ReadonlyMap<string, LoggedReply>) => set(({ accounts }) => ({ accounts: { ...accounts, [proving.id]: account(proving, log) } }))
    const logOf = async (id: string) => new Map((await archive.provingReplies(id)).map(({ key, logged }) => [key, logged]))

    const work = async (proving: Proving) => {
      const mine = { stop: { aborted: false }, requests: crypto.randomUUID(), wake: () => {} }
      current = mine
      set({ active: { id: proving.id, waiting: [] }, failure: null })
      const waiting = new Set<string>()
      const show = () => set(({ active }) => (active?.id === proving.id ? { active: { id: proving.id, waiting: [...waiting] } } : {}))
      try {
        const log = await logOf(proving.id)
        tell(proving, log)
        const ask = answerer(proving, mine.requests, desk, {
          waitMs: (tries, askedMs) => waitBeforeRetry(tries, askedMs, unit()),
          sleep: (ms) => new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms)
            const before = mine.wake
            mine.wake = () => (before(), clearTimeout(timer), resolve())
          }),
        }, mine.stop)
        const result = await runScaffold(scaffoldOf(proving.scaffold), proving.problem, log, {
          concurrency: proving.source.kind === 'tab' ? 1 : ENDPOINT_LANES, stop: mine.stop,
          async generate(call) {
            waiting.add(call.key)
            show()
            try {
              return await ask(call)
            } finally {
              waiting.delete(call.key)
              show()
            }
          },
          async keep(key, logged) {
            const fault = await archive.keepReply(proving.id, { key, logged })
            if (fault !== null) throw new CallFailed(fault)
            tell(proving, new Map([...log, [key, logged]]))
          },
        })
        if (!result.ok) return set({ failure: result })
        if (result.value.kind === 'answered') {
          const done = { ...proving, answer: result.value.answer }
          const fault = await archive.putProving(done)
          if (fault !== null) return set({ failure: fail('storage', fault, { next: 'Free some space, then resume: every reply is kept.' }) })
          tell(done, log)
        }
      } catch (error) {
        if (!mine.stop.aborted) set({ failure: fail('call', error instanceof Error ? error.message : String(error), { next: 'Resume when that is mended: answered calls are kept and not asked again.' }) })
      } finally {
        if (current === mine) current = null
        set({ active: null })
        await get().list()
      }
    }
    return {
      all: null, accounts: {}, active: null, failure: null,
      async list() {
        try {
          const all = await archive.provings()
          const known = get().accounts
          const accounts: Record<string, Account> = {}
          for (const proving of all) {
            const held = known[proving.id]
            accounts[proving.id] = held && get().active?.id === proving.id ? held : account(proving, await logOf(proving.id))
          }
          set({ all, accounts })
        } catch (error) {
          set({ all: [], failure: fail('worker', `Earlier provings could not be read: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Reload the page.' }) })
        }
      },
      async begin(what) {
        if (get().active) return
        const proving: Proving = { schema: 1, id: crypto.randomUUID(), ...what, createdAt: now(), answer: null }
        const fault = await archive.putProving(proving)
        if (fault !== null) return set({ failure: fail('storage', fault, { next: 'Free some space, then start again.' }) })
        set(({ all }) => ({ all: [proving, ...(all ?? [])] }))
        await work(proving)
      },
      async resume(proving) {
        if (!get().active) await work(proving)
      },
      cancel() {
        if (!current) return
        current.stop.aborted = true
        current.wake()
        endRequests(current.requests)
      },
      async remove(id) {
        const fault = await archive.removeProving(id)
        if (fault !== null) set({ failure: fail('storage', fault, { next: 'Try again.' }) })
        await get().list()
      },
      dismiss: () => set({ failure: null }),
    }
  })
}

export const useProving = createProving(dataClient, {
  desk: { complete: judgeClient.complete, loadedModel: () => modelEngine.loadedModel(), tabOf: (model) => tabJudge(model) },
  endRequests: (job) => {
    void judgeClient.cancel(job).catch(() => {}) // a dead worker has nothing left to cancel
    void modelEngine.stopModel().catch(() => {})
  },
  now: () => Date.now(),
  unit: () => Math.random(),
})
