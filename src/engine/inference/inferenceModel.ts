/** A pretrained model on packed weights: prompts read in pieces, one sequence or a group decoded, tokens streamed. */
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { ModelShape } from '../fused/shape'
import type { GpuContext } from '../gpu/context'
import { stepNumbers, type StepNumbers } from '../gpu/kernel'
import { SLOT_WORDS } from '../kernels/cacheFormat'
import { checkPrompt, type GenerateSettings, type Generation, type Generator, type TokenBatch } from '../pretrained/generator'
import type { AdapterStore } from './adapterStore'
import { Pacer } from './pacer'
import { disposePasses, recordPasses, type Pass, type Passes } from './passes'
import { placePrompts, type Placement } from './placement'
import type { WeightStore } from './weightStore'
import { MOST_ENDS, type Workspace } from './workspace'

/** Tokens between two looks, at most: a finished sequence costs its share of a step until the next look. */
const MOST_TOKENS_PER_LOOK = 16

export interface GroupGeneration {
  readonly rows: readonly Generation[]
}

/** What a decoding sequence has come to. */
interface Sequence {
  readonly slot: number
  readonly promptTokens: number
  readonly most: number
  told: number
  reason: Generation['reason'] | null
  decodeMs: number
}

export class InferenceModel implements Generator {
  /** Switches the adapter, where there is one; off is the base model. */
  usesAdapter: boolean
  private readonly pace = { chunk: new Pacer(), decode: new Pacer() }
  private isBusy = false

  private constructor(
    private readonly gpu: GpuContext,
    private readonly shape: ModelShape,
    private readonly store: WeightStore,
    private readonly space: Workspace,
    private readonly adapter: { readonly store: AdapterStore; readonly low: GPUBuffer } | null,
    private readonly passes: { readonly base: Passes; readonly adapted: Passes | null },
  ) {
    this.usesAdapter = adapter !== null
  }

  /** Compiles the kernels; the model owns what it is given. */
  static async create(gpu: GpuContext, shape: ModelShape, store: WeightStore, space: Workspace, adapter: AdapterStore | null): Promise<InferenceModel> {
    const N = Math.max(space.sizes.promptTokens, space.sizes.rows)
    const adapted = adapter && { store: adapter, low: gpu.buffer('inference low rank', 4 * N * adapter.width) }
    const scene = { gpu, shape, store, space }
    const passes = { base: await recordPasses({ ...scene, adapter: null }), adapted: adapted && (await recordPasses({ ...scene, adapter: adapted })) }
    return new InferenceModel(gpu, shape, store, space, adapted, passes)
  }

  get config(): ModelConfig {
    return this.shape.config
  }

  get context(): number {
    return this.space.sizes.context
  }

  /** Sequences that can decode side by side. */
  get mostRows(): number {
    return this.space.sizes.rows
  }

  /** Dispatches of a layer in decoding, without and with the adapter; and of a whole step. */
  get dispatches(): { readonly layer: number; readonly adaptedLayer: number | null; readonly step: number } {
    const perLayer = ({ decode }: Passes) => decode.cuts[this.shape.layers]! - decode.cuts[this.shape.layers - 1]!
    const { base, adapted } = this.passes
    return { layer: perLayer(base), adaptedLayer: adapted && perLayer(adapted), step: base.decode.plan.length + base.draw.plan.length }
  }

  dispose(): void {
    disposePasses(this.passes.base)
    if (this.passes.adapted) disposePasses(this.passes.adapted)
    if (this.adapter) {
      this.adapter.store.dispose()
      this.gpu.destroy(this.adapter.low)
    }
    this.space.dispose()
    this.store.dispose()
  }

  async generate(promptIds: readonly number[], settings: GenerateSettings, onTokens: (batch: TokenBatch) => Promise<void>, stop: Stop): Promise<Generation> {
    const { rows } = await this.generateGroup([promptIds], settings, ([batch]) => onTokens(batch!), stop)
    return rows[0]!
  }

  /**
   * Completes several prompts side by side; equal prompts are read once. Row r draws from the stream (seed, r, position).
   * @param onTokens what is new in every row since the last call, empty for rows that have ended
   * @throws RangeError on more prompts than the model was opened for, on a prompt that cannot be, or on too many end tokens
   */
  async generateGroup(prompts: readonly (readonly number[])[], settings: GenerateSettings, onTokens: (rows: readonly TokenBatch[]) => Promise<void>, stop: Stop): Promise<GroupGeneration> {
    for (const prompt of prompts) checkPrompt(prompt, this)
    if (prompts.length === 0 || prompts.length > this.mostRows) throw new RangeError(`${prompts.length} prompts were given; the model was opened for 1 to ${this.mostRows}.`)
    if (settings.endIds.length > MOST_ENDS) throw new RangeError(`${settings.endIds.length} end tokens were named; at most ${MOST_ENDS} are watched.`)
    return this.alone(() => this.run(prompts, settings, onTokens, stop))
  }

