/** What the page calls: one GPU worker, opened when first needed, and one event stream a run. */
import { transfer } from 'comlink'
import { openWorker, type LabWorker } from '../labWorker'
import { modelCalls } from './clientModels'
import { fail, type Failure, type Result } from '../../src/base/result'
import type { RunEvent, RunRecord, RunRequest } from '../../src/posttrain/runRecords'
import type { DeviceState, EngineApi, EventBatch, MemoryReport, RunFailure, Sampled } from './protocol'
import type { ModelEngineApi } from './protocolModels'

type EngineWorker = LabWorker<EngineApi>

/** Receives the events of one run, in order. */
export type OnRunEvents = (events: readonly RunEvent[]) => void

/** What the stores and panels of the page may ask of the engine. */
export interface EngineClient {
  open(): Promise<DeviceState>
  /** Forgets a lost device, or a dead worker, and opens a new one. */
  reopen(): Promise<DeviceState>
  memory(): Promise<MemoryReport | null>
  startRun(request: RunRequest, onEvents: OnRunEvents): Promise<Result<RunRecord, RunFailure>>
  resumeRun(runId: string, onEvents: OnRunEvents): Promise<Result<RunRecord, RunFailure>>
  pause(runId: string): Promise<void>
  unpause(runId: string): Promise<void>
  stop(runId: string): Promise<void>
  sample(
    runId: string,
    problem: string,
    options: { readonly count: number; readonly temperature: number; readonly seed: number },
  ): Promise<Result<readonly Sampled[], RunFailure | 'badProblem'>>
  /** Test hook: loses the device as a crash would. */
  loseDevice(): Promise<void>
}

let worker: EngineWorker | null = null
/** Streams that are open: when the worker dies, each is told once and closed. */
const streams = new Map<MessagePort, OnRunEvents>()

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function engineWorker(): EngineWorker {
  if (worker) return worker
  // Literally this form: a URL in a variable builds cleanly and ships no worker.
  const opened = openWorker<EngineApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), 'training')
  worker = opened
  addEventListener('lab-lose-device', loseDevice)
  opened.died.catch((error: unknown) => {
    if (worker !== opened) return
    worker = null
    opened.terminate()
    closeStreams({ kind: 'deviceLost', reason: reasonOf(error) })
  })
  return opened
}

/** Test hook: browser tests lose the device by this event on the window, as a crash would. */
function loseDevice(): void {
  void engineClient.loseDevice()
}

function closeStreams(last: RunEvent): void {
  for (const [port, onEvents] of [...streams]) {
    streams.delete(port)
    port.close()
    onEvents([last])
  }
}

function deviceFailure(error: unknown): Failure<'device'> {
  return fail('device', reasonOf(error), { where: 'Training worker', next: 'Retry: it starts again from the last checkpoint.' })
}

/** Opens a stream, hands its other end to `begin`, and keeps it only when the run is underway. */
async function stream(
  onEvents: OnRunEvents,
  begin: (engine: EngineWorker, port: MessagePort) => Promise<Result<RunRecord, RunFailure>>,
): Promise<Result<RunRecord, RunFailure>> {
  const { port1, port2 } = new MessageChannel()
  streams.set(port1, onEvents)
  port1.onmessage = (message: MessageEvent<EventBatch>) => onEvents(message.data.events)
  try {
    const engine = engineWorker()
    const result = await engine.call(begin(engine, port2))
    if (!result.ok) close(port1)
    return result
  } catch (error) {
    close(port1)
    return deviceFailure(error)
  }
}

function close(port: MessagePort): void {
  streams.delete(port)
  port.close()
}

export const engineClient: EngineClient = {
  async open() {
    try {
      const engine = engineWorker()
      return await engine.call(engine.api.open())
    } catch (error) {
      return { kind: 'lost', reason: reasonOf(error) }
    }
  },

  async reopen() {
    if (!worker) return this.open()
    try {
      return await worker.call(worker.api.reopen())
    } catch (error) {
      return { kind: 'lost', reason: reasonOf(error) }
    }
  },

  async memory() {
    if (!worker) return null // asking is no reason to start the engine
    try {
      return await worker.call(worker.api.memory())
    } catch {
      return null
    }
  },

  startRun: (request, onEvents) => stream(onEvents, (engine, port) => engine.api.start(request, transfer(port, [port]))),
  resumeRun: (runId, onEvents) => stream(onEvents, (engine, port) => engine.api.resume(runId, transfer(port, [port]))),

  async pause(runId) {
    if (worker) await worker.call(worker.api.pause(runId))
  },
  async unpause(runId) {
    if (worker) await worker.call(worker.api.unpause(runId))
  },
  async stop(runId) {
    if (worker) await worker.call(worker.api.stop(runId))
  },

  async sample(runId, problem, options) {
    try {
      const engine = engineWorker()
      return await engine.call(engine.api.sample(runId, problem, options))
    } catch (error) {
      return deviceFailure(error)
    }
  },

  async loseDevice() {
    if (worker) await worker.call(worker.api.loseDevice())
  },
}

/** The same worker, for pretrained models. */
export const modelEngine: ModelEngineApi = modelCalls(engineWorker, () => worker)

/** Opens the engine (once) and says what it computes on. Starts the worker when there is none. */
export function openEngine(): Promise<DeviceState> {
  return engineClient.open()
}
