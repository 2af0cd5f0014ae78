/** Stepping, sampling and scoring on fused kernels, for whatever is trained: all weights, or adapters beside frozen ones. */
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { pack, refuseEmptyPrompts, rowsOf, type TrainedSequence } from '../../posttrain/packing'
import { BATCH_ROWS, DECODE_ROWS } from '../../posttrain/trainingMemory'
import type { GpuContext } from '../gpu/context'
import { stepNumbers } from '../gpu/kernel'
import type { SampledRow, SampleSettings } from '../loops/sample'
import type { AdamWSettings } from '../optimiser/adamw'
import type { Objective, PolicyModel, StepRequest, TrainedArrays } from '../policyModel'
import type { PolicyWeights } from './layer'
import { distinctPromptRows, Sampler, type SamplerSize } from './sampler'
import type { ModelShape } from './shape'
import { Trainer, type StepSums } from './trainer'
import { RING, type Trained } from './trainingPlans'

export interface FusedOptions {
  /** Rows of a packed batch: tokens that are computed at one time. */
  readonly rows?: number
  readonly recomputes?: boolean
}

export abstract class FusedPolicy implements PolicyModel {
  readonly engine = 'fused'
  private trainer: Trainer | null = null
  private sampler: Sampler | null = null
  private submitted = 0

  protected constructor(
    protected readonly gpu: GpuContext,
    protected readonly shape: ModelShape,
    protected readonly trained: Trained,
    /** Steps that the optimiser has done. */
    protected t: number,
    private readonly options: FusedOptions,
  ) {}

  /** The policy that stands still. @throws when there is none yet */
  protected abstract reference(): PolicyWeights
  abstract freezeReference(): void

  get config(): ModelConfig {
    return this.shape.config
  }

  /** Submits a step and awaits nothing; its sums are in the ring until 64 steps later. @returns the ring row */
  async submit(sequences: readonly TrainedSequence[], objective: Objective, learningRate: number, settings: AdamWSettings): Promise<number> {
    const trainer = await this.trainerFor([sequences])
    this.t++
    const slot = this.submitted++ % RING
    const policy = objective.kind === 'policy' ? objective : null
    trainer.step(
      pack(sequences, this.batchRows(sequences)).filter((batch) => batch.pick.length > 0),
      stepNumbers({
        slot,
        learningRate,
        beta1: settings.beta1,
        beta2: settings.beta2,
        adamEpsilon: settings.epsilon,
        weightDecay: settings.weightDecay,
        clipNorm: settings.clipNorm,
        correction1: 1 - settings.beta1 ** this.t,
        correction2: 1 - settings.beta2 ** this.t,
        objective: policy ? 1 : 0,
        inverseTemperature: policy ? 1 / policy.temperature : 1,
        epsilonLow: policy?.epsilonLow ?? 0,
        epsilonHigh: policy?.epsilonHigh ?? 0,
        klCoefficient: policy?.klCoefficient ?? 0,
        entropyBonus: policy?.entropyBonus ?? 0,
      }),
    )
    return slot
  }

  async step(sequences: readonly TrainedSequence[], objective: Objective, learningRate: number, settings: AdamWSettings): Promise<Record<string, number>> {
    return (await this.steps([{ sequences, objective, learningRate, settings }]))[0]!
  }

  async steps(some: readonly StepRequest[]): Promise<Record<string, number>[]> {
    if (some.length > RING) throw new RangeError(`${some.length} steps at once; the ring holds the numbers of ${RING}`)
    // Before the first of them: a trainer that grew in between would take the numbers of the earlier ones with it.
    await this.trainerFor(some.map((s) => s.sequences))
    const slots: (number | null)[] = []
    for (const { sequences, objective, learningRate, settings } of some) {
      const isTrained = sequences.some((s) => Array.prototype.some.call(s.weights, (w: number) => w !== 0))
      slots.push(isTrained ? await this.submit(sequences, objective, learningRate, settings) : null)
    }
    const sums = await this.trainer?.metrics(slots.map((slot) => slot ?? 0))
    return some.map(({ objective }, i) => (slots[i] === null ? { loss: 0, grad_norm: 0 } : metricsOf(sums![i]!, objective)))
  }

  async metrics(slots: readonly number[], objective: Objective): Promise<Record<string, number>[]> {
    return (await this.trainer!.metrics(slots)).map((sums) => metricsOf(sums, objective))
  }

  async sample(
    prompts: readonly (readonly number[])[],
    settings: SampleSettings,
    stop: Stop,
    breathe: () => Promise<void>,
    onTokens?: (rows: readonly SampledRow[]) => void,
  ): Promise<SampledRow[]> {
    refuseEmptyPrompts(prompts)
    const out: SampledRow[] = []
    for (let first = 0; first < prompts.length && !stop.aborted; first += DECODE_ROWS) {
      const some = prompts.slice(first, first + DECODE_ROWS)
      const sampler = await this.samplerFor(some, settings.maxNewTokens)
      out.push(...(await sampler.sample(some, settings, first, stop, breathe, onTokens && ((rows) => onTokens([...out, ...rows])))))
    }
    return out
  }

