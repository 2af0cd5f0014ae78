/** One run in the worker: loop, storage and event stream joined; pause, stop and loss heard between steps. */
import { sentence } from '../../src/base/result'
import { writeCheckpoint, type Checkpoint } from '../../src/engine/checkpoint'
import { profileGrader } from '../../src/engine/loops/judgeGraders'
import { trainRun, type RunData, type RunHost } from '../../src/engine/loops/run'
import { CHECKER, CHECKER_ALONE } from '../../src/posttrain/checkerGrader'
import type { Graders } from '../../src/posttrain/grader'
import type { Preset } from '../../src/posttrain/presets'
import type { Evaluation, EvaluationAttempts, MetricPoint, Rollout, RolloutStep, RunRecord, RunStatus } from '../../src/posttrain/runRecords'
import type { RunStore } from '../../src/storage/runs'
import type { EngineDevice } from './engineDevice'
import type { EventStream } from './eventStream'

/** Messages are let in at least this often while a step runs. */
const BREATH_MS = 25
const LOSS_HEARD_MS = 1500

export class Job implements RunHost {
  readonly stop = { aborted: false }
  /** True from the start of the loop to its end. */
  isUnderway = false
  private isPausing = false
  private unpause: () => void = () => {}
  private metrics: MetricPoint[] = []
  private rollouts: RolloutStep[] = []
  private evaluations: EvaluationAttempts[] = []
  private lastBreath = performance.now()

  constructor(
    private record: RunRecord,
    private readonly preset: Preset,
    private readonly store: RunStore,
    private readonly device: EngineDevice,
    private readonly stream: EventStream,
  ) {}

  /** Runs to its end, whatever that is; never throws. The stored record and the last event say how it ended. */
  async run(data: RunData, checkpoint: Checkpoint | null): Promise<void> {
    this.isUnderway = true
    this.setStatus('running', null)
    const { seed, evaluations, reward } = this.record
    const graders: Graders = reward === undefined ? CHECKER_ALONE : { reward: profileGrader(reward, CHECKER, seed), truth: CHECKER }
    try {
      const lost = this.device.whenLost().then((reason) => {
        throw new DeviceLost(reason)
      })
      const outcome = await Promise.race([trainRun({ preset: this.preset, seed, data, checkpoint, evaluations, openModel: this.device.openModel, graders }, this), lost])
      this.setStatus(outcome, null)
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
    const saved = await this.store.commit(this.record, { metrics: [], rollouts: [], evaluations: this.evaluations, checkpoint: null })
    if (!saved.ok) this.stream.send({ kind: 'saveFailed', reason: sentence(saved) })
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
    const saved = await this.store.commit(this.record, { metrics: [], rollouts: [], evaluations: this.evaluations, checkpoint: null })
    if (!saved.ok) this.stream.send({ kind: 'saveFailed', reason: sentence(saved) })
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

  stepFinished(point: MetricPoint, rollouts: readonly Rollout[] | null): void {
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

  evaluated(evaluation: Evaluation, attempts: EvaluationAttempts): void {
    this.evaluations.push(attempts)
    this.record = { ...this.record, evaluations: [...this.record.evaluations, evaluation] }
    this.stream.send({ kind: 'evaluation', evaluation })
  }

  /** A pause stores what it leaves behind. */
  wantsCheckpoint(step: number): boolean {
    return this.isPausing || step % this.preset.checkpointEverySteps === 0 || step === this.preset.sft.steps
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    const { metrics, rollouts, evaluations } = this
    const record = { ...this.record, checkpointStep: checkpoint.step, updatedAt: Date.now() }
    const saved = await this.store.commit(record, { metrics, rollouts, evaluations, checkpoint: writeCheckpoint(checkpoint) })
    if (!saved.ok) {
      this.stream.send({ kind: 'saveFailed', reason: sentence(saved) })
      return
    }
    // Only what this commit held: nothing is added while it is awaited, since the loop waits for it.
    this.metrics = []
    this.rollouts = []
    this.evaluations = []
    this.record = record
    this.stream.send({ kind: 'checkpointSaved', step: checkpoint.step })
  }

  private setStatus(status: RunStatus, reason: string | null): void {
    this.record = { ...this.record, status, reason, updatedAt: Date.now() }
    this.stream.send({ kind: 'status', status, reason })
  }
}

class DeviceLost extends Error {}
