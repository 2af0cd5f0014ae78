import type { RunEvent } from '../../src/posttrain/runRecords'
import type { EventBatch } from './protocol'

/** At most this often a batch is posted: a fast run must not flood the page. */
const INTERVAL_MS = 100

/** Events of one run, gathered and posted in batches over a transferred port. */
export class EventStream {
  private waiting: RunEvent[] = []
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly runId: string,
    private readonly port: MessagePort,
  ) {}

  send(event: RunEvent): void {
    this.waiting.push(event)
    this.timer ??= setTimeout(() => this.flush(), INTERVAL_MS)
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    if (this.waiting.length === 0) return
    const batch: EventBatch = { runId: this.runId, events: this.waiting }
    this.waiting = []
    this.port.postMessage(batch)
  }
}
