/**
 * The training step as recorded plans: forward and backward of a packed batch, then clip and AdamW, one submission a step.
 * Buffers are allocated once; every sum runs in a fixed order, so a seed gives one curve, bit for bit, on one adapter.
 */
import type { PackedBatch } from '../../posttrain/packing'
import type { GpuContext } from '../gpu/context'
import { stepNumbers, type StepNumbers } from '../gpu/kernel'
import type { Plan } from '../gpu/plan'
import { tokenSpans } from '../kernels/embedding'
import { METRIC, METRIC_WORDS, STAT, STAT_WORDS, TARGET_WORDS } from '../kernels/tokenLoss'
import type { PolicyWeights } from './layer'
import type { ModelShape } from './shape'
import { RING, TrainingPlans, type Trained, type TrainerOptions } from './trainingPlans'

/** Sums over a step's trained tokens, and its gradient norm. */
export interface StepSums {
  readonly loss: number
  readonly entropy: number
  readonly ratio: number
  readonly ratioSquares: number
  readonly clippedLow: number
  readonly clippedHigh: number
  readonly k3: number
  readonly hits: number
  readonly surrogate: number
  readonly trained: number
  readonly norm: number
}

export class Trainer {
  private readonly scores = new Map<PolicyWeights, Plan>()

  private constructor(
    private readonly gpu: GpuContext,
    private readonly recorder: TrainingPlans,
    private readonly plans: { readonly gradient: Plan; readonly update: Plan },
    /** Part of the gradient that a step must clear: rows of an untied embedding that no token touches. */
    private readonly cleared: { readonly offset: number; readonly size: number } | null,
  ) {}

  static async create(gpu: GpuContext, shape: ModelShape, trained: Trained, options: TrainerOptions): Promise<Trainer> {
    const recorder = new TrainingPlans(gpu, shape, trained, options)
    const plans = { gradient: recorder.gradientPlan(), update: recorder.updatePlan() }
    await Promise.all(Object.values(plans).map((plan) => plan.close()))
    // A tied head writes its gradient over the whole table first.
    const isCleared = recorder.reachesEmbedding && !shape.config.tie_word_embeddings
    return new Trainer(gpu, recorder, plans, isCleared ? { offset: shape.embedding * 4, size: shape.vocabulary * shape.hidden * 4 } : null)
  }

  get options(): TrainerOptions {
    return this.recorder.options
  }

  /** Dispatches of one step over one batch. */
  get dispatches(): number {
    return this.plans.gradient.length + this.plans.update.length
  }

  /**
   * Submits one optimiser step over `batches`, whose gradients add up. Nothing is awaited: metrics of the last 64 steps
   * wait in the ring.
   */
  step(batches: readonly PackedBatch[], numbers: StepNumbers): void {
    batches.forEach((batch, i) => this.submit(this.plans.gradient, batch, { ...numbers, accumulate: i > 0 ? 1 : 0 }, i === batches.length - 1 ? numbers : null))
  }

  /** Log-probability of every picked token of a batch under `policy`, with its weights as they are. */
  async logprobs(batch: PackedBatch, inverseTemperature: number, policy: PolicyWeights): Promise<Float32Array> {
    this.submit(await this.scorePlan(policy), batch, stepNumbers({ inverseTemperature }), null)
    const count = batch.pick.length
    const [bytes] = await this.gpu.read([{ buffer: this.recorder.buffers.stats!, byteLength: count * STAT_WORDS * 4 }])
    const stats = new Float32Array(bytes!)
    return Float32Array.from({ length: count }, (_, i) => stats[i * STAT_WORDS + STAT.logprob]!)
  }

  /** Sums of the given ring rows. */
  async metrics(slots: readonly number[]): Promise<StepSums[]> {
    const [bytes] = await this.gpu.read([{ buffer: this.recorder.buffers.ring!, byteLength: RING * METRIC_WORDS * 4 }])
    const ring = new Float32Array(bytes!)
    return slots.map((slot) => {
      const at = (name: keyof typeof METRIC) => ring[slot * METRIC_WORDS + METRIC[name]]!
      return Object.fromEntries(Object.keys(METRIC).map((name) => [name, at(name as keyof typeof METRIC)])) as unknown as StepSums
    })
  }

  /** The gradient before clipping, as the last step left it. */
  async gradient(): Promise<Float32Array> {
    const [bytes] = await this.gpu.read([{ buffer: this.recorder.buffers.gradient!, byteLength: this.recorder.size * 4 }])
    return new Float32Array(bytes!)
  }

  dispose(): void {
    for (const plan of [...Object.values(this.plans), ...this.scores.values()]) plan.dispose()
    for (const buffer of Object.values(this.recorder.buffers)) this.gpu.destroy(buffer)
  }

  /** Recorded when first asked for: most runs score with one set of weights, if at all. */
  private async scorePlan(policy: PolicyWeights): Promise<Plan> {
    let plan = this.scores.get(policy)
    if (!plan) {
      plan = this.recorder.scorePlan(policy)
      this.scores.set(policy, plan)
      await plan.close()
    }
    return plan
  }

  private submit(plan: Plan, batch: PackedBatch, numbers: StepNumbers, update: StepNumbers | null): void {
    const { device } = this.gpu
    const { buffers, reachesEmbedding } = this.recorder
    const put = (name: string, data: Uint32Array) => {
      if (data.length > 0) device.queue.writeBuffer(buffers[name]!, 0, data.buffer, data.byteOffset, data.byteLength)
    }
    put('ids', batch.ids)
    put('first', batch.first)
    put('end', batch.end)
    put('pick', batch.pick)
    put('targets', targetWords(batch))
    let distinct = 0
    if (reachesEmbedding) {
      const spans = tokenSpans(batch.ids)
      put('order', spans.order)
      put('spans', spans.spans)
      distinct = spans.distinct
    }
    const step = { ...numbers, rows: batch.rows, trained: batch.pick.length, distinct }
    plan.set(step)
    const encoder = device.createCommandEncoder()
    encoder.clearBuffer(buffers.dx!)
    if (this.cleared && !step.accumulate) encoder.clearBuffer(buffers.gradient!, this.cleared.offset, this.cleared.size)
    const pass = encoder.beginComputePass()
    plan.encode(pass, step)
    if (update) {
      this.plans.update.set(update)
      this.plans.update.encode(pass, update)
    }
    pass.end()
    device.queue.submit([encoder.finish()])
  }
}

function targetWords(batch: PackedBatch): Uint32Array {
  const words = new Uint32Array(batch.pick.length * TARGET_WORDS)
  const floats = new Float32Array(words.buffer)
  batch.targets.forEach((target, i) => {
    words[i * TARGET_WORDS] = target
    floats[i * TARGET_WORDS + 1] = batch.weights[i]!
    floats[i * TARGET_WORDS + 2] = batch.advantages[i]!
    floats[i * TARGET_WORDS + 3] = batch.behaviour[i]!
    floats[i * TARGET_WORDS + 4] = batch.reference[i]!
  })
  return words
}
