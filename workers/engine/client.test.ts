import { expose } from 'comlink'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ok } from '../../src/base/result'
import type { RunEvent, RunRecord, RunRequest } from '../../src/posttrain/runRecords'
import type { EngineApi } from './protocol'

/** What the scripted worker was given; the channel between page and worker is a real one. */
let ports: MessagePort[] = []
let workers: FakeWorker[] = []
let isHanging = false

const record = { id: 'run-1' } as RunRecord
const report = { backend: 'wasm', adapter: '', features: [], maxBufferBytes: null, missing: null, missingDetail: null } as const

const scripted: Pick<EngineApi, 'open' | 'start' | 'resume' | 'memory'> = {
  open: async () => ({ kind: 'ready', report }),
  memory: async () => ({ gpuBytes: 7, buffers: 1 }),
  start: async (_: RunRequest, port: MessagePort) => {
    ports.push(port)
    port.postMessage({ runId: 'run-1', events: [{ kind: 'activity', text: 'early' }] })
    return isHanging ? new Promise(() => {}) : ok(record)
  },
  resume: async (_: string, port: MessagePort) => (ports.push(port), ok(record)),
}

class FakeWorker extends EventTarget {
  private readonly channel = new MessageChannel()
  isTerminated = false

  constructor() {
    super()
    workers.push(this)
    expose(scripted, this.channel.port2)
    this.channel.port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent('message', { data: data as unknown }))
  }
  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.channel.port1.postMessage(message, transfer)
  }
  terminate(): void {
    this.isTerminated = true
    this.channel.port1.close()
  }
  die(): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message: 'boom' }))
  }
}

async function freshClient() {
  vi.resetModules()
  return (await import('./client')).engineClient
}

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker)
  vi.stubGlobal('addEventListener', () => undefined)
})
afterEach(() => {
  for (const port of ports) port.close()
  for (const worker of workers) worker.terminate()
  ports = []
  workers = []
  isHanging = false
  vi.unstubAllGlobals()
})

const heard = () => {
  const events: RunEvent[] = []
  return { events, onEvents: (batch: readonly RunEvent[]) => void events.push(...batch) }
}

test('asking for memory starts no worker; opening starts one', async () => {
  const client = await freshClient()
  expect(await client.memory()).toBeNull()
  expect(workers.length).toBe(0)
  expect(await client.open()).toEqual({ kind: 'ready', report })
  expect(await client.open()).toEqual({ kind: 'ready', report })
  expect(workers.length).toBe(1)
  expect(await client.memory()).toEqual({ gpuBytes: 7, buffers: 1 })
})

test('events arrive in order over the port of the run', async () => {
  const client = await freshClient()
  const { events, onEvents } = heard()
  expect(await client.startRun({} as RunRequest, onEvents)).toEqual(ok(record))
  ports[0]!.postMessage({ runId: 'run-1', events: [{ kind: 'checkpointSaved', step: 5 }, { kind: 'status', status: 'finished', reason: null }] })
  await vi.waitFor(() => expect(events.length).toBe(3))
  expect(events.map((e) => e.kind)).toEqual(['activity', 'checkpointSaved', 'status'])
})

test('a dead worker ends the run in a clear state, and the next call starts another worker', async () => {
  const client = await freshClient()
  const { events, onEvents } = heard()
  await client.startRun({} as RunRequest, onEvents)
  await vi.waitFor(() => expect(events.length).toBe(1))
  workers[0]!.die()
  await vi.waitFor(() => expect(events.at(-1)).toEqual({ kind: 'deviceLost', reason: 'The training worker stopped: boom.' }))
  expect(workers[0]!.isTerminated).toBe(true)
  expect(await client.reopen()).toEqual({ kind: 'ready', report })
  expect(workers.length).toBe(2)
  expect((await client.resumeRun('run-1', onEvents)).ok).toBe(true)
})

test('a start that the worker never answers fails when it dies, instead of waiting for ever', async () => {
  isHanging = true
  const client = await freshClient()
  const starting = client.startRun({} as RunRequest, () => undefined)
  await vi.waitFor(() => expect(ports.length).toBe(1))
  workers[0]!.die()
  expect(await starting).toMatchObject({ ok: false, kind: 'device', what: 'The training worker stopped: boom.' })
})
