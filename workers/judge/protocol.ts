/** The contract of the judge worker: it alone holds keys and calls endpoints. Keys go in and never come out. */
import type { CallPlan } from '../../src/audit/judges/calls'
import type { Facts, Finding } from '../../src/audit/judges/doctor'
import type { JudgeItem, Prompt } from '../../src/audit/judges/prompt'
import type { Attempt, CallRecord, Progress, RunnerOutcome } from '../../src/audit/judges/runner'
import type { Failure, Result } from '../../src/base/result'
import type { AskSettings, JudgeRunRecord } from '../../src/storage/judgeRuns'

export type { AskSettings, JudgeRunRecord } from '../../src/storage/judgeRuns'

export interface Checkup {
  readonly findings: readonly Finding[]
  /** Models that the endpoint lists; null when it does not. */
  readonly models: readonly string[] | null
}

/** A stored run and how far it is. */
export interface JudgeRun extends JudgeRunRecord {
  readonly done: number
  readonly verdicts: number
  /** Ended without a verdict by an accident that another try may mend. */
  readonly mendable: number
}

export interface NewRun {
  readonly judge: string
  readonly source: JudgeRunRecord['source']
  readonly endpoint: string | null
  readonly model: string
  readonly plan: CallPlan
  readonly settings: AskSettings
}

export type CompletionSettings = Pick<AskSettings, 'mostNewTokens' | 'temperature' | 'firstWordMs' | 'idleMs' | 'totalMs'>

/** One reply of the model in this tab. */
export interface TabReply {
  readonly text: string
  readonly finish: 'stop' | 'length'
  readonly promptTokens: number
  readonly completionTokens: number
}
export type AskTab = (prompt: Prompt, settings: { readonly mostNewTokens: number; readonly temperature: number; readonly seed: number }) => Promise<TabReply | Failure>

/** A single question, not of a run: nothing of it is stored. */
export interface Question {
  readonly address: string
  readonly model: string
  readonly prompt: Prompt
  readonly mostNewTokens: number
  readonly temperature: number | null
}
export type AskFailure = 'badAddress' | 'refused' | 'network' | 'timeout' | 'cut' | 'cancelled' | 'worker'

export type StartFailure = 'badAddress' | 'storage' | 'busy' | 'noRun' | 'worker'
export type OnJudged = (progress: Progress) => void

export interface JudgeApi {
  /** Keeps the key in the memory of this worker, for this address's origin alone; an empty one forgets. */
  setKey(address: string, key: string): Promise<Result<null, 'badAddress'>>
  hasKey(address: string): Promise<boolean>
  /** Asks the endpoint for its models, then three questions of a few tokens. */
  check(address: string, model: string, page: Facts['page']): Promise<Result<Checkup, 'badAddress'>>
  /** The whole answer, with the thinking of the model before `</think>` where it told it apart. `cancel(job)` ends the wait. */
  ask(job: string, question: Question): Promise<Result<string, AskFailure>>
  /** One completion, for whoever keeps the answers himself; `cancel(job)` ends it with `stopped`. */
  complete(job: string, address: string, model: string, prompt: Prompt, settings: CompletionSettings): Promise<Result<Attempt, 'badAddress'>>
  runs(): Promise<readonly JudgeRun[]>
  records(runId: string): Promise<readonly CallRecord[]>
  create(run: NewRun, calls: number): Promise<Result<JudgeRunRecord, StartFailure>>
  /**
   * Asks what is still open. `items`: the proofs as they were when the run was made, in the same order.
   * @param again also what ended without a verdict by an accident
   */
  work(runId: string, items: readonly JudgeItem[], again: boolean, onProgress: OnJudged, askTab: AskTab | null): Promise<Result<RunnerOutcome, StartFailure>>
  cancel(runId: string): Promise<void>
  remove(runId: string): Promise<void>
}
