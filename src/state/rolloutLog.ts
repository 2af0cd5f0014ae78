/** Rollouts that this page heard of and the disk may not hold yet, step by step; older ones are read from storage. */
import type { RolloutStep } from '../posttrain/runRecords'

/** Steps kept after they are on disk: what a researcher leafs through while the run goes on. */
const KEPT_SAVED = 48

export class RolloutLog {
  private readonly bySteps = new Map<number, RolloutStep>()
  private savedUpTo = -Infinity

  put(step: RolloutStep): void {
    this.bySteps.set(step.step, step)
    this.trim()
  }

  get(step: number): RolloutStep | null {
    return this.bySteps.get(step) ?? null
  }

  /** Steps held here, ascending. */
  steps(): number[] {
    return [...this.bySteps.keys()].sort((a, b) => a - b)
  }

  /** Everything up to `step` is on disk now, so only the latest of it stays in memory. */
  saved(step: number): void {
    this.savedUpTo = step
    this.trim()
  }

  truncateAfter(step: number): void {
    for (const held of this.bySteps.keys()) if (held > step) this.bySteps.delete(held)
  }

  private trim(): void {
    const onDisk = this.steps().filter((s) => s <= this.savedUpTo)
    for (const step of onDisk.slice(0, -KEPT_SAVED)) this.bySteps.delete(step)
  }
}

const logs = new Map<string, RolloutLog>()

/** The one rollout log of a run on this page. */
export function rolloutLog(runId: string): RolloutLog {
  let log = logs.get(runId)
  if (!log) logs.set(runId, (log = new RolloutLog()))
  return log
}

export function forgetRollouts(runId: string): void {
  logs.delete(runId)
}

/** The entry of ascending `steps` closest to `step`, the earlier one when two are as close; null when there is none. */
export function nearestStep(steps: readonly number[], step: number): number | null {
  let best: number | null = null
  for (const s of steps) if (best === null || Math.abs(s - step) < Math.abs(best - step)) best = s
  return best
}
