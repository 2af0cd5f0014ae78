/** One question to an endpoint, outside of any run. */
import type { Endpoint } from '../../src/audit/judges/endpoint'
import type { Attempt } from '../../src/audit/judges/runner'
import { fail, ok, type Result } from '../../src/base/result'
import { complete } from './http'
import { chatBody, learn } from './manners'
import type { AskFailure, Question } from './protocol'

const DEADLINES = { firstWordMs: 180_000, idleMs: 60_000, totalMs: 900_000 } as const
const NEXT = 'Try again; Judges, Run a judge, Check the endpoint says what is wrong with it.'

export async function askOnce(endpoint: Endpoint, { model, prompt, mostNewTokens, temperature }: Question, stop: AbortSignal): Promise<Result<string, AskFailure>> {
  for (;;) {
    const attempt = await complete(endpoint, chatBody(endpoint.base, model, prompt, mostNewTokens, temperature), DEADLINES, stop)
    if (!learn(endpoint.base, model, attempt)) return answered(attempt, `${model} at ${endpoint.origin}`)
  }
}

/** A reply that ended as it should; anything else is told by its cause. */
export function answered(attempt: Attempt, where: string): Result<string, AskFailure> {
  switch (attempt.kind) {
    case 'reply': {
      const { text, finish, error } = attempt.reply
      if (error !== null) return fail('refused', `The endpoint broke off: ${error}.`, { where, next: NEXT })
      if (finish === 'length') return fail('cut', 'The model ran out of tokens before its answer ended.', { where, next: 'Allow more tokens, or use a model that thinks less.' })
      if (finish === null) return fail('cut', 'The connection ended in the middle of the answer.', { where, next: 'Try again.' })
      return text.trim() === '' ? fail('cut', 'The answer is empty.', { where, next: 'Try again, or use another model.' }) : ok(text)
    }
    case 'status': return fail('refused', `The endpoint refused (status ${attempt.status})${attempt.told ? `: ${attempt.told}` : ''}.`.replace(/\.\.$/, '.'), { where, next: attempt.status === 401 ? 'Type the key anew.' : NEXT })
    case 'timeout': return fail('timeout', attempt.told, { where, next: 'Try again.' })
    case 'stopped': return fail('cancelled', 'The question was taken back.', { where })
    case 'network':
    case 'noInput': return fail('network', attempt.told, { where, next: NEXT })
  }
}
