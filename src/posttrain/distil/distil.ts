/** Distillation: a teacher writes proofs to the problems of a dataset, and what has the right structure becomes a set to fine-tune on. */
import type { Mark, NoScoreCause } from '../../proofs/records'
import type { Stop } from '../../base/stop'

/** A problem to be taught, with what its dataset says of it. */
export interface DistilItem {
  /** Row of the dataset. */
  readonly index: number
  readonly problem: string
  readonly rubric: string | null
  readonly category: string | null
  readonly competition: string | null
  readonly source: string | null
}

/** What became of one request to a teacher. */
export type TeacherReply =
  | {
      readonly kind: 'reply'
      readonly reasoning: string
      readonly proof: string
      /** Whether the thinking was ended: by `</think>`, or by an endpoint that gives thinking and answer apart. */
      readonly isClosed: boolean
      readonly isTruncated: boolean
      /** Null when the teacher does not count. */
      readonly tokens: number | null
    }
  /** Another try may help; `waitMs` when the teacher asks for a pause. */
  | { readonly kind: 'again'; readonly told: string; readonly waitMs: number | null }
  /** This problem cannot be taught by this teacher. */
  | { readonly kind: 'cannot'; readonly told: string }
  /** The teacher refuses every problem: key, address, model, device. */
  | { readonly kind: 'refused'; readonly told: string }
  | { readonly kind: 'stopped' }

export interface Taught {
  readonly score: number | null
  readonly cause: NoScoreCause | null
  readonly marks: readonly Mark[]
}

/** `kept`, or why the structural filter leaves it out; `failed` when the teacher gave nothing. */
export type Outcome = 'kept' | 'truncated' | 'notClosed' | 'emptyProof' | 'failed'

/** The end of one problem, as it is stored. @version 1 */
export interface DistilRow {
  readonly schema: 1
  readonly index: number
  readonly outcome: Outcome
  readonly reasoning: string
  readonly proof: string
  readonly tokens: number | null
  /** 0–7; null when there is no grader for this problem, or no proof. */
  readonly score: number | null
  readonly tries: number
  /** What was told of the last try; null for a reply. */
  readonly told: string | null
}

export interface DistilSettings {
  /** Requests at a time. */
  readonly concurrency: number
  /** Tries of one problem, at most. */
  readonly tries: number
}

export interface DistilProgress {
  readonly total: number
  readonly done: number
  readonly byOutcome: Readonly<Partial<Record<Outcome, number>>>
  readonly tokens: number
}

export type DistilEnd =
  | { readonly kind: 'finished' | 'stopped' }
  | { readonly kind: 'refused' | 'notStored'; readonly told: string }

export interface DistilHost {
  /** One request; ends early, with `stopped`, when the job is stopped. */
  teach(item: DistilItem): Promise<TeacherReply>
  /** Null when there is no grader for this problem. */
  grade(item: DistilItem, proof: string): Taught | null
  /** Only a stored row counts as done. Null when it is on the disk, else why not. */
  keep(row: DistilRow): Promise<string | null>
  /** Milliseconds to wait after `tries` failed ones. */
  waitMs(tries: number, askedMs: number | null): number
  sleep(ms: number): Promise<void>
  progress(progress: DistilProgress): void
}

/**
 * Whether a reply has the structure of a training row: thinking that ends, then a proof. Right or wrong is not asked: the
 * published set keeps what is wrong or incomplete.
 * @source QED-Nano, arXiv 2604.04898, data filter of the fine-tuning set: a closed reasoning part and a proof part
 */
export function structure(reply: Pick<Extract<TeacherReply, { kind: 'reply' }>, 'isClosed' | 'isTruncated' | 'proof'>): Exclude<Outcome, 'failed'> {
  if (reply.isTruncated) return 'truncated'
  if (!reply.isClosed) return 'notClosed'
  return reply.proof.trim() === '' ? 'emptyProof' : 'kept'
}

/**
 * Teaches the items that `known` does not hold, so many at a time; each row is stored before it counts.
 * Edges: a stop begins nothing new, and what is underway ends without a row; a problem whose tries are used up is stored as
 * `failed`, and is asked again only when its row is left out of `known`.
 */
export async function runDistil(items: readonly DistilItem[], known: readonly DistilRow[], settings: DistilSettings, host: DistilHost, stop: Stop): Promise<DistilEnd> {
  const answered = new Set(known.map((row) => row.index))
  const open = items.filter((item) => !answered.has(item.index))
  const byOutcome: Partial<Record<Outcome, number>> = {}
  const counts = { done: 0, tokens: 0 }
  const count = ({ outcome, tokens }: DistilRow) => {
    byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1
    counts.done++
    counts.tokens += tokens ?? 0
  }
  const tell = () => host.progress({ total: items.length, ...counts, byOutcome: { ...byOutcome } })
  known.forEach(count)
  tell()
  let next = 0
  let ended: DistilEnd | null = null
  const isOver = () => stop.aborted || ended !== null

  /** Null when it was stopped, or ended the whole job. */
  const one = async (item: DistilItem): Promise<DistilRow | null> => {
    for (let tries = 1; ; tries++) {
      const reply = await host.teach(item)
      if (reply.kind === 'stopped' || isOver()) return null
      if (reply.kind === 'refused') {
        ended ??= { kind: 'refused', told: reply.told }
        return null
      }
      if (reply.kind === 'reply') {
        const outcome = structure(reply)
        const grade = outcome === 'kept' ? host.grade(item, reply.proof) : null
        return { schema: 1, index: item.index, outcome, reasoning: reply.reasoning, proof: reply.proof, tokens: reply.tokens, score: grade?.score ?? null, tries, told: null }
      }
      if (reply.kind === 'cannot' || tries >= settings.tries) return { schema: 1, index: item.index, outcome: 'failed', reasoning: '', proof: '', tokens: null, score: null, tries, told: reply.told }
      await host.sleep(host.waitMs(tries, reply.waitMs))
      if (isOver()) return null
    }
  }
  const lane = async () => {
    while (next < open.length && !isOver()) {
      const row = await one(open[next++]!)
      if (row === null) continue
      const fault = await host.keep(row)
      if (fault !== null) {
        ended ??= { kind: 'notStored', told: fault }
        return
      }
      count(row)
      tell()
    }
  }
  await Promise.all(Array.from({ length: Math.min(settings.concurrency, Math.max(1, open.length)) }, lane))
  return ended ?? { kind: stop.aborted && counts.done < items.length ? 'stopped' : 'finished' }
}
