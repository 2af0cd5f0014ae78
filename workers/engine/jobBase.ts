/** What every job in the worker does alike: pause, stop and loss heard between steps, statuses told and stored. */
import { sentence } from '../../src/base/result'
import type { Checkpoint } from '../../src/engine/checkpoint'
import { profileGrader } from '../../src/engine/loops/judgeGraders'
import { CHECKER, CHECKER_ALONE } from '../../src/posttrain/checkerGrader'
import type { Graders } from '../../src/posttrain/grader'
import type { EvaluationAttempts, MetricPoint, Rollout, RolloutStep, RunRecord, RunStatus } from '../../src/posttrain/runRecords'
import type { RunCommit, RunStore } from '../../src/storage/runs'
import type { EngineDevice } from './engineDevice'
import type { EventStream } from './eventStream'

/** Messages are let in at least this often while a step runs. */
const BREATH_MS = 25
const LOSS_HEARD_MS = 1500

export abstract class JobBase {
  readonly stop = { aborted: false }
  /** True from the start of the loop to its end. */
  isUnderway = false
  protected isPausing = false
  private unpause: () => void = () => {}
  private metrics: MetricPoint[] = []
  private rollouts: RolloutStep[] = []
  protected evaluations: EvaluationAttempts[] = []
  private lastBreath = performance.now()

  constructor(
    protected record: RunRecord,
    protected readonly store: RunStore,
    protected readonly device: EngineDevice,
    protected readonly stream: EventStream,
  ) {}

  /** The loop itself, from where `checkpoint` stands. */
  protected abstract loop(checkpoint: Checkpoint | null): Promise<'finished' | 'stopped'>

  /** Runs to its end, whatever that is; never throws. The stored record and the last event say how it ended. */
  async run(checkpoint: Checkpoint | null): Promise<void> {
    this.isUnderway = true
    this.setStatus('running', null)
    try {
      const lost = this.device.whenLost().then((reason) => {
        throw new DeviceLost(reason)
      })
      this.setStatus(await Promise.race([this.loop(checkpoint), lost]), null)
    } catch (error) {
      this.stop.aborted = true
      // A read that fails is often the first word of a lost device: give the loss itself a moment to be heard.
      const reason = error instanceof DeviceLost ? error.message : await this.device.lostWithin(LOSS_HEARD_MS)
      if (reason !== null) {
        this.setStatus('interrupted', reason)
        this.stream.send({ kind: 'deviceLost', reason })
      } else this.setStatus('failed', error instanceof Error ? error.message : String(error))
    }
    // Points after the last checkpoint are not kept unless the run ended: a resume computes them again, the same.
    await this.commitRecord()
    this.stream.flush()
    this.isUnderway = false
  }

  pause(): void {
    this.isPausing = true
  }

  resume(): void {
    this.isPausing = false
    this.unpause()
  }

  end(): void {
    this.stop.aborted = true
    this.unpause()
  }

  now(): number {
    return performance.now()
  }

  async breathe(isSafe: boolean): Promise<void> {
    if (performance.now() - this.lastBreath > BREATH_MS) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0))
      this.lastBreath = performance.now()
    }
    if (!isSafe || !this.isPausing || this.stop.aborted) return
    this.setStatus('paused', null)
    await this.commitRecord()
    this.stream.flush()
    await new Promise<void>((resolve) => {
      this.unpause = resolve
      if (!this.isPausing || this.stop.aborted) resolve()
    })
    if (!this.stop.aborted) this.setStatus('running', null)
  }

  activity(text: string): void {
    this.stream.send({ kind: 'activity', text })
  }

  /** Who rewards: the checker, or the judge that was chosen, the checker then knowing beside it. */
  protected graders(): Graders {
    const { reward, seed } = this.record
    return reward === undefined ? CHECKER_ALONE : { reward: profileGrader(reward, CHECKER, seed), truth: CHECKER }
  }

  /** Keeps a step for the next commit and tells it. @throws when the device reported an error in it */
  protected tookStep(point: MetricPoint, rollouts: readonly Rollout[] | null): void {
    const errors = this.device.takeErrors()
    if (errors.length > 0) throw new Error(`The GPU reported an error in step ${point.step}; its numbers were thrown away. ${errors[0]}`)
    this.metrics.push(point)
    this.record = { ...this.record, step: point.step }
    this.stream.send({ kind: 'metrics', points: [point] })
    if (!rollouts) return
    const step = { step: point.step, rollouts }
    this.rollouts.push(step)
    this.stream.send({ kind: 'rollouts', step })
  }

  /**
   * One commit: the record with `changes`, everything since the last commit, and a checkpoint at `step`.
   * @returns false when it could not be stored: the run goes on from memory, and says so
   */
  protected async commitCheckpoint(step: number, changes: Partial<RunRecord>, part: Pick<RunCommit, 'checkpoint' | 'stageCheckpoint'>): Promise<boolean> {
    const { metrics, rollouts, evaluations } = this
    const record = { ...this.record, ...changes, checkpointStep: step, updatedAt: Date.now() }
    const saved = await this.store.commit(record, { metrics, rollouts, evaluations, ...part })
    if (!saved.ok) {
      this.stream.send({ kind: 'saveFailed', reason: sentence(saved) })
      return false
    }
    // Only what this commit held: nothing is added while it is awaited, since the loop waits for it.
    this.metrics = []
    this.rollouts = []
    this.evaluations = []
    this.record = record
    this.stream.send({ kind: 'checkpointSaved', step })
    return true
  }

  private async commitRecord(): Promise<void> {
    const saved = await this.store.commit(this.record, { metrics: [], rollouts: [], evaluations: this.evaluations, checkpoint: null })
    if (!saved.ok) this.stream.send({ kind: 'saveFailed', reason: sentence(saved) })
  }

  private setStatus(status: RunStatus, reason: string | null): void {
    this.record = { ...this.record, status, reason, updatedAt: Date.now() }
    this.stream.send({ kind: 'status', status, reason })
  }
}

class DeviceLost extends Error {}
