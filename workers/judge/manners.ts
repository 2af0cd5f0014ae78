/** What an endpoint wants to be asked like: learnt from its refusals, once, instead of asked of the researcher. */
import type { Prompt } from '../../src/audit/judges/prompt'
import type { Attempt } from '../../src/audit/judges/runner'

interface Manners {
  lengthField: 'max_tokens' | 'max_completion_tokens'
  sendsTemperature: boolean
  sendsStreamOptions: boolean
}

const learnt = new Map<string, Manners>()

function mannersOf(base: string, model: string): Manners {
  const key = `${base} ${model}`
  const known = learnt.get(key) ?? { lengthField: 'max_tokens', sendsTemperature: true, sendsStreamOptions: true }
  learnt.set(key, known)
  return known
}

/** An empty `system` is no system turn. */
export function chatBody(base: string, model: string, { system, user }: Prompt, mostNewTokens: number, temperature: number | null): object {
  const { lengthField, sendsTemperature, sendsStreamOptions } = mannersOf(base, model)
  return {
    model, messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), { role: 'user', content: user }], stream: true, [lengthField]: mostNewTokens,
    ...(sendsStreamOptions ? { stream_options: { include_usage: true } } : {}),
    ...(sendsTemperature && temperature !== null ? { temperature } : {}),
  }
}

/** Whether this refusal taught something, so that the same question may be put again in another form. */
export function learn(base: string, model: string, attempt: Attempt): boolean {
  if (attempt.kind !== 'status' || (attempt.status !== 400 && attempt.status !== 422)) return false
  const manners = mannersOf(base, model)
  if (/max_completion_tokens/.test(attempt.told) && manners.lengthField === 'max_tokens') manners.lengthField = 'max_completion_tokens'
  else if (/temperature/.test(attempt.told) && manners.sendsTemperature) manners.sendsTemperature = false
  else if (/stream_options/.test(attempt.told) && manners.sendsStreamOptions) manners.sendsStreamOptions = false
  else return false
  return true
}
