/** Wall times of work whose end the caller can await. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export async function elapsedMs(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Milliseconds of the middle one of `times` runs after `warmUp` that are not counted. */
export async function settledMs(warmUp: number, times: number, work: () => unknown): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < warmUp + times; i++) {
    const ms = await elapsedMs(work)
    if (i >= warmUp) taken.push(ms)
  }
  return median(taken)
}
