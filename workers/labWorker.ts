/**
 * A worker whose death is heard. Comlink alone waits for ever on a worker that failed to load, threw, closed itself or
 * was terminated; here every pending call rejects instead, with the cause.
 */
import { wrap, type Remote } from 'comlink'

export interface LabWorker<Api> {
  readonly api: Remote<Api>
  /** Rejects once, when the worker can answer no more. Never resolves. */
  readonly died: Promise<never>
  /** The answer, or the reason of the worker's death, whichever comes first. */
  call<P>(answer: P): Promise<Awaited<P>>
  /** Ends the worker; calls that wait for it reject. */
  terminate(): void
}

/** First message of a worker that calls `exposeAlive`: it holds the lock of this name as long as it lives. */
export interface AliveMessage {
  readonly labAlive: string
}

function isAlive(data: unknown): data is AliveMessage {
  return typeof data === 'object' && data !== null && 'labAlive' in data && typeof data.labAlive === 'string'
}

function causeOf(event: Event): string {
  if ('message' in event && typeof event.message === 'string' && event.message) return event.message
  return 'its script could not be loaded'
}

/**
 * Wraps a worker that was made by the caller (the bundler only recognises the literal `new Worker(new URL(…))`).
 *
 * Deaths it hears: a script that does not load or throws, an uncaught error later, a message that cannot be read, our
 * own `terminate()`; and, where the worker side calls `exposeAlive`, a silent end too, since the browser then frees the
 * worker's Web Lock. A heartbeat would mistake a long training step for death; a lock does not.
 */
export function openWorker<Api>(worker: Worker, name: string): LabWorker<Api> {
  const waiting = new Set<(reason: Error) => void>()
  let dead: Error | null = null
  let reject: (reason: Error) => void = () => {}
  const died = new Promise<never>((_, fail) => (reject = fail))
  died.catch(() => {}) // a death nobody waits for is no unhandled rejection

  const end = (cause: string) => {
    if (dead) return
    dead = new Error(`The ${name} worker stopped: ${cause}.`)
    for (const give of waiting) give(dead)
    waiting.clear()
    reject(dead)
  }
  worker.addEventListener('error', (event) => end(causeOf(event)))
  worker.addEventListener('messageerror', () => end('it sent a message that cannot be read'))
  worker.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (!isAlive(event.data)) return
    void navigator.locks?.request(event.data.labAlive, () => end('it ended without a word')).catch(() => {})
  })

  return {
    api: wrap<Api>(worker),
    died,
    call: <P>(answer: P) =>
      new Promise<Awaited<P>>((resolve, fail) => {
        // A set, not Promise.race: thousands of races against one long-lived promise would never be freed.
        if (dead) fail(dead)
        else waiting.add(fail)
        Promise.resolve(answer).then(resolve, fail).finally(() => waiting.delete(fail))
      }),
    terminate: () => {
      worker.terminate()
      end('it was ended')
    },
  }
}
