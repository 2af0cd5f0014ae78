/** Asks a judge many questions: so many at a time, again where it may help, and each answer kept before it is counted. */
import type { Stop } from '../../base/stop'
import { waitBeforeRetry } from './backoff'
import type { ChatReply } from './chatStream'
import type { JudgeCall } from './calls'
import { costUsd, type Prices } from './cost'
import { parseJudgement, type VerdictCause } from './verdict'

/** What became of one request. `told`: words for the researcher, without the key. */
export type Attempt =
  | { readonly kind: 'reply'; readonly reply: ChatReply }
  /** A status that is not 2xx. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs: number | null; readonly told: string }
  /** No answer that can be read: refused, reset, cut off, not JSON, blocked. */
  | { readonly kind: 'network'; readonly told: string }
  | { readonly kind: 'timeout'; readonly told: string }
  | { readonly kind: 'noInput'; readonly told: string }
  /** The run was stopped meanwhile. */
  | { readonly kind: 'stopped' }

/** The end of one call, as it is stored. @version 1 */
export interface CallRecord {
  readonly schema: 1
  readonly key: string
  readonly proofId: string
  readonly rubric: string
  readonly variant: string
  readonly run: number
  readonly points: number | null
  readonly cause: VerdictCause | null
  /** What was told of the last try; null for a verdict. */
  readonly detail: string | null
  /** The judge's own words, shortened when very long; null when there are none. */
  readonly reply: string | null
  readonly tries: number
  /** Over all tries that were counted by the endpoint; null when none was. */
  readonly promptTokens: number | null
  readonly completionTokens: number | null
  readonly ms: number
  readonly promptHash: string
  readonly finishedAt: number
}

export interface RunnerSettings {
  /** Requests at a time. */
  readonly concurrency: number
  /** Tries of one call, at most. */
  readonly tries: number
  readonly prices: Prices
  /** Dollars at which no further call is begun; null for no cap. */
  readonly capUsd: number | null
}

export interface Progress {
  readonly total: number
  readonly done: number
  readonly inFlight: number
  readonly requests: number
  readonly retries: number
  readonly byCause: Readonly<Partial<Record<VerdictCause | 'verdict', number>>>
  readonly promptTokens: number
  readonly completionTokens: number
  /** Null while a price is unknown. */
  readonly usd: number | null
  /** All wait until then, by the host's clock; null when nobody does. */
  readonly waitsUntil: number | null
}

export type RunnerOutcome =
  | { readonly kind: 'finished' | 'stopped' | 'capped' }
  /** The endpoint refuses every call: the key, the model or the address is wrong. What was not answered stays open. */
  | { readonly kind: 'refused'; readonly status: number; readonly told: string }
  | { readonly kind: 'notStored'; readonly told: string }

export interface RunnerHost {
  /** One request. Ends early, with `stopped`, when the run is stopped. */
  send(call: JudgeCall): Promise<Attempt>
  promptHash(call: JudgeCall): string
  /** Resolves early when the run is stopped. */
  sleep(ms: number): Promise<void>
  now(): number
  unit(): number
  /** Only a stored call counts as done. Null when it is on the disk, else why not. */
  save(record: CallRecord): Promise<string | null>
  progress(progress: Progress): void
}

const MOST_STORED_CHARS = 64 * 1024

/** 401 key, 402 credit, 403 forbidden, 404 model or address, 405 address: true of the next call too. */
const REFUSES_ALL = new Set([401, 402, 403, 404, 405])
const IS_TRANSIENT = (status: number) => status === 408 || status === 409 || status === 425 || status === 429 || status >= 500

/**
 * Runs the calls that `known` does not hold.
 * 429 and 503 hold back every lane, since the limit is the account's. A reply is final when the endpoint said that it was
 * done: then its verdict stands, with or without a score. After the last try the cause is `rate_limit` or `timeout` when
 * all tries ended so, else `all_attempts_failed`; a call that the endpoint cannot take (other 4xx) is not tried again.
 * A stop begins nothing new; calls underway end without a record and are asked again by the next run.
 * @param known records of an earlier run of the same calls: they are never asked again
 */
