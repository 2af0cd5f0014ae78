/** The contract of the GPU worker. Types only, so either side can read it for free. */
import type { Result } from '../../src/base/result'
import type { BackendName, RunEvent, RunRecord, RunRequest } from '../../src/posttrain/runRecords'
import type { Grade } from '../../src/proofs/records'
import type { ModelEngineApi } from './protocolModels'

/** What there is to compute on. */
export interface DeviceReport {
  readonly backend: BackendName
  /** Adapter as the browser names it, e.g. "nvidia ampere" or "google SwiftShader". */
  readonly adapter: string
  readonly features: readonly string[]
  readonly maxBufferBytes: number | null
  /** Why there is no WebGPU; null when there is. */
  readonly missing: 'noApi' | 'noAdapter' | 'noDevice' | null
  readonly missingDetail: string | null
}

export type DeviceState =
  | { readonly kind: 'ready'; readonly report: DeviceReport }
  | { readonly kind: 'lost'; readonly reason: string }

/** GPU and engine memory, in bytes. */
export interface MemoryReport {
  readonly gpuBytes: number
  /** GPU buffers, or tensors on the wasm backend. */
  readonly buffers: number
}

export type RunFailure =
  | 'busy'
  | 'noDataset'
  | 'notTrainable'
  | 'noRun'
  | 'noCheckpoint'
  | 'lockedElsewhere'
  | 'storage'
  | 'device'

/** Live stream of one job, sent over the MessagePort that `start` and `resume` take. Batched, at most 10 a second. */
export interface EventBatch {
  readonly runId: string
  readonly events: readonly RunEvent[]
}

export interface EngineApi extends ModelEngineApi {
  /** Opens the device (once) and says what it is. Never throws: without WebGPU the wasm backend answers. */
  open(): Promise<DeviceState>
  /** Forgets a lost device and opens a new one. */
  reopen(): Promise<DeviceState>
  memory(): Promise<MemoryReport>
  /** Starts a run; answers as soon as it is stored and underway. Events follow on `port`. */
  start(request: RunRequest, port: MessagePort): Promise<Result<RunRecord, RunFailure>>
  /** Continues a stored run from its last checkpoint. Points after it are overwritten. */
  resume(runId: string, port: MessagePort): Promise<Result<RunRecord, RunFailure>>
  /** Pause takes effect after the step underway; the checkpoint is stored before the status says `paused`. */
  pause(runId: string): Promise<void>
  unpause(runId: string): Promise<void>
  /** Ends the run for good; what it computed stays. */
  stop(runId: string): Promise<void>
  /** Samples proofs from a stored checkpoint and grades them. `temperature` 0 is greedy. */
  sample(
    runId: string,
    problem: string,
    options: { readonly count: number; readonly temperature: number; readonly seed: number },
  ): Promise<Result<readonly Sampled[], RunFailure | 'badProblem'>>
  /** Test hook: loses the device as a crash would. */
  loseDevice(): Promise<void>
}

export interface Sampled {
  readonly completion: string
  readonly reasoning: string
  readonly proof: string
  readonly tokens: number
  readonly isTruncated: boolean
  readonly logprob: number
  readonly grade: Grade
}
