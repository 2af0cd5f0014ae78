/** The fused kernels behind the generator's interface: float32 weights in one buffer, one sequence at a time. */
import { ok, sentence, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { GpuContext } from '../gpu/context'
import { Sampler, type SamplerSize } from '../fused/sampler'
import { modelShape, type ModelShape } from '../fused/shape'
import type { SampledRow } from '../loops/sample'
import { checkPrompt, type GenerateSettings, type Generation, type Generator, type TokenBatch } from './generator'
import type { LoadFault, WeightReader } from './loadWeights'

/** Sizes of a sampler are rounded up to this, so that a longer prompt seldom builds another. */
const BUCKET = 64

export class FusedGenerator implements Generator {
  private sampler: Sampler | null = null

  private constructor(
    private readonly gpu: GpuContext,
    private readonly shape: ModelShape,
    private readonly parameters: GPUBuffer,
    readonly context: number,
  ) {}

  /**
   * Uploads piece by piece: a few MiB are in memory at a time. Whole, or not at all.
   * @throws when the shape is one that the kernels cannot run, or the weights exceed a buffer of this adapter
   */
  static async load(gpu: GpuContext, config: ModelConfig, context: number, read: WeightReader, stop: Stop): Promise<Result<FusedGenerator, LoadFault>> {
    const shape = modelShape(config)
    if (!shape.ok) throw new Error(sentence(shape))
    const parameters = gpu.buffer('parameters', shape.value.size * 4)
    try {
      const done = await read((slot, values, at) => gpu.device.queue.writeBuffer(parameters, (slot.offset + at) * 4, values.buffer, values.byteOffset, values.byteLength), stop)
      if (done.ok) return ok(new FusedGenerator(gpu, shape.value, parameters, context))
      gpu.destroy(parameters)
      return done
    } catch (error) {
      gpu.destroy(parameters)
      throw error
    }
  }

  get config(): ModelConfig {
    return this.shape.config
  }

  dispose(): void {
    this.sampler?.dispose()
    this.gpu.destroy(this.parameters)
  }

  async generate(promptIds: readonly number[], settings: GenerateSettings, onTokens: (batch: TokenBatch) => Promise<void>, stop: Stop): Promise<Generation> {
    checkPrompt(promptIds, this)
    const P = promptIds.length
    const most = Math.min(settings.maxNewTokens, this.context - P)
    const began = performance.now()
    let firstAt = began
    let told = 0
    let end: Generation['reason'] | null = null
    const halt = { aborted: false }
    let latest: SampledRow | null = null

    /** Hands on what is new, up to the first end token; looks come every few tokens. */
    const tell = async () => {
      if (!latest || end) return
      if (told === 0) firstAt = performance.now()
      const at = latest.tokens.findIndex((token, i) => i >= told && settings.endIds.includes(token))
      const upTo = at < 0 ? latest.tokens.length : at + 1
      if (upTo > told) await onTokens({ tokens: latest.tokens.slice(told, upTo), logprobs: latest.logprobs.slice(told, upTo) })
      told = upTo
      if (at >= 0) end = 'end'
      else if (stop.aborted) end = 'stopped'
      halt.aborted = end !== null
    }
    const sampler = await this.samplerFor({ slots: 1, promptRows: P, most, positions: P + most })
    // The kernels know one end token; several are found here, at the cost of the few tokens after them.
    const eos = settings.endIds.length === 1 ? settings.endIds[0]! : -1
    const wanted = { temperature: settings.temperature, maxNewTokens: most, seed: settings.seed, eos, pad: 0 }
    const [row] = await sampler.sample([promptIds], wanted, 0, halt, tell, (rows) => void (latest = rows[0]!))
    latest = row!
    await tell()
    const reason = end ?? (most === settings.maxNewTokens ? 'length' : 'context')
    return { reason, promptTokens: P, newTokens: told, promptMs: firstAt - began, decodeMs: performance.now() - firstAt }
  }

  private async samplerFor(size: SamplerSize): Promise<Sampler> {
    if (this.sampler?.holds(size)) return this.sampler
    const roundUp = (n: number) => Math.ceil(n / BUCKET) * BUCKET
    this.sampler?.dispose()
    this.sampler = null // a creation that fails must not leave a disposed one behind
    this.sampler = await Sampler.create(this.gpu, this.shape, { weights: this.parameters, adapters: null }, { slots: 1, promptRows: roundUp(size.promptRows), most: roundUp(size.most), positions: roundUp(size.positions) })
    return this.sampler
  }
}
