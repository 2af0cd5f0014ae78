/** A whole recipe in the worker: its stages, joined to storage and event stream. */
import { sentence } from '../../src/base/result'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../../src/engine/checkpoint'
import { runRecipe, type RecipeHost } from '../../src/engine/recipe/recipeRun'
import { stepsOf, type RecipePreset, type RecipeStage } from '../../src/posttrain/recipe'
import type { RecipeData } from '../../src/posttrain/recipeData'
import { stepsBefore } from '../../src/posttrain/recipePlace'
import type { StageResult } from '../../src/posttrain/recipeResults'
import type { MetricPoint, RecipeProgress, Rollout, RunRecord } from '../../src/posttrain/runRecords'
import type { RunStore } from '../../src/storage/runs'
import type { EngineDevice } from './engineDevice'
import type { EventStream } from './eventStream'
import { JobBase } from './jobBase'

/** Progress inside a stage is told at most this often. */
const TOLD_MS = 200

export class RecipeJob extends JobBase implements RecipeHost {
  private readonly progress: RecipeProgress
  /** Of stages that finished in this session, or were read for it. */
  private readonly kept = new Map<string, Checkpoint>()
  private told = -Infinity
  /** True in a stage that trains nothing: such a stage may be held anywhere, a resume begins it anew. */
  private isEvaluating = false

  constructor(
    record: RunRecord,
    private readonly preset: RecipePreset,
    private readonly data: RecipeData,
    store: RunStore,
    device: EngineDevice,
    stream: EventStream,
  ) {
    super(record, store, device, stream)
    this.progress = record.recipe ?? { results: [], partial: null }
  }

  protected async loop(checkpoint: Checkpoint | null): Promise<'finished' | 'stopped'> {
    const { results, partial } = this.progress
    const { preset, data } = this
    const before = partial ? stepsBefore(preset, partial.stage) : 0
    // Steps of the stage count from its start; its points up to the checkpoint make the averages of its result.
    const points = partial ? (await this.store.metrics(this.record.id)).filter((p) => p.step > before).map((p) => ({ ...p, step: p.step - before })) : []
    return runRecipe(
      { preset, seed: this.record.seed, data, openModel: this.device.openModel, graders: this.graders(), finished: results, partial: partial && checkpoint ? { ...partial, checkpoint, points } : null },
      this,
    )
  }

  override breathe(isSafe: boolean): Promise<void> {
    return super.breathe(isSafe || this.isEvaluating)
  }

  progressed(stage: RecipeStage, done: number, of: number): void {
    this.isEvaluating = stepsOf(stage) === 0
    if (this.now() - this.told < TOLD_MS && done > 0) return
    this.told = this.now()
    if (done === 0) this.activity(stage.label)
    this.stream.send({ kind: 'stage', stage: stage.id, done, of })
  }

  stepFinished(stage: RecipeStage, point: MetricPoint, rollouts: readonly Rollout[] | null): void {
    this.tookStep({ ...point, step: stepsBefore(this.preset, stage.id) + point.step }, rollouts)
  }

  /** A pause stores what it leaves behind. */
  wantsCheckpoint(_stage: RecipeStage, step: number): boolean {
    return this.isPausing || step % this.preset.checkpointEverySteps === 0
  }

  async save(stage: RecipeStage, checkpoint: Checkpoint, memory: string | null): Promise<void> {
    const recipe = { results: this.results(), partial: { stage: stage.id, memory } }
    await this.commitCheckpoint(stepsBefore(this.preset, stage.id) + checkpoint.step, { recipe }, { checkpoint: writeCheckpoint(checkpoint) })
  }

  /** @throws when it cannot be stored: later stages, and a resume, need what it left */
  async stageFinished(stage: RecipeStage, result: StageResult, checkpoint: Checkpoint | null): Promise<void> {
    const recipe = { results: [...this.results(), result], partial: null }
    const bytes = checkpoint && writeCheckpoint(checkpoint)
    const step = stepsBefore(this.preset, stage.id) + stepsOf(stage)
    const isStored = await this.commitCheckpoint(step, { recipe }, { checkpoint: bytes, ...(bytes ? { stageCheckpoint: { stage: stage.id, bytes } } : {}) })
    if (!isStored) throw new Error(`What the stage "${stage.label}" left could not be stored. Free some space under Runs or Datasets, then resume.`)
    if (checkpoint) this.kept.set(stage.id, checkpoint)
    this.stream.send({ kind: 'stageFinished', result })
  }

  async weights(stage: string): Promise<Float32Array> {
    const kept = this.kept.get(stage)
    if (kept) return kept.parameters
    const bytes = await this.store.stageCheckpoint(this.record.id, stage)
    if (!bytes) throw new Error(`What the stage ${stage} left is not stored any more. Start the recipe again.`)
    const read = readCheckpoint(bytes)
    if (!read.ok) throw new Error(sentence(read))
    this.kept.set(stage, read.value)
    return read.value.parameters
  }

  private results(): readonly StageResult[] {
    return this.record.recipe?.results ?? []
  }
}
