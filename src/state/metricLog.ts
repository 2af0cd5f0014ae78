/**
 * Every metric point of a run, in typed columns outside React: a step costs a few writes, and the page hears of it at
 * most ten times a second.
 */
import type { MetricPoint, Stage } from '../posttrain/runRecords'

const PUBLISH_EVERY_MS = 100

export interface Column {
  /** Steps at which the metric was logged, ascending. */
  readonly steps: Float64Array
  /** Values there; NaN where it was logged as missing. */
  readonly values: Float64Array
}

class Growing {
  length = 0
  private array = new Float64Array(256)

  push(value: number): void {
    if (this.length === this.array.length) {
      const wider = new Float64Array(this.array.length * 2)
      wider.set(this.array)
      this.array = wider
    }
    this.array[this.length++] = value
  }
  at(i: number): number {
    return this.array[i]!
  }
  view(): Float64Array {
    return this.array.subarray(0, this.length)
  }
}

/**
 * Columns of one run. A point at a step that is already there replaces it and everything after it: a run that resumes
 * from step T overwrites T+1 …, and no curve runs back and forth.
 */
export class MetricLog {
  private readonly steps = new Growing()
  private readonly stages: Stage[] = []
  private readonly columns = new Map<string, { steps: Growing; values: Growing }>()
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | null = null
  private lastPublished = -Infinity
  /** Counts publications; what a component subscribes to. */
  version = 0

  constructor(private readonly now: () => number = () => performance.now()) {}

  append(points: readonly MetricPoint[]): void {
    for (const point of points) {
      if (this.steps.length && point.step <= this.steps.at(this.steps.length - 1)) this.dropFrom(point.step)
      this.steps.push(point.step)
      this.stages.push(point.stage)
      for (const [name, value] of Object.entries(point.values)) {
        let column = this.columns.get(name)
        if (!column) this.columns.set(name, (column = { steps: new Growing(), values: new Growing() }))
        column.steps.push(point.step)
        column.values.push(value ?? NaN)
      }
    }
    if (points.length) this.schedule()
  }

  /** Starts over with what the disk holds. */
  replace(points: readonly MetricPoint[]): void {
    this.dropFrom(-Infinity)
    this.append(points)
    this.schedule()
  }

  /** Forgets what came after `step`: a resume computes it again. */
  truncateAfter(step: number): void {
    this.dropFrom(step + 1)
    this.schedule()
  }

  private dropFrom(step: number): void {
    shorten(this.steps, step)
    this.stages.length = this.steps.length
    for (const [name, column] of this.columns) {
      column.values.length = shorten(column.steps, step)
      if (column.steps.length === 0) this.columns.delete(name)
    }
  }

  get length(): number {
    return this.steps.length
  }

  get lastStep(): number | null {
    return this.steps.length ? this.steps.at(this.steps.length - 1) : null
  }

  /** All steps, ascending: a live view, good until the next append. */
  allSteps(): Float64Array {
    return this.steps.view()
  }

  names(): string[] {
    return [...this.columns.keys()].sort()
  }

  column(name: string): Column | null {
    const column = this.columns.get(name)
    return column ? { steps: column.steps.view(), values: column.values.view() } : null
  }

  /** Latest finite value of a metric; null when there is none. */
  latest(name: string): number | null {
    const column = this.columns.get(name)
    if (!column) return null
    for (let i = column.values.length - 1; i >= 0; i--) if (Number.isFinite(column.values.at(i))) return column.values.at(i)
    return null
  }

  /** Every point as it came, for a complete export. */
  points(): MetricPoint[] {
    const cursor = new Map<string, number>()
    return Array.from(this.steps.view(), (step, i) => {
      const values: Record<string, number | null> = {}
      for (const [name, column] of this.columns) {
        const at = cursor.get(name) ?? 0
        if (at < column.steps.length && column.steps.at(at) === step) {
          const value = column.values.at(at)
          values[name] = Number.isFinite(value) ? value : null
          cursor.set(name, at + 1)
        }
      }
      return { step, stage: this.stages[i]!, values }
    })
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getVersion = (): number => this.version

  private schedule(): void {
    if (this.timer !== null) return
    const wait = Math.max(0, this.lastPublished + PUBLISH_EVERY_MS - this.now())
    this.timer = setTimeout(() => {
      this.timer = null
      this.lastPublished = this.now()
      this.version++
      for (const listener of this.listeners) listener()
    }, wait)
  }
}

/** Cuts ascending `steps` before the first entry ≥ `step`; gives the new length. */
function shorten(steps: Growing, step: number): number {
  while (steps.length && steps.at(steps.length - 1) >= step) steps.length--
  return steps.length
}

const logs = new Map<string, MetricLog>()

/** The one log of a run on this page. */
export function metricLog(runId: string): MetricLog {
  let log = logs.get(runId)
  if (!log) logs.set(runId, (log = new MetricLog()))
  return log
}

export function forgetMetrics(runId: string): void {
  logs.delete(runId)
}