  /**
   * log π of every token of `ids` but the first, given those before it, at temperature 1, in nats.
   * Ends early, with null, when it is stopped.
   */
  async logprobs(ids: readonly number[], stop: Stop): Promise<Float32Array | null> {
    checkPrompt(ids.slice(0, -1), this)
    return this.alone(async () => {
      const { rows } = this.space.sizes
      const { x, last, logprobs } = this.space.buffers
      const width = this.shape.hidden * 4
      const out = new Float32Array(ids.length - 1)
      this.space.write('slots', new Uint32Array(rows))
      const score = async (first: number, count: number) => {
        for (let at = 0; at < count; at += rows) {
          const some = Math.min(rows, count - at)
          this.space.write('targets', Uint32Array.from(ids.slice(first + at + 1, first + at + 1 + some)))
          this.copy((encoder) => encoder.copyBufferToBuffer(x, at * width, last, 0, some * width))
          await this.submit(this.active.score, stepNumbers({ rows: some }))
          const [bytes] = await this.gpu.read([{ buffer: logprobs, byteLength: some * 4 }])
          out.set(new Float32Array(bytes!), first + at)
          if (stop.aborted) return false
        }
        return true
      }
      return (await this.readPrompt(ids.slice(0, -1), 0, stop, score)) ? out : null
    })
  }

  private get active(): Passes {
    return (this.usesAdapter && this.passes.adapted) || this.passes.base
  }

  /** One computation at a time: they share the workspace. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.isBusy) throw new Error('The model is still computing; wait for its end, or stop it.')
    this.isBusy = true
    try {
      return await work()
    } finally {
      this.isBusy = false
    }
  }

  private async run(prompts: readonly (readonly number[])[], settings: GenerateSettings, onTokens: (rows: readonly TokenBatch[]) => Promise<void>, stop: Stop): Promise<GroupGeneration> {
    const began = performance.now()
    let firstAt = began
    const placement = placePrompts(prompts, settings.maxNewTokens, this.context)
    const sequences: Sequence[] = prompts.map((ids, slot) => ({ slot, promptTokens: ids.length, most: placement.most[slot]!, told: 0, reason: null, decodeMs: 0 }))
    const result = (): GroupGeneration => ({
      rows: sequences.map(({ reason, promptTokens, told, decodeMs }) => ({ reason: reason ?? 'stopped', promptTokens, newTokens: told, promptMs: firstAt - began, decodeMs })),
    })
    /** Tells what the looks found, and who goes on. */
    const tell = async (found: readonly Found[]): Promise<Sequence[]> => {
      const batches = sequences.map((): { tokens: number[]; logprobs: number[] } => ({ tokens: [], logprobs: [] }))
      for (const { sequence, tokens, logprobs, isDone } of found) {
        batches[sequence.slot] = { tokens, logprobs }
        sequence.told += tokens.length
        sequence.decodeMs = performance.now() - firstAt
        if (isDone) sequence.reason = 'end'
        else if (sequence.told >= sequence.most) sequence.reason = sequence.most === settings.maxNewTokens ? 'length' : 'context'
      }
      await onTokens(batches)
      return sequences.filter((s) => s.reason === null)
    }

