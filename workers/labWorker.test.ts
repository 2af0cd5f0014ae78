import { afterEach, expect, test, vi } from 'vitest'
import { openWorker } from './labWorker'

/** The part of a Worker that the wrapper uses; `die` is how a browser would tell. */
class FakeWorker extends EventTarget {
  isTerminated = false
  postMessage(): void {}
  start(): void {}
  terminate(): void {
    this.isTerminated = true
  }
}

function opened() {
  const fake = new FakeWorker()
  return { fake, worker: openWorker<{ answer(): number }>(fake as unknown as Worker, 'test') }
}

function errorEvent(message?: string): Event {
  return Object.assign(new Event('error'), message === undefined ? {} : { message })
}

const never = () => new Promise<number>(() => {})

afterEach(() => vi.unstubAllGlobals())

test('gives the answer, also as a failure', async () => {
  const { worker } = opened()
  expect(await worker.call(Promise.resolve(7))).toBe(7)
  await expect(worker.call(Promise.reject(new Error('no such run')))).rejects.toThrow('no such run')
})

test.each([
  ['a script that does not load', errorEvent(), /could not be loaded/],
  ['a late throw', errorEvent('Uncaught RangeError: out of memory'), /out of memory/],
  ['a message that cannot be read', new Event('messageerror'), /cannot be read/],
])('%s: every pending call rejects with the cause, and so does every later one', async (_, event, cause) => {
  const { fake, worker } = opened()
  const calls = [worker.call(never()), worker.call(never())]
  fake.dispatchEvent(event)
  for (const call of calls) await expect(call).rejects.toThrow(cause)
  await expect(worker.call(never())).rejects.toThrow(cause)
  await expect(worker.died).rejects.toThrow(/The test worker stopped/)
})

test('our own end rejects too, and the thread is ended', async () => {
  const { fake, worker } = opened()
  const call = worker.call(never())
  worker.terminate()
  await expect(call).rejects.toThrow(/it was ended/)
  expect(fake.isTerminated).toBe(true)
})

test('the first cause stays', async () => {
  const { fake, worker } = opened()
  fake.dispatchEvent(errorEvent('first'))
  fake.dispatchEvent(errorEvent('second'))
  await expect(worker.died).rejects.toThrow('first')
})

test('a silent end is heard by the lock that it frees', async () => {
  let free: () => unknown = () => {}
  const request = vi.fn((_name: string, granted: () => unknown) => ((free = granted), new Promise(() => {})))
  vi.stubGlobal('navigator', { locks: { request } })
  const { fake, worker } = opened()
  const call = worker.call(never())
  expect(request).not.toHaveBeenCalled() // before the worker has its lock, ours would be granted at once
  fake.dispatchEvent(new MessageEvent('message', { data: { labAlive: 'lab-worker-1' } }))
  expect(request).toHaveBeenCalledWith('lab-worker-1', expect.any(Function))
  free()
  await expect(call).rejects.toThrow(/without a word/)
})