export async function runCalls(calls: readonly JudgeCall[], known: readonly CallRecord[], settings: RunnerSettings, host: RunnerHost, stop: Stop): Promise<RunnerOutcome> {
  const answered = new Set(known.map((r) => r.key))
  const open = calls.filter((c) => !answered.has(c.key))
  const counts = { inFlight: 0, requests: 0, retries: 0, done: calls.length - open.length, prompt: 0, completion: 0 }
  const byCause: Partial<Record<VerdictCause | 'verdict', number>> = {}
  const count = (r: CallRecord) => {
    const of = r.cause ?? 'verdict'
    byCause[of] = (byCause[of] ?? 0) + 1
    counts.prompt += r.promptTokens ?? 0
    counts.completion += r.completionTokens ?? 0
  }
  known.forEach(count)
  let next = 0
  let holdUntil = 0
  let ended: RunnerOutcome | null = null
  const isOver = () => stop.aborted || ended !== null
  const usd = () => costUsd({ prompt: counts.prompt, completion: counts.completion }, settings.prices)
  const tell = () =>
    host.progress({
      total: calls.length, done: counts.done, inFlight: counts.inFlight, requests: counts.requests, retries: counts.retries, byCause: { ...byCause },
      promptTokens: counts.prompt, completionTokens: counts.completion, usd: usd(), waitsUntil: holdUntil > host.now() ? holdUntil : null,
    })

  const record = (call: JudgeCall, startedAt: number, tries: number, told: string | null, cause: VerdictCause | null, reply: ChatReply | null, points: number | null, tokens: { prompt: number | null; completion: number | null }): CallRecord => ({
    schema: 1, key: call.key, proofId: call.item.proofId, rubric: call.rubric.name, variant: call.variant, run: call.run, points, cause, detail: told,
    reply: reply === null || reply.text === '' ? null : reply.text.slice(0, MOST_STORED_CHARS), tries, promptTokens: tokens.prompt, completionTokens: tokens.completion,
    ms: host.now() - startedAt, promptHash: host.promptHash(call), finishedAt: host.now(),
  })

  /** Null when it was stopped, or ended the whole run. */
  const one = async (call: JudgeCall): Promise<CallRecord | null> => {
    const startedAt = host.now()
    const tokens: { prompt: number | null; completion: number | null } = { prompt: null, completion: null }
    const kinds = new Set<'rate_limit' | 'timeout' | 'all_attempts_failed'>()
    let told: string | null = null
    for (let tries = 1; ; tries++) {
      while (!isOver() && holdUntil > host.now()) await host.sleep(holdUntil - host.now())
      if (isOver()) return null
      counts.requests++
      if (tries > 1) counts.retries++
      const attempt = await host.send(call)
      if (attempt.kind === 'stopped') return null
      if (attempt.kind === 'noInput') {
        counts.requests--
        return record(call, startedAt, 0, attempt.told, 'no_input', null, null, tokens)
      }
      let askedMs: number | null = null
      if (attempt.kind === 'reply') {
        const { reply } = attempt
        if (reply.promptTokens !== null) tokens.prompt = (tokens.prompt ?? 0) + reply.promptTokens
        if (reply.completionTokens !== null) tokens.completion = (tokens.completion ?? 0) + reply.completionTokens
        if (reply.error === null && reply.finish !== null) {
          if (reply.finish === 'length') return record(call, startedAt, tries, 'The reply met its length limit.', 'truncated', reply, null, tokens)
          if (reply.finish === 'content_filter') return record(call, startedAt, tries, 'The endpoint’s filter withheld the reply.', 'refused', reply, null, tokens)
          const { points, cause } = parseJudgement(reply.text)
          return record(call, startedAt, tries, null, cause, reply, points, tokens)
        }
        told = reply.error ?? 'The reply ended before it was finished.'
        kinds.add('all_attempts_failed')
      } else if (attempt.kind === 'status') {
        told = `Status ${attempt.status}: ${attempt.told}`
        if (REFUSES_ALL.has(attempt.status)) {
          ended ??= { kind: 'refused', status: attempt.status, told: attempt.told }
          return null
        }
        kinds.add(attempt.status === 429 ? 'rate_limit' : attempt.status === 408 ? 'timeout' : 'all_attempts_failed')
        askedMs = attempt.retryAfterMs
        if (!IS_TRANSIENT(attempt.status)) return record(call, startedAt, tries, told, 'all_attempts_failed', null, null, tokens)
      } else {
        told = attempt.told
        kinds.add(attempt.kind === 'timeout' ? 'timeout' : 'all_attempts_failed')
      }
      if (tries >= settings.tries) return record(call, startedAt, tries, told, kinds.size === 1 ? [...kinds][0]! : 'all_attempts_failed', null, null, tokens)
      const wait = waitBeforeRetry(tries, askedMs, host.unit())
      if (attempt.kind === 'status' && (attempt.status === 429 || attempt.status === 503)) {
        holdUntil = Math.max(holdUntil, host.now() + wait)
        tell()
      } else await host.sleep(wait)
    }
  }

  const lane = async () => {
    while (next < open.length && !isOver()) {
      const spent = usd()
      if (settings.capUsd !== null && spent !== null && spent >= settings.capUsd) {
        ended ??= { kind: 'capped' }
        return
      }
      const call = open[next++]!
      counts.inFlight++
      tell()
      const finished = await one(call)
      counts.inFlight--
      if (finished === null) continue
      const fault = await host.save(finished)
      if (fault !== null) {
        ended ??= { kind: 'notStored', told: fault }
        return
      }
      counts.done++
      count(finished)
      tell()
    }
  }
  tell()
  await Promise.all(Array.from({ length: Math.min(settings.concurrency, Math.max(1, open.length)) }, lane))
  tell()
  return ended ?? { kind: stop.aborted && counts.done < calls.length ? 'stopped' : 'finished' }
}
