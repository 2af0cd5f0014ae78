/** An OpenAI-compatible endpoint of the test's own, on this machine, that can lie in every way a real one does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly path: string
  readonly authorization: string | null
  readonly origin: string | null
  readonly referer: string | null
  readonly body: { readonly model?: string; readonly messages?: readonly { readonly content: string }[]; readonly response_format?: unknown; readonly logprobs?: boolean; readonly stream?: boolean } | null
}

/** What to do with a question. `times`: how often it was asked, from 1. */
export type Behave = (question: string, times: number) =>
  | { readonly say: string; readonly afterMs?: number }
  | { readonly status: number; readonly retryAfter?: number }
  | 'cut' | 'garbage' | 'never' | 'redirect'

export interface FakeEndpoint {
  /** Without `/v1`. `/nocors/v1` answers alike, but lets no page read it; `/plain/v1` neither streams nor counts. */
  readonly address: string
  readonly asked: Asked[]
  /** Name of each question to how often it came. */
  readonly times: Map<string, number>
  behave: Behave
  close(): Promise<void>
}

/** @param nameOf which question a prompt is; null for the checkup's own */
export async function fakeEndpoint(key: string, models: readonly string[], nameOf: (prompt: string) => string | null): Promise<FakeEndpoint> {
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    open.add(response)
    response.on('close', () => open.delete(response))
    void answer(request, response)
  })
  const fake: FakeEndpoint = {
    address: '', asked: [], times: new Map(), behave: () => ({ say: '<score>0</score>' }),
    close: () => new Promise((done) => {
      for (const response of open) response.destroy()
      server.close(() => done())
    }),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/'
    const isOpen = !url.startsWith('/nocors')
    const isPlain = url.startsWith('/plain')
    const path = url.replace(/^\/(nocors|plain)/, '')
    if (isOpen) {
      response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*')
      response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type')
      response.setHeader('Access-Control-Expose-Headers', 'retry-after')
    }
    const send = (status: number, value: unknown, type = 'application/json') => response.writeHead(status, { 'Content-Type': type }).end(typeof value === 'string' ? value : JSON.stringify(value))
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const body = await bodyOf(request)
    const { authorization = null, origin = null, referer = null } = request.headers
    fake.asked.push({ path, authorization, origin, referer, body })
    if (path === '/elsewhere') return void send(200, {})
    if (!path.startsWith('/v1/')) return void send(404, { error: { message: 'no such path' } })
    // As some providers do: the key is repeated in the error.
    if (authorization !== `Bearer ${key}`) return void send(401, { error: { message: `Incorrect API key provided: ${authorization?.slice(7) ?? 'none'}` } })
    if (path === '/v1/models') return void send(200, { object: 'list', data: models.map((id) => ({ id })) })
    if (path !== '/v1/chat/completions') return void send(404, { error: { message: 'no such path' } })
    if (body?.response_format) return void send(400, { error: { message: 'response_format is not supported' } })
    const prompt = body?.messages?.map((m) => m.content).join('\n') ?? ''
    const name = nameOf(prompt)
    if (name !== null) fake.times.set(name, (fake.times.get(name) ?? 0) + 1)
    const what = name === null ? { say: 'ready' } : fake.behave(name, fake.times.get(name)!)
    if (what === 'never') return
    if (what === 'redirect') return void response.writeHead(307, { Location: '/elsewhere' }).end()
    if (what === 'garbage') return void send(200, '{"choices": [{"message"')
    if (what !== 'cut' && 'status' in what) {
      if (what.retryAfter !== undefined) response.setHeader('Retry-After', String(what.retryAfter))
      return void send(what.status, { error: { message: `status ${what.status}` } })
    }
    const text = what === 'cut' ? '<assessment>half of a' : what.say
    if (what !== 'cut' && what.afterMs) await new Promise((wait) => setTimeout(wait, what.afterMs))
    if (isPlain) return void send(200, { choices: [{ message: { content: text }, finish_reason: 'stop' }] })
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const event = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`)
    event({ choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] })
    for (const part of text.match(/[\s\S]{1,40}/g) ?? []) event({ choices: [{ delta: { content: part }, finish_reason: null }] })
    if (what === 'cut') return void response.end() // a clean end in mid-answer: status 200, no error
    event({ choices: [{ delta: {}, finish_reason: 'stop' }] })
    event({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 20 } })
    response.end('data: [DONE]\n\n')
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return Object.assign(fake, { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

async function bodyOf(request: IncomingMessage): Promise<Asked['body']> {
  let text = ''
  for await (const part of request) text += String(part)
  try {
    return text === '' ? null : (JSON.parse(text) as Asked['body'])
  } catch {
    return null
  }
}
