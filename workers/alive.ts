/** The worker's side of `labWorker.ts`: exposes its interface and holds a Web Lock as a sign of life. */
import { expose } from 'comlink'
import type { AliveMessage } from './labWorker'

/** Like comlink's `expose`, and lets the page notice when this worker ends without an error event. */
export function exposeAlive(api: object): void {
  expose(api)
  const locks = (globalThis as { navigator?: Navigator }).navigator?.locks
  if (!locks) return // no secure context: deaths with an error event are still heard
  const labAlive = `lab-worker-${crypto.randomUUID()}`
  void locks.request(labAlive, () => {
    postMessage({ labAlive } satisfies AliveMessage)
    return new Promise<never>(() => {}) // held until the thread ends
  })
}
