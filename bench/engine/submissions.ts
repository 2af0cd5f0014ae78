/** The JavaScript between a command encoder's creation and the return of its submission, added up. */

export interface Submissions {
  /** Milliseconds and count since the last call. */
  take(): { ms: number; count: number }
  release(): void
}

/** Listens at `device` from now on; `release` takes the ears off. */
export function watchSubmissions(device: GPUDevice): Submissions {
  const { queue } = device
  const [create, submit] = [device.createCommandEncoder, queue.submit]
  let [started, ms, count] = [0, 0, 0]
  device.createCommandEncoder = function (...args) {
    started = performance.now()
    return create.apply(device, args)
  }
  queue.submit = function (...args) {
    submit.apply(queue, args)
    ms += performance.now() - started
    count++
    return undefined
  }
  return {
    take: () => {
      const taken = { ms, count }
      ms = count = 0
      return taken
    },
    release: () => {
      // Own properties hid the prototype's.
      delete (device as Partial<GPUDevice>).createCommandEncoder
      delete (queue as Partial<GPUQueue>).submit
    },
  }
}
