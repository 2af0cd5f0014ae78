/** A file of the Hub as bytes: only the ranges that are asked for are fetched, and the last of them kept. */
import type { Bytes, Incoming } from './bytes'

/** Small reads (a footer, a page) are widened to this grid: they come in clusters, and each request costs a round trip. */
const GRID_BYTES = 2 ** 18
const KEPT_BYTES = 96 * 2 ** 20
const TRIES = 3
const STALL_MS = 15_000

export interface Network {
  readonly fetch: typeof fetch
  readonly wait: (ms: number) => Promise<void>
  /** Told whenever bytes arrive. */
  readonly onHeard: () => void
}

/** The network did not give what was asked for; the message says why. */
export class NetworkFailed extends Error {
  /** @param isPassing another try may do */
  constructor(message: string, readonly isPassing = false) {
    super(message)
  }
}

/** @throws NetworkFailed from `slice`: offline, refused, changed meanwhile, or a server that does not answer by ranges */
export function hubBytes(url: string, byteLength: number, network: Network): Bytes {
  const kept: { start: number; end: number; bytes: Promise<ArrayBuffer> }[] = []
  const range = (start: number, end: number): Promise<ArrayBuffer> => {
    const known = kept.findIndex((one) => one.start <= start && one.end >= end)
    if (known >= 0) {
      const [one] = kept.splice(known, 1)
      kept.push(one!)
      return one!.bytes.then((bytes) => (one!.start === start && one!.end === end ? bytes : bytes.slice(start - one!.start, end - one!.start)))
    }
    const isSmall = end - start < GRID_BYTES
    const from = isSmall ? Math.floor(start / GRID_BYTES) * GRID_BYTES : start
    const to = isSmall ? Math.min(byteLength, Math.ceil(end / GRID_BYTES) * GRID_BYTES) : end
    const one = { start: from, end: to, bytes: fetched(url, from, to, byteLength, network) }
    kept.push(one)
    one.bytes.catch(() => void kept.splice(kept.indexOf(one), 1)) // asked for again at the next reading
    while (kept.length > 1 && kept.reduce((sum, k) => sum + k.end - k.start, 0) > KEPT_BYTES) kept.shift()
    return one.bytes.then((bytes) => (from === start && to === end ? bytes : bytes.slice(start - from, end - from)))
  }
  return { byteLength, slice: (start, end = byteLength) => (end <= start ? Promise.resolve(new ArrayBuffer(0)) : range(start, Math.min(end, byteLength))) }
}

/** @param file as the Hub lists it */
export function incomingHub(file: { readonly name: string; readonly url: string; readonly sizeBytes: number; readonly sha256: string | null }, network: Network): Incoming {
  return { name: file.name, bytes: hubBytes(file.url, file.sizeBytes, network), blob: null, place: { kind: 'hub', url: file.url }, handle: null, sha256: file.sha256 }
}

/** One range, tried again when the network or the server stumbles. */
async function fetched(url: string, start: number, end: number, byteLength: number, network: Network): Promise<ArrayBuffer> {
  for (let attempt = 1; ; attempt++) {
    const silence = new AbortController()
    let timer = setTimeout(() => silence.abort(), STALL_MS)
    try {
      const answer = await request(network.fetch, url, { headers: { Range: `bytes=${start}-${end - 1}` }, signal: silence.signal })
      // A whole file is what was asked for where the range is the file.
      if (answer.status === 200 && start === 0 && end === byteLength) return await body(answer, end - start)
      if (answer.status !== 206) throw refusal(answer.status)
      return await body(answer, end - start)
    } catch (error) {
      const isLast = attempt === TRIES || (error instanceof NetworkFailed && !error.isPassing)
      if (isLast) throw error instanceof NetworkFailed ? error : new NetworkFailed(silence.signal.aborted ? 'the Hub fell silent for 15 seconds' : error instanceof Error ? error.message : String(error))
      await network.wait(attempt * 700)
    } finally {
      clearTimeout(timer)
    }

    async function body(answer: Response, length: number): Promise<ArrayBuffer> {
      const out = new Uint8Array(length)
      const reader = answer.body!.getReader()
      let at = 0
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        if (at + value.length > length) throw new NetworkFailed(`the Hub sent more than the ${length} bytes that were asked for`)
        out.set(value, at)
        at += value.length
        network.onHeard()
        clearTimeout(timer)
        timer = setTimeout(() => silence.abort(), STALL_MS)
      }
      if (at !== length) throw new NetworkFailed(`only ${at} of ${length} bytes arrived`, true)
      return out.buffer
    }
  }
}

/** Without cookies, and without saying from where. @throws NetworkFailed when there is no answer at all */
export async function request(ask: typeof fetch, url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await ask(url, { ...init, mode: 'cors', credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new NetworkFailed(globalThis.navigator?.onLine === false ? 'this browser is offline' : 'huggingface.co cannot be reached from here', true)
  }
}

function refusal(status: number): NetworkFailed {
  if (status === 200) return new NetworkFailed('the server sends whole files only, not ranges')
  if (status === 401 || status === 403) return new NetworkFailed(`access is refused (${status}); private and gated sets are not read from here`)
  if (status === 404 || status === 410) return new NetworkFailed(`the file is no longer there (${status})`)
  if (status === 429) return new NetworkFailed('the Hub asks to slow down (429); try again in a minute', true)
  if (status >= 500) return new NetworkFailed(`the Hub has a fault of its own (${status}); try again later`, true)
  return new NetworkFailed(`the Hub answered with status ${status}`)
}
