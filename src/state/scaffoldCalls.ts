/** The calls of a scaffold, answered by the model in this tab or by an endpoint. */
import type { Stop } from '../base/stop'
import type { Call, Reply } from '../posttrain/scaffolds/scaffold'
import { splitCompletion } from '../proofs/completion'
import type { Proving } from '../../workers/data/protocol'
import type { TeacherDesk } from './teachers'

/** The first pause doubles from try to try. */
const TRIES = 4
/** A thinking model is silent for long. */
const DEADLINES = { firstWordMs: 300_000, idleMs: 120_000, totalMs: 7_200_000 }

/** What ended a script from outside: the answer is not to be had, what was logged stays. */
export class CallFailed extends Error {}

export interface Waiting {
  /** Milliseconds before the next try. */
  readonly waitMs: (tries: number, askedMs: number | null) => number
  readonly sleep: (ms: number) => Promise<void>
}

type Written = { readonly kind: 'written'; readonly reply: Reply } | { readonly kind: 'again'; readonly told: string; readonly waitMs: number | null }

/**
 * Answers one call, trying again where that may help.
 * @param job names the requests of an endpoint, so that they can be ended together
 * @throws CallFailed when it cannot be answered, or when it was stopped
 */
export function answerer(proving: Proving, job: string, desk: Pick<TeacherDesk, 'complete' | 'loadedModel' | 'tabOf'>, waiting: Waiting, stop: Stop): (call: Call) => Promise<Reply> {
  return async (call) => {
    for (let tries = 1; ; tries++) {
      const written = proving.source.kind === 'tab' ? await here(call) : await there(call, proving.source)
      if (stop.aborted) throw new CallFailed('stopped')
      if (written.kind === 'written') return written.reply
      if (tries >= TRIES) throw new CallFailed(written.told)
      await waiting.sleep(waiting.waitMs(tries, written.waitMs))
      if (stop.aborted) throw new CallFailed('stopped')
    }
  }

  async function here(call: Call): Promise<Written> {
    const model = await desk.loadedModel()
    if (!model) throw new CallFailed('No model is loaded. Load one above, then resume.')
    const { temperature, mostNewTokens, seed } = proving
    // Calls with the same prompt must not write the same: the seed follows the call's place.
    const reply = await desk.tabOf(model)({ system: '', user: call.prompt }, { mostNewTokens, temperature, seed: seed + placeOf(call.key) })
    if ('ok' in reply) throw new CallFailed(reply.next ? `${reply.what} ${reply.next}` : reply.what)
    return { kind: 'written', reply: { ...parts(reply.text, '', reply.finish === 'length'), inputTokens: reply.promptTokens, outputTokens: reply.completionTokens, isTruncated: reply.finish === 'length', cost: null } }
  }

  async function there(call: Call, { address, model }: { readonly address: string; readonly model: string }): Promise<Written> {
    const asked = await desk.complete(job, address, model, { system: '', user: call.prompt }, { ...DEADLINES, mostNewTokens: proving.mostNewTokens, temperature: proving.temperature })
    if (!asked.ok) throw new CallFailed(asked.what)
    const attempt = asked.value
    if (attempt.kind === 'stopped') throw new CallFailed('stopped')
    if (attempt.kind === 'noInput') throw new CallFailed(attempt.told)
    if (attempt.kind === 'network' || attempt.kind === 'timeout') return { kind: 'again', told: attempt.told, waitMs: null }
    if (attempt.kind === 'status') {
      const told = `Status ${attempt.status}: ${attempt.told}`
      if (attempt.status === 408 || attempt.status === 425 || attempt.status === 429 || attempt.status >= 500) return { kind: 'again', told, waitMs: attempt.retryAfterMs }
      throw new CallFailed(told)
    }
    const { text, reasoning, finish, error, promptTokens, completionTokens } = attempt.reply
    if (error !== null || finish === null) return { kind: 'again', told: error ?? 'The reply ended before it was finished.', waitMs: null }
    return { kind: 'written', reply: { ...parts(text, reasoning, finish === 'length'), inputTokens: promptTokens ?? 0, outputTokens: completionTokens ?? 0, isTruncated: finish === 'length', cost: null } }
  }
}

/** Thinking and answer. Without `</think>`, a reply that ended is an answer without thinking, and one that was cut off a thought without an answer. */
export function parts(text: string, reasoning: string, isTruncated: boolean): Pick<Reply, 'reasoning' | 'content'> {
  if (reasoning.trim() !== '') return { reasoning, content: text.trim() }
  const split = splitCompletion(text)
  if (split.isClosed) return { reasoning: split.reasoning, content: split.proof }
  return isTruncated ? { reasoning: split.reasoning, content: '' } : { reasoning: '', content: split.reasoning }
}

function placeOf(key: string): number {
  let place = 0
  for (let i = 0; i < key.length; i++) place = (Math.imul(place, 31) + key.charCodeAt(i)) & 0xfffff
  return place
}
