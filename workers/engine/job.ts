/** A run of SFT then GRPO in the worker: the loop, joined to storage and event stream. */
import { writeCheckpoint, type Checkpoint } from '../../src/engine/checkpoint'
import { trainRun, type RunData, type RunHost } from '../../src/engine/loops/run'
import type { Preset } from '../../src/posttrain/presets'
import type { Evaluation, EvaluationAttempts, MetricPoint, Rollout, RunRecord } from '../../src/posttrain/runRecords'
import type { RunStore } from '../../src/storage/runs'
import type { EngineDevice } from './engineDevice'
import type { EventStream } from './eventStream'
import { JobBase } from './jobBase'

export class Job extends JobBase implements RunHost {
  constructor(
    record: RunRecord,
    private readonly preset: Preset,
    private readonly data: RunData,
    store: RunStore,
    device: EngineDevice,
    stream: EventStream,
  ) {
    super(record, store, device, stream)
  }

  protected loop(checkpoint: Checkpoint | null): Promise<'finished' | 'stopped'> {
    const { seed, evaluations } = this.record
    return trainRun({ preset: this.preset, seed, data: this.data, checkpoint, evaluations, openModel: this.device.openModel, graders: this.graders() }, this)
  }

  stepFinished(point: MetricPoint, rollouts: readonly Rollout[] | null): void {
    this.tookStep(point, rollouts)
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
    await this.commitCheckpoint(checkpoint.step, {}, { checkpoint: writeCheckpoint(checkpoint) })
  }
}
