/**
 * Test-time scaffolds as scripts: a generator yields the calls it can make now and is handed their replies. A script is a
 * function of problem, settings and replies alone, so its state is the log of replies: replaying the log stands where a
 * killed run stood, and repeats no call that was answered.
 */
import { fail, ok, type Result } from '../../base/result'

export type CallRole = 'solve' | 'summarise' | 'verify' | 'refine' | 'merge' | 'score' | 'consolidate' | 'select' | 'classify' | 'approach' | 'plan'

/** One request to a model. */
export interface Call {
  /** Names the call's place in the script, e.g. `round 2/merge 3`: stable from run to run. */
  readonly key: string
  readonly role: CallRole
  readonly prompt: string
}

export interface Reply {
  /** What was thought, before `</think>`; empty for a model that shows none. */
  readonly reasoning: string
  /** What was answered. */
  readonly content: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly isTruncated: boolean
  /** In dollars; null where no price is known. */
  readonly cost: number | null
}

export interface Answer {
  /** Empty when no call gave a usable proof. */
  readonly proof: string
  /** Key of the call that wrote it; null when none did. */
  readonly from: string | null
}

export type Script = Generator<readonly Call[], Answer, readonly Reply[]>

export interface Scaffold {
  readonly id: string
  readonly label: string
  /** Most calls one problem can take. */
  readonly mostCalls: number
  start(problem: string): Script
}

/** A reply as it is stored: with the digest of the prompt that it answers. */
export interface LoggedReply {
  readonly digest: string
  readonly reply: Reply
}

export type Standing = { readonly kind: 'waiting'; readonly calls: readonly Call[] } | { readonly kind: 'answered'; readonly answer: Answer }

/**
 * Where a script stands after the replies in `log`: the calls still open of its current batch, or its answer.
 * @returns `changed` when a stored reply answers another prompt than the script now asks: settings or prompts were edited
 */
export function standing(scaffold: Scaffold, problem: string, log: ReadonlyMap<string, LoggedReply>): Result<Standing, 'changed'> {
  const script = scaffold.start(problem)
  let next = script.next()
  while (!next.done) {
    const open: Call[] = []
    const replies: Reply[] = []
    for (const call of next.value) {
      const logged = log.get(call.key)
      if (!logged) open.push(call)
      else if (logged.digest !== digest(call.prompt))
        return fail('changed', `The stored reply to "${call.key}" answers another prompt.`, { where: scaffold.label, next: 'Restore the settings it was started with, or start anew.' })
      else replies.push(logged.reply)
    }
    if (open.length > 0) return ok({ kind: 'waiting', calls: open })
    next = script.next(replies)
  }
  return ok({ kind: 'answered', answer: next.value })
}

/**
 * 64 bits of a prompt as 16 hexadecimal digits (FNV-1a over its bytes, and a second multiplicative hash): the same in every
 * process, unlike a hash that a runtime salts.
 * @source Fowler, Noll, Vo, FNV-1a
 */
export function digest(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ (unit & 255), 0x01000193)
    a = Math.imul(a ^ (unit >> 8), 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
    b ^= b >>> 13
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** Between the key of a call and the keys of the scaffold that answered it. */
export const INSIDE = ' › '

/**
 * What the calls of a log cost together; `cost` is null as soon as one has no price. A call that a nested scaffold answered is
 * counted by what is inside it.
 */
export function spent(log: ReadonlyMap<string, LoggedReply>): { calls: number; inputTokens: number; outputTokens: number; cost: number | null } {
  const outer = new Set([...log.keys()].flatMap((key) => (key.includes(INSIDE) ? [key.slice(0, key.lastIndexOf(INSIDE))] : [])))
  const replies = [...log].filter(([key]) => !outer.has(key)).map(([, logged]) => logged.reply)
  const sum = (of: (reply: Reply) => number) => replies.reduce((total, reply) => total + of(reply), 0)
  return {
    calls: replies.length,
    inputTokens: sum((r) => r.inputTokens),
    outputTokens: sum((r) => r.outputTokens),
    cost: replies.some((r) => r.cost === null) ? null : sum((r) => r.cost ?? 0),
  }
}

/** The first of `calls` and the reply to it: for batches of one. */
export function* ask(call: Call): Generator<readonly Call[], Reply, readonly Reply[]> {
  const [reply] = yield [call]
  return reply!
}

/** The last answer that is not empty. */
export function lastAnswer(candidates: readonly { readonly key: string; readonly proof: string }[]): Answer {
  const found = candidates.findLast(({ proof }) => proof !== '')
  return found ? { proof: found.proof, from: found.key } : { proof: '', from: null }
}
