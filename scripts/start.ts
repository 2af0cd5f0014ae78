/** `npm start`: the built lab on a port of this machine. `--port N` asks for a port, `--strict` insists on it. */
import { parseArgs } from 'node:util'
import { build, isStale } from './freshBuild'
import { serve } from './staticServer'

const { values } = parseArgs({ options: { port: { type: 'string', default: '5180' }, strict: { type: 'boolean', default: false } } })
const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port wants a number from 0 to 65535, not "${values.port}".`)
  process.exit(2)
}

if (isStale()) {
  console.log('Building the lab (once, and again after a change)…')
  if (!build()) process.exit(1)
}
try {
  const { server, address } = await serve('dist', port, values.strict)
  console.log(`\n  Proof Lab is at  ${address}\n\n  Everything runs in the browser; nothing is uploaded. Ctrl+C ends it.`)
  const end = () => {
    server.closeAllConnections()
    server.close(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  // npm does not pass its own end on: without this the server would outlive `npm start` and keep its port.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid === parent || end(), 1000).unref()
} catch (error) {
  console.error(`Port ${port} cannot be used: ${error instanceof Error ? error.message : String(error)}. Choose another with: npm start -- --port 5200`)
  process.exit(1)
}
