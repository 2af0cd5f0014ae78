/** The engine's benchmark in Node: started by `engine.bench.ts` with the Vulkan driver that it found; prints one line of JSON last. */
import { openNodeGpu } from '../../src/engine/node'
import type { Host } from './host'
import { engineFigures } from './measure'
import { PARTS, type Part } from './parts'

/** Exit code that says: there is no adapter with this environment. */
const NO_ADAPTER = 3

const host: Host = {
  runtime: `Node ${process.version}, Dawn`,
  heapBytes: async () => {
    if (!globalThis.gc) return null
    for (let i = 0; i < 3; i++) {
      globalThis.gc()
      await new Promise((done) => setTimeout(done, 50))
    }
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    return heapUsed + external + arrayBuffers
  },
  onnxFolder: null, // on WebGPU it runs in browsers only
  log: (line) => void process.stderr.write(`${line}\n`),
}

/** Iterator helpers and the navigator's fields, which @jax-js/jax takes for granted and Node 20 lacks. */
function completeNode(): void {
  const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as Record<string, unknown>
  for (const name of ['map', 'filter', 'some', 'every', 'find', 'reduce', 'forEach', 'flatMap'] as const)
    if (!(name in iterators)) {
      const method = Array.prototype[name] as (this: unknown[], ...args: unknown[]) => unknown
      Object.defineProperty(iterators, name, { configurable: true, writable: true, value(this: Iterable<unknown>, ...args: unknown[]) { return method.apply([...this], args) } })
    }
  if (!('toArray' in iterators)) Object.defineProperty(iterators, 'toArray', { configurable: true, writable: true, value(this: Iterable<unknown>) { return [...this] } })
  Object.defineProperties(navigator, { userAgent: { value: 'Node' }, hardwareConcurrency: { value: 1 } })
}

const gpu = await openNodeGpu().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(NO_ADAPTER)
})
completeNode()
const named = process.argv.slice(2).filter((word): word is Part => (PARTS as readonly string[]).includes(word))
const result = await engineFigures(gpu, host, named.length > 0 ? named : PARTS)
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0)) // Dawn's threads would keep the process