  async logprobs(sequences: readonly TrainedSequence[], temperature: number, of: 'policy' | 'reference' = 'policy'): Promise<Float32Array[]> {
    refuseEmptyPrompts(sequences.map((s) => s.prompt))
    const policy = of === 'policy' ? this.trained.policy : this.reference()
    const all = sequences.map((s) => ({ ...s, weights: new Float32Array(s.completion.length).fill(1) }))
    const trainer = await this.trainerFor([all])
    const parts: Float32Array[] = []
    for (const batch of pack(all, this.batchRows(all))) parts.push(await trainer.logprobs(batch, 1 / temperature, policy))
    const flat = parts.flatMap((part) => [...part])
    let at = 0
    return all.map((s) => Float32Array.from(flat.slice(at, (at += s.completion.length))))
  }

  /** The gradient that the last step computed, before clipping. */
  async gradient(): Promise<Float32Array> {
    return this.trainer!.gradient()
  }

  async state(): Promise<TrainedArrays> {
    const { parameters, m, v } = this.trained.state
    return { parameters: await this.read(parameters), m: await this.read(m), v: await this.read(v), t: this.t }
  }

  resetOptimiser(): void {
    const encoder = this.gpu.device.createCommandEncoder()
    encoder.clearBuffer(this.trained.state.m)
    encoder.clearBuffer(this.trained.state.v)
    this.gpu.device.queue.submit([encoder.finish()])
    this.t = 0
  }

  /** Dispatches of a decoding step and of a training step, for the benchmark. */
  get dispatches(): { readonly decode: number; readonly train: number } {
    return { decode: this.sampler?.dispatches ?? 0, train: this.trainer?.dispatches ?? 0 }
  }

  dispose(): void {
    this.trainer?.dispose()
    this.sampler?.dispose()
    for (const buffer of Object.values(this.trained.state)) this.gpu.destroy(buffer)
  }

  /** One buffer at a time is copied: staging copies of all of a large model's would be half as much memory again. */
  protected async read(buffer: GPUBuffer): Promise<Float32Array> {
    const byteLength = this.trained.layout.reduce((sum, slot) => sum + slot.size, 0) * 4
    return new Float32Array((await this.gpu.read([{ buffer, byteLength }]))[0]!)
  }

  /** Rows of a packed batch. A function of the step alone: how sequences share batches decides bits, and a resumed run must decide alike. */
  private batchRows(sequences: readonly TrainedSequence[]): number {
    return Math.max(this.options.rows ?? BATCH_ROWS, ...sequences.map(rowsOf))
  }

  /** A trainer that holds each of these steps. Larger ones replace smaller ones: sizes only grow. */
  private async trainerFor(steps: readonly (readonly TrainedSequence[])[]): Promise<Trainer> {
    const longest = Math.max(1, ...steps.flatMap((sequences) => sequences.map(rowsOf)))
    const wanted = Math.max(1, ...steps.map((sequences) => Math.min(this.batchRows(sequences), sequences.reduce((sum, s) => sum + rowsOf(s), 0))))
    const has = this.trainer?.options
    if (this.trainer && has && has.rows >= wanted && has.positions >= longest) return this.trainer
    const next = { rows: roundUp(Math.max(wanted, has?.rows ?? 0)), positions: roundUp(Math.max(longest, has?.positions ?? 0)), recomputes: this.options.recomputes ?? false }
    this.trainer?.dispose()
    this.trainer = null
    this.trainer = await Trainer.create(this.gpu, this.shape, this.trained, next)
    return this.trainer
  }

  private async samplerFor(prompts: readonly (readonly number[])[], most: number): Promise<Sampler> {
    const longest = Math.max(...prompts.map((p) => p.length))
    const size: SamplerSize = { slots: prompts.length, promptRows: distinctPromptRows(prompts), most, positions: longest + most }
    if (this.sampler?.holds(size)) return this.sampler
    const has = this.sampler?.size
    const grown = (key: keyof SamplerSize, unit: number) => Math.ceil(Math.max(size[key], has?.[key] ?? 0) / unit) * unit
    const next = { slots: grown('slots', 16), promptRows: grown('promptRows', 64), most: grown('most', 8), positions: grown('positions', 64) }
    this.sampler?.dispose()
    this.sampler = null
    this.sampler = await Sampler.create(this.gpu, this.shape, this.trained.policy, next)
    return this.sampler
  }
}

function roundUp(n: number): number {
  return Math.ceil(n / 64) * 64
}

function metricsOf(sums: StepSums, objective: Objective): Record<string, number> {
  const mean = (x: number) => x / Math.max(1, sums.trained)
  const common = { loss: sums.loss, grad_norm: sums.norm, entropy: mean(sums.entropy) }
  if (objective.kind === 'crossEntropy') return { ...common, mean_token_accuracy: mean(sums.hits) }
  return {
    ...common,
    policy_loss: sums.surrogate,
    'clip_ratio/low_mean': mean(sums.clippedLow),
    'clip_ratio/high_mean': mean(sums.clippedHigh),
    'clip_ratio/region_mean': mean(sums.clippedLow + sums.clippedHigh),
    'sampling/importance_sampling_ratio/mean': mean(sums.ratio),
    'rl/ess': sums.trained ? sums.ratio ** 2 / sums.ratioSquares / sums.trained : 0,
    ...(objective.klCoefficient !== 0 ? { kl: mean(sums.k3) } : {}),
  }
}
