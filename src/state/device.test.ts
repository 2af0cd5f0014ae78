import { expect, test } from 'vitest'
import type { DeviceReport, DeviceState } from '../../workers/engine/protocol'
import { createDeviceStore, type StorageReport } from './device'

const report: DeviceReport = { backend: 'webgpu', adapter: 'a', features: [], maxBufferBytes: 1, missing: null, missingDetail: null }
const storage: StorageReport = { usedBytes: 1, quotaBytes: 2, isPersisted: false }
const ready: DeviceState = { kind: 'ready', report }

function engine(answers: DeviceState[]) {
  const calls: string[] = []
  const next = (name: string) => async () => {
    calls.push(name)
    const answer = answers.shift()
    if (!answer) throw new Error('worker gone')
    return answer
  }
  return { calls, client: { open: next('open'), reopen: next('reopen'), memory: async () => (calls.push('memory'), { gpuBytes: 8, buffers: 2 }) } }
}

test('opens once, then measures', async () => {
  const { calls, client } = engine([ready, ready])
  const store = createDeviceStore(client, async () => storage)
  expect(store.getState().status).toBe('unopened')
  await Promise.all([store.getState().open(), store.getState().open()])
  expect(store.getState()).toMatchObject({ status: 'ready', report, reason: null, memory: { gpuBytes: 8, buffers: 2 }, storage })
  expect(calls.filter((name) => name === 'open')).toHaveLength(1)
})

test('a loss is a state with its reason, and a new device clears it', async () => {
  const { client } = engine([{ kind: 'lost', reason: 'driver reset' }, ready])
  const store = createDeviceStore(client, async () => storage)
  await store.getState().open()
  expect(store.getState()).toMatchObject({ status: 'lost', reason: 'driver reset', memory: null, storage })
  await store.getState().reopen()
  expect(store.getState()).toMatchObject({ status: 'ready', reason: null })
})

test('a worker that throws, and storage that cannot be measured, throw nothing here', async () => {
  const { client } = engine([])
  const store = createDeviceStore(client, async () => { throw new Error('blocked') })
  await store.getState().open()
  expect(store.getState()).toMatchObject({ status: 'lost', reason: 'worker gone', storage: null })
})

test('a slow answer is waited for, not asked for again', async () => {
  let asked = 0
  let answer: (value: null) => void = () => {}
  const slow = createDeviceStore(engine([ready]).client, () => (asked++, new Promise((done) => (answer = done))))
  const first = slow.getState().measure()
  await slow.getState().measure()
  expect(asked).toBe(1)
  answer(null)
  await first
  const again = slow.getState().measure()
  answer(null)
  await again
  expect(asked).toBe(2)
})
