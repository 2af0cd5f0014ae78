/** Drives a script over any generator of text, with bounded concurrency, and logs each reply as it comes. */
import { ok, type Failure, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import { digest, INSIDE, standing, type Answer, type Call, type LoggedReply, type Reply, type Scaffold } from './scaffold'

export interface Surroundings {
  /** Answers one call. Throws when it cannot: the run ends there and what was logged stays. */
  generate(call: Call): Promise<Reply>
  /** Keeps a reply for good before the run counts on it. */
  keep(key: string, logged: LoggedReply): Promise<void>
  /** Calls underway at one time. */
  readonly concurrency: number
  readonly stop: Stop
}

export type Outcome = { readonly kind: 'answered'; readonly answer: Answer } | { readonly kind: 'stopped' }

/**
 * Runs a scaffold from the replies in `log`, which grows as replies come.
 * @throws what `generate` or `keep` throws, once the calls underway have ended
 */
export async function runScaffold(scaffold: Scaffold, problem: string, log: Map<string, LoggedReply>, around: Surroundings): Promise<Result<Outcome, 'changed'>> {
  for (;;) {
    const where = standing(scaffold, problem, log)
    if (!where.ok) return where satisfies Failure<'changed'>
    if (where.value.kind === 'answered') return ok(where.value)
    if (around.stop.aborted) return ok({ kind: 'stopped' })
    await drain(where.value.calls, log, around)
  }
}

async function drain(calls: readonly Call[], log: Map<string, LoggedReply>, { generate, keep, concurrency, stop }: Surroundings): Promise<void> {
  const waiting = [...calls]
  const failures: unknown[] = []
  const worker = async () => {
    while (waiting.length > 0 && failures.length === 0 && !stop.aborted) {
      const call = waiting.shift()!
      try {
        const logged = { digest: digest(call.prompt), reply: await generate(call) }
        await keep(call.key, logged)
        log.set(call.key, logged)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, calls.length)) }, worker))
  if (failures.length > 0) throw failures[0]
}

/**
 * A generator that answers every call of `roles` by running a scaffold of its own on the call's prompt: an agent in the place of
 * a model. Its calls are logged under the outer call's key.
 */
export function nested(inner: Scaffold, roles: readonly Call['role'][], log: Map<string, LoggedReply>, around: Surroundings): Surroundings['generate'] {
  return async (call) => {
    if (!roles.includes(call.role)) return around.generate(call)
    const prefix = call.key + INSIDE
    const own = new Map([...log].filter(([key]) => key.startsWith(prefix)).map(([key, logged]) => [key.slice(prefix.length), logged]))
    const result = await runScaffold(inner, call.prompt, own, {
      ...around,
      generate: (one) => around.generate({ ...one, key: prefix + one.key }),
      keep: async (key, logged) => {
        await around.keep(prefix + key, logged)
        log.set(prefix + key, logged)
      },
    })
    if (!result.ok) throw new Error(result.what)
    if (result.value.kind === 'stopped') throw new Error('stopped')
    const replies = [...own.values()].map((logged) => logged.reply)
    const sum = (of: (reply: Reply) => number) => replies.reduce((total, reply) => total + of(reply), 0)
    const written = own.get(result.value.answer.from ?? '')?.reply
    return {
      reasoning: written?.reasoning ?? '',
      content: result.value.answer.proof,
      inputTokens: sum((r) => r.inputTokens),
      outputTokens: sum((r) => r.outputTokens),
      isTruncated: written?.isTruncated ?? true,
      cost: replies.some((r) => r.cost === null) ? null : sum((r) => r.cost ?? 0),
    }
  }
}
