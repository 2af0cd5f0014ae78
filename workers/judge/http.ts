/** One request to an endpoint: what it may take with it, how long it may last, what is made of the answer. */
import { retryAfterMs } from '../../src/audit/judges/backoff'
import { ChatStream, errorIn, MOST_REPLY_CHARS, wholeReply } from '../../src/audit/judges/chatStream'
import type { Endpoint } from '../../src/audit/judges/endpoint'
import type { Attempt } from '../../src/audit/judges/runner'
import { headersFor, withoutKeys } from './vault'

export interface Deadlines {
  readonly firstWordMs: number
  readonly idleMs: number
  readonly totalMs: number
}

/** No cookies, no referrer, no cache, and no redirect: a redirect would carry the prompt, and the page's name, to another origin. */
export const SAFE = { credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer', cache: 'no-store' } as const satisfies RequestInit

/** A request without body, for the endpoint's facts. */
export function get(endpoint: Endpoint, path: string, signal: AbortSignal): Promise<Response> {
  return fetch(endpoint.base + path, { ...SAFE, headers: headersFor(endpoint.origin), signal })
}

/** A chat completion, read to its end or to a deadline. Resolves; never rejects. */
export async function complete(endpoint: Endpoint, body: object, deadlines: Deadlines, stop: AbortSignal): Promise<Attempt & { readonly isStream?: boolean }> {
  const { firstWordMs, idleMs, totalMs } = deadlines
  const deadline = new AbortController()
  let late: string | null = null
  const give = (what: string) => () => ((late ??= what), deadline.abort())
  const total = setTimeout(give(`no end after ${seconds(totalMs)}`), totalMs)
  let idle = setTimeout(give(`no first word after ${seconds(firstWordMs)}`), firstWordMs)
  const heard = () => {
    clearTimeout(idle)
    idle = setTimeout(give(`silent for ${seconds(idleMs)}`), idleMs)
  }
  try {
    const response = await fetch(`${endpoint.base}/chat/completions`, {
      ...SAFE, method: 'POST', headers: { 'Content-Type': 'application/json', ...headersFor(endpoint.origin) }, body: JSON.stringify(body), signal: AbortSignal.any([stop, deadline.signal]),
    })
    if (!response.ok) {
      heard()
      const told = toldIn(await textOf(response, heard))
      return { kind: 'status', status: response.status, retryAfterMs: retryAfterMs(response.headers.get('Retry-After'), Date.now()), told }
    }
    if (!/event-stream/i.test(response.headers.get('Content-Type') ?? '')) {
      const reply = wholeReply(await textOf(response, heard))
      return reply === null ? { kind: 'network', told: 'The reply is no chat completion.' } : { kind: 'reply', reply: clean(reply), isStream: false }
    }
    const stream = new ChatStream()
    await read(response, (text) => (heard(), stream.push(text)))
    return { kind: 'reply', reply: clean(stream.end()), isStream: true }
  } catch (error) {
    if (stop.aborted) return { kind: 'stopped' }
    if (late !== null) return { kind: 'timeout', told: `The endpoint gave ${late}.` }
    return { kind: 'network', told: withoutKeys(`The connection failed: ${error instanceof Error ? error.message : String(error)}.`) }
  } finally {
    clearTimeout(total)
    clearTimeout(idle)
  }
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`

function clean<T extends { readonly text: string; readonly error: string | null }>(reply: T): T {
  return { ...reply, text: withoutKeys(reply.text), error: reply.error === null ? null : withoutKeys(reply.error) }
}

/** Hands the body over as text until `take` wants no more. */
async function read(response: Response, take: (text: string) => boolean): Promise<void> {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    if (!take(decoder.decode(value, { stream: true }))) return void reader.cancel().catch(() => {})
  }
}

/** A body of 4 MiB at most. */
async function textOf(response: Response, heard: () => void): Promise<string> {
  let text = ''
  if (response.body) await read(response, (part) => (heard(), (text += part).length <= MOST_REPLY_CHARS))
  return text
}

/** What an error body says, in one short line, without keys. */
export function toldIn(body: string): string {
  let said: string | null = null
  try {
    const value = JSON.parse(body) as unknown
    said = errorIn(value) ?? (typeof value === 'object' && value !== null && 'detail' in value ? String(value.detail) : null)
  } catch {
    said = body.startsWith('<') ? null : body
  }
  return withoutKeys((said ?? '').replace(/\s+/g, ' ').trim().slice(0, 300))
}
