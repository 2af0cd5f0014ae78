/** Serves the built lab with its security headers. Files of one folder, GET and HEAD only, this machine only. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { basename, extname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { headersOf, securityHeaders } from './contentPolicy'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/x-ndjson; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
}

/** The file a request path names inside `root`, or null when it names none: no path leads out of the folder. */
export function fileFor(root: string, requestPath: string): string | null {
  let path: string
  try {
    path = decodeURIComponent(new URL(requestPath, 'http://localhost').pathname)
  } catch {
    return null
  }
  if (path.includes('\0')) return null
  const file = resolve(root, `.${path.endsWith('/') ? `${path}index.html` : path}`)
  return file.startsWith(resolve(root) + sep) ? file : null
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end()
    return
  }
  const file = fileFor(root, request.url ?? '/')
  const found = file ? await stat(file).catch(() => null) : null
  if (!file || !found?.isFile()) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n')
    return
  }
  for (const [name, value] of Object.entries(headersOf(basename(file)))) response.setHeader(name, value)
  response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream')
  response.setHeader('Content-Length', found.size)
  // Built files carry a hash of their content in their names; the page itself must be asked for each time.
  const isHashed = file.startsWith(join(resolve(root), 'assets') + sep)
  response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
  response.writeHead(200)
  if (request.method === 'HEAD') response.end()
  else await pipeline(createReadStream(file), response)
}

/** The first port from `wanted` on that nobody listens on. */
export async function freePort(wanted: number): Promise<number> {
  const { server, address } = await serve('.', wanted, false)
  await new Promise((closed) => server.close(closed))
  return Number(new URL(address).port)
}

/** A server that listens on `port`; `isStrict` fails when it is taken, else the next free one is used. */
export function serve(root: string, port: number, isStrict: boolean): Promise<{ server: Server; address: string }> {
  return new Promise((done, failed) => {
    const server = createServer((request, response) => {
      answer(root, request, response).catch(() => response.destroy()) // the reader went away
    })
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' || isStrict || port === 0) return failed(error)
      serve(root, port + 1 > 65_535 ? 0 : port + 1, false).then(done, failed)
    })
    server.listen(port, '127.0.0.1', () => {
      const bound = server.address()
      const actual = typeof bound === 'object' && bound ? bound.port : port
      done({ server, address: `http://localhost:${actual}/` })
    })
  })
}