    this.space.write('state', placement.state)
    this.space.write('ends', Uint32Array.from([settings.endIds.length, ...settings.endIds]))
    if (settings.maxNewTokens < 1) return { rows: result().rows.map((row) => ({ ...row, reason: 'length' })) }
    if (!(await this.readPrompts(placement, stop))) return result()
    const numbers = { seed: settings.seed >>> 0, inverseTemperature: settings.temperature === 0 ? 0 : 1 / settings.temperature }
    let active = sequences
    this.space.write('slots', Uint32Array.from(active, (s) => s.slot))
    await this.submit(this.active.draw, stepNumbers({ ...numbers, rows: active.length }))
    let found = await this.look(active, 1)
    firstAt = performance.now()
    while (!stop.aborted) {
      active = await tell(found)
      if (active.length === 0 || stop.aborted) break
      this.space.write('slots', Uint32Array.from(active, (s) => s.slot))
      const most = Math.min(MOST_TOKENS_PER_LOOK, ...active.map((s) => s.most - s.told))
      const count = await this.decode(stepNumbers({ ...numbers, rows: active.length }), most, stop)
      if (count === 0) break
      found = await this.look(active, count)
    }
    return result()
  }

  /** Makes up to `most` tokens for every active sequence. @returns how many; 0 when it was stopped inside the first */
  private async decode(step: StepNumbers, most: number, stop: Stop): Promise<number> {
    const { decode, draw } = this.active
    const pacer = this.pace.decode
    const unitsPerToken = decode.cuts.length // layers, and the head
    decode.plan.set(step)
    draw.plan.set(step)
    if (pacer.units < unitsPerToken) {
      // A token takes longer than a stop may wait: layers go over in pieces.
      if (!(await this.inPieces(decode, step, pacer, stop))) return 0
      await this.submit(draw, step)
      return 1
    }
    const count = Math.min(most, Math.floor(pacer.units / unitsPerToken))
    const began = performance.now()
    const encoder = this.gpu.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let i = 0; i < count; i++) {
      decode.plan.encode(pass, step)
      draw.plan.encode(pass, step)
    }
    pass.end()
    this.gpu.device.queue.submit([encoder.finish()])
    await this.gpu.device.queue.onSubmittedWorkDone()
    pacer.took(performance.now() - began, count * unitsPerToken)
    return count
  }

  /** What the last `count` steps made. A sequence that ended has fewer tokens. */
  private async look(active: readonly Sequence[], count: number): Promise<Found[]> {
    const { state, tokens, logprobs } = this.space.buffers
    const range = (buffer: GPUBuffer, { slot, told }: Sequence) => ({ buffer, offset: 4 * (slot * this.context + told), byteLength: 4 * count })
    const [states, ...parts] = await this.gpu.read([
      { buffer: state, byteLength: 4 * SLOT_WORDS * Math.max(...active.map((s) => s.slot + 1)) },
      ...active.flatMap((sequence) => [range(tokens, sequence), range(logprobs, sequence)]),
    ])
    const words = new Uint32Array(states!)
    return active.map((sequence, i) => {
      const made = words[sequence.slot * SLOT_WORDS + 3]! - sequence.told
      return {
        sequence,
        tokens: [...new Uint32Array(parts[2 * i]!).subarray(0, made)],
        logprobs: [...new Float32Array(parts[2 * i + 1]!).subarray(0, made)],
        isDone: words[sequence.slot * SLOT_WORDS + 4] === 1,
      }
    })
  }

  /** Reads every prompt, and leaves its last token's state in `last` for each of its sequences. @returns false when stopped */
  private async readPrompts({ prompts }: Placement, stop: Stop): Promise<boolean> {
    const { x, last } = this.space.buffers
    const width = this.shape.hidden * 4
    for (const { ids, start, slots } of prompts) {
      const done = await this.readPrompt(ids, start, stop, (first, count) => {
        if (first + count === ids.length) this.copy((encoder) => slots.forEach((slot) => encoder.copyBufferToBuffer(x, (count - 1) * width, last, slot * width, width)))
        return Promise.resolve(true)
      })
      if (!done) return false
    }
    return true
  }

  /**
   * Runs the layers over `ids` piece by piece; their keys and values go to the cache from row `start` on.
   * @param onPiece told that rows `first` … `first` + count − 1 are in x; false ends it
   * @returns false when it was stopped
   */
  private async readPrompt(ids: readonly number[], start: number, stop: Stop, onPiece: (first: number, count: number) => Promise<boolean>): Promise<boolean> {
    const { chunk } = this.active
    for (let first = 0; first < ids.length; first += this.space.sizes.promptTokens) {
      const piece = ids.slice(first, first + this.space.sizes.promptTokens)
      this.space.write('ids', Uint32Array.from(piece))
      this.space.write('chunk', Uint32Array.of(start, first))
      const step = stepNumbers({ rows: piece.length })
      chunk.plan.set(step)
      if (!(await this.inPieces(chunk, step, this.pace.chunk, stop))) return false
      if (!(await onPiece(first, piece.length))) return false
    }
    return true
  }

  /** Submits a pass a few layers at a time, as the pacer says. @returns false when it was stopped in between */
  private async inPieces({ plan, cuts }: Pass, step: StepNumbers, pacer: Pacer, stop: Stop): Promise<boolean> {
    const { device } = this.gpu
    for (let unit = 0; unit < cuts.length - 1; ) {
      const count = Math.min(pacer.units, cuts.length - 1 - unit)
      const began = performance.now()
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      plan.encode(pass, step, cuts[unit], cuts[unit + count])
      pass.end()
      device.queue.submit([encoder.finish()])
      await device.queue.onSubmittedWorkDone()
      pacer.took(performance.now() - began, count)
      unit += count
      if (stop.aborted) return false
    }
    return true
  }

  private submit({ plan }: Pass, step: StepNumbers): Promise<undefined> {
    plan.set(step)
    const encoder = this.gpu.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    plan.encode(pass, step)
    pass.end()
    this.gpu.device.queue.submit([encoder.finish()])
    return this.gpu.device.queue.onSubmittedWorkDone()
  }

  private copy(record: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.gpu.device.createCommandEncoder()
    record(encoder)
    this.gpu.device.queue.submit([encoder.finish()])
  }
}

interface Found {
  readonly sequence: Sequence
  readonly tokens: number[]
  readonly logprobs: number[]
  readonly isDone: boolean
}
