import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileFor, freePort, serve } from './staticServer'

const root = mkdtempSync(join(tmpdir(), 'served-'))
let served: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  mkdirSync(join(root, 'assets'))
  writeFileSync(join(root, 'index.html'), '<p>lab</p>')
  writeFileSync(join(root, 'assets', 'a.js'), '1')
  served = await serve(root, 0, false)
})
afterAll(() => new Promise((done) => served.server.close(done)))

/** As fetch would, but with the path exactly as given: fetch itself resolves `..` away. */
function get(path: string, method = 'GET'): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((done, failed) => {
    const url = new URL(served.address)
    request({ host: '127.0.0.1', port: url.port, path, method }, (response) => {
      let body = ''
      response.on('data', (part) => (body += String(part)))
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
      .on('error', failed)
      .end()
  })
}

test('serves the page with the policy and the isolation headers', async () => {
  const { status, headers, body } = await get('/')
  expect([status, body]).toEqual([200, '<p>lab</p>'])
  expect(headers['content-security-policy']).toContain("require-trusted-types-for 'script'")
  expect(headers['cross-origin-opener-policy']).toBe('same-origin')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['cache-control']).toBe('no-cache')
})

test('keeps hashed files for good, and gives scripts their type', async () => {
  const { headers } = await get('/assets/a.js?x=1')
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(headers['cache-control']).toContain('immutable')
})

test.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/a%00b', '/%', '/nothing.js', '/assets'])('gives 404 for %s', async (path) => {
  expect((await get(path)).status).toBe(404)
})

test('a path that decodes to one outside the folder names no file', () => {
  expect(fileFor(root, '/..%2f..%2fetc%2fpasswd')).toBeNull()
  expect(fileFor(root, '/assets/a.js')).toBe(resolve(root, 'assets/a.js'))
})

test('reads only', async () => {
  expect((await get('/', 'POST')).status).toBe(405)
  expect((await get('/', 'HEAD')).body).toBe('')
})

test('a taken port: strict fails, else the next free one is used', async () => {
  const taken = Number(new URL(served.address).port)
  await expect(serve(root, taken, true)).rejects.toThrow(/EADDRINUSE/)
  const next = await serve(root, taken, false)
  expect(Number(new URL(next.address).port)).not.toBe(taken)
  await new Promise((done) => next.server.close(done))
  expect(await freePort(taken)).not.toBe(taken)
})

test('the judge worker alone may connect to other origins', async () => {
  for (const name of ['endpointWorker-a1_B-2.js', 'worker-a1.js']) writeFileSync(join(root, 'assets', name), '1')
  expect((await get('/assets/endpointWorker-a1_B-2.js')).headers['content-security-policy']).toContain("connect-src 'self' https: http:;")
  for (const path of ['/', '/assets/a.js', '/assets/worker-a1.js', '/assets/a.js?endpointWorker-a1.js']) expect((await get(path)).headers['content-security-policy']).not.toMatch(/connect-src[^;]* https?:[ ;]/)
})
