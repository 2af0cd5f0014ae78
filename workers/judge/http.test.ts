/** Requests against a real server on this machine that misbehaves. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseEndpoint, type Endpoint } from '../../src/audit/judges/endpoint'
import type { Attempt } from '../../src/audit/judges/runner'
import { complete } from './http'
import { chatBody, learn } from './manners'
import { holdsKey, keepKey, withoutKeys } from './vault'

const KEY = 'sk-canary-55aa77'
const seen: { url: string; authorization: string | undefined; body: string }[] = []
let server: Server
let endpoint: Endpoint
/** What the next request is answered with. */
let answer: 'ok' | 'echo' | 'redirect' | 'reset' | 'silent' | 'stalls' | 'endless' | 'strict' | 'html' = 'ok'

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => (body += String(part)))
    request.on('end', () => {
      seen.push({ url: request.url!, authorization: request.headers.authorization, body })
      const done = '{"choices":[{"message":{"content":"<score>3</score>"},"finish_reason":"stop"}]}'
      const type = (t: string) => response.writeHead(200, { 'Content-Type': t })
      if (answer === 'ok') type('application/json').end(done)
      else if (answer === 'echo') response.writeHead(401).end(JSON.stringify({ error: { message: `bad key ${request.headers.authorization}` } }))
      else if (answer === 'redirect') response.writeHead(307, { Location: '/elsewhere' }).end()
      else if (answer === 'reset') request.socket.destroy()
      else if (answer === 'stalls') type('text/event-stream').write('data: {"choices":[{"delta":{"content":"<sco"}}]}\n\n')
      else if (answer === 'html') type('text/html').end('<html>proxy</html>')
      else if (answer === 'endless') {
        type('text/event-stream')
        const more = () => { while (!response.destroyed && response.write(`: ${'x'.repeat(65_000)}\n`)); }
        response.on('drain', more)
        more()
      } else if (answer === 'strict') {
        const sent = JSON.parse(body) as Record<string, unknown>
        const fault = 'max_tokens' in sent ? 'use max_completion_tokens' : 'temperature' in sent ? 'temperature is fixed' : 'stream_options' in sent ? 'unknown field stream_options' : null
        if (fault) response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: { message: fault } }))
        else type('application/json').end(done)
      }
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const parsed = parseEndpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
  if (!parsed.ok) throw new Error(parsed.what)
  endpoint = parsed.value
  keepKey(endpoint.origin, KEY)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const ask = (how: typeof answer, stop = new AbortController().signal): Promise<Attempt> => {
  answer = how
  return complete(endpoint, { model: 'm' }, { firstWordMs: 250, idleMs: 250, totalMs: 2000 }, stop)
}

test('an answer; the key goes to its own origin', async () => {
  expect(await ask('ok')).toMatchObject({ kind: 'reply', reply: { text: '<score>3</score>', finish: 'stop' } })
  expect(seen.at(-1)!.authorization).toBe(`Bearer ${KEY}`)
  const other = { ...endpoint, origin: 'http://other.example' } // the same server under an origin that no key was typed for
  await complete(other, {}, { firstWordMs: 500, idleMs: 500, totalMs: 500 }, new AbortController().signal)
  expect(seen.at(-1)!.authorization).toBeUndefined()
})

test.each([['redirect', 'network', /failed/], ['reset', 'network', /failed/], ['silent', 'timeout', /no first word/], ['stalls', 'timeout', /silent/], ['html', 'network', /no chat completion/]] as const)('%s ends as %s, and is never an answer', async (how, kind, told) => {
  const attempt = await ask(how)
  expect(attempt.kind).toBe(kind)
  expect('told' in attempt && attempt.told).toMatch(told)
  expect(seen.some((s) => s.url === '/elsewhere')).toBe(false)
})

test('an endless reply is cut at 4 MiB and is an error', async () => expect(await ask('endless')).toMatchObject({ kind: 'reply', reply: { finish: null, error: 'the reply is longer than 4 MiB' } }))

test('a key that an endpoint repeats is not told on; a stop is heard at once', async () => {
  expect(await ask('echo')).toEqual({ kind: 'status', status: 401, retryAfterMs: null, told: 'bad key Bearer [key]' })
  const stop = new AbortController()
  const asked = ask('silent', stop.signal)
  stop.abort()
  expect(await asked).toEqual({ kind: 'stopped' })
})

test('what an endpoint does not want to be asked is learnt once, whatever the order of its refusals', async () => {
  answer = 'strict'
  const put = () => complete(endpoint, chatBody(endpoint.base, 'fussy', { system: 's', user: 'u' }, 50, 0), { firstWordMs: 500, idleMs: 500, totalMs: 500 }, new AbortController().signal)
  let tries = 1
  let attempt = await put()
  while (learn(endpoint.base, 'fussy', attempt)) { attempt = await put(); tries++ }
  expect([tries, attempt.kind]).toEqual([4, 'reply'])
  expect((await put()).kind).toBe('reply')
  expect(JSON.parse(seen.at(-1)!.body)).toEqual({ model: 'fussy', messages: [{ role: 'system', content: 's' }, { role: 'user', content: 'u' }], stream: true, max_completion_tokens: 50 })
  expect(learn(endpoint.base, 'fussy', { kind: 'status', status: 400, retryAfterMs: null, told: 'context too long' })).toBe(false)
})

test('a key is held for one origin, forgotten when emptied, and struck out of any text', () => {
  expect(holdsKey(endpoint.origin)).toBe(true)
  expect(holdsKey(endpoint.origin.replace('127.0.0.1', 'localhost'))).toBe(false)
  expect(withoutKeys(`a ${KEY} b ${KEY}`)).toBe('a [key] b [key]')
  keepKey(endpoint.origin, '')
  expect(holdsKey(endpoint.origin)).toBe(false)
})
