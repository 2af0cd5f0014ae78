/**
 * Group sampling: every distinct prompt is read once, its keys and values serve all rows of its group, and all rows get a
 * token in one run of a recorded plan. Tokens and log-probabilities stay on the GPU until they are read.
 */
import type { Stop } from '../../base/stop'
import type { GpuContext } from '../gpu/context'
import { stepNumbers } from '../gpu/kernel'
import { Plan } from '../gpu/plan'
import { ALL_ROWS, linear, trainedRows, type RowCount } from '../kernels/gemm'
import { STATE_WORDS } from '../kernels/heads'
import { rmsNorm } from '../kernels/rmsNorm'
import { lanesFor } from '../kernels/rows'
import { sampleTokens } from '../kernels/sampleTokens'
import type { Tiling } from '../kernels/tile'
import type { SampledRow, SampleSettings } from '../loops/sample'
import { layerBuffers, namedBuffers, recordEmbedding, recordLayer, type LayerBuffers, type LayerPass, type PolicyWeights } from './layer'
import { rotaryTable, type ModelShape } from './shape'

/** Tokens between two looks at who is done: a look costs a round trip, a finished row costs its share of a step. */
const TOKENS_PER_LOOK = 8

/** Sizes that a sampler is built for; a larger request builds another. */
export interface SamplerSize {
  /** Rows that decode at one time. */
  readonly slots: number
  /** Tokens of all distinct prompts together. */
  readonly promptRows: number
  /** New tokens a row, at most. */
  readonly most: number
  /** Longest prompt and completion together. */
  readonly positions: number
}

interface PromptPlace {
  readonly start: number
  readonly length: number
}

export class Sampler {
  private constructor(
    private readonly gpu: GpuContext,
    readonly size: SamplerSize,
    private readonly buffers: Record<string, GPUBuffer>,
    private readonly plans: { readonly prefill: Plan; readonly draw: Plan; readonly decode: Plan },
  ) {}

  static async create(gpu: GpuContext, shape: ModelShape, policy: PolicyWeights, size: SamplerSize): Promise<Sampler> {
    const recorder = new Recorder(gpu, shape, policy, size)
    const plans = { prefill: recorder.prefillPlan(), draw: recorder.drawPlan(), decode: recorder.decodePlan() }
    await Promise.all(Object.values(plans).map((plan) => plan.close()))
    return new Sampler(gpu, size, recorder.buffers, plans)
  }

  /** Dispatches of one decoding step. */
  get dispatches(): number {
    return this.plans.decode.length
  }

  holds(size: SamplerSize): boolean {
    return (Object.keys(size) as (keyof SamplerSize)[]).every((key) => this.size[key] >= size[key])
  }

  /**
   * Completions of B prompts, B ≤ slots. Row r draws from the stream (seed, firstRow + r, position).
   * @param onTokens told after each look which tokens every row has so far
   */
  async sample(
    prompts: readonly (readonly number[])[],
    settings: SampleSettings,
    firstRow: number,
    stop: Stop,
    breathe: () => Promise<void>,
    onTokens?: (rows: readonly SampledRow[]) => void,
  ): Promise<SampledRow[]> {
    const { device } = this.gpu
    const b = this.buffers
    const B = prompts.length
    const { places, ids, first, rows } = sharedPrompts(prompts)
    const state = new Uint32Array(B * STATE_WORDS)
    const pick = new Uint32Array(B)
    places.forEach(({ start, length }, slot) => {
      state[slot * STATE_WORDS] = start
      state[slot * STATE_WORDS + 1] = length
      pick[slot] = start + length - 1
    })
    const put = (buffer: GPUBuffer, data: Uint32Array) => device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength)
    put(b.ids!, ids)
    put(b.first!, first)
    put(b.pick!, pick)
    put(b.state!, state)
    let active = Uint32Array.from({ length: B }, (_, slot) => slot)
    put(b.slots!, active)

    const common = { seed: settings.seed >>> 0, endToken: settings.eos >>> 0, slot: firstRow, inverseTemperature: settings.temperature === 0 ? 0 : 1 / settings.temperature }
    const prefill = stepNumbers({ ...common, rows, trained: B })
    const draw = stepNumbers({ ...common, rows: B })
    this.plans.prefill.set(prefill)
    this.plans.draw.set(draw)
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    this.plans.prefill.encode(pass, prefill)
    this.plans.draw.encode(pass, draw)
    pass.end()
    device.queue.submit([encoder.finish()])

    let made = 1
    let states = await this.states(B)
    const most = Math.min(settings.maxNewTokens, this.size.most)
    for (;;) {
      active = active.filter((slot) => states[slot * STATE_WORDS + 3] === 0)
      if (onTokens) onTokens(await this.rows(B, states, most))
      await breathe()
      if (active.length === 0 || made >= most || stop.aborted) break
      put(b.slots!, active)
      const step = stepNumbers({ ...common, rows: active.length })
      this.plans.decode.set(step)
      const count = Math.min(TOKENS_PER_LOOK, most - made)
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      for (let i = 0; i < count; i++) this.plans.decode.encode(pass, step)
      pass.end()
      device.queue.submit([encoder.finish()])
      made += count
      states = await this.states(B)
    }
    return this.rows(B, states, most)
  }

  dispose(): void {
    for (const plan of Object.values(this.plans)) plan.dispose()
    for (const buffer of Object.values(this.buffers)) this.gpu.destroy(buffer)
  }

  private async states(B: number): Promise<Uint32Array> {
    const [bytes] = await this.gpu.read([{ buffer: this.buffers.state!, byteLength: B * STATE_WORDS * 4 }])
    return new Uint32Array(bytes!)
  }

  private async rows(B: number, states: Uint32Array, most: number): Promise<SampledRow[]> {
    const byteLength = B * this.size.most * 4
    const [tokens, logprobs] = await this.gpu.read([
      { buffer: this.buffers.tokens!, byteLength },
      { buffer: this.buffers.logprobs!, byteLength },
    ])
    const [ids, logs] = [new Uint32Array(tokens!), new Float32Array(logprobs!)]
    return Array.from({ length: B }, (_, slot) => {
      const start = slot * this.size.most
      const end = start + Math.min(most, states[slot * STATE_WORDS + 2]!)
      return { tokens: [...ids.subarray(start, end)], logprobs: [...logs.subarray(start, end)], isTruncated: states[slot * STATE_WORDS + 3] === 0 }
    })
  }
}

/** Every distinct prompt once, packed; and where each row's prompt lies. */
function sharedPrompts(prompts: readonly (readonly number[])[]): { places: PromptPlace[]; ids: Uint32Array; first: Uint32Array; rows: number } {
  const known = new Map<string, PromptPlace>()
  const ids: number[] = []
  const first: number[] = []
  const places = prompts.map((prompt) => {
    const key = prompt.join(' ')
    let place = known.get(key)
    if (!place) {
      place = { start: ids.length, length: prompt.length }
      known.set(key, place)
      for (const id of prompt) {
        ids.push(id)
        first.push(place.start)
      }
    }
    return place
  })
  return { places, ids: Uint32Array.from(ids), first: Uint32Array.from(first), rows: ids.length }
}

/** Tokens of the distinct prompts together: what `promptRows` must hold. */
export function distinctPromptRows(prompts: readonly (readonly number[])[]): number {
  return sharedPrompts(prompts).rows
}

class Recorder {
  readonly buffers: Record<string, GPUBuffer> = {}
  private readonly prompt: LayerBuffers[]
  private readonly own: LayerBuffers[]

  constructor(
    private readonly gpu: GpuContext,
    private readonly shape: ModelShape,
    private readonly policy: PolicyWeights,
    private readonly size: SamplerSize,
  ) {
    const { slots, promptRows, most, positions } = size
    const { hidden, layers, kvHeads, headDim, logitStride } = shape
    const make = (name: string, words: number) => (this.buffers[name] = gpu.buffer(`sample ${name}`, words * 4))
    for (const [name, words] of Object.entries({
      ids: promptRows,
      first: promptRows,
      pick: slots,
      slots,
      state: slots * STATE_WORDS,
      tokens: slots * most,
      logprobs: slots * most,
      normed: slots * hidden,
      logits: slots * logitStride,
      'prompt x': promptRows * hidden,
      'prompt y': promptRows * hidden,
      'own x': slots * hidden,
      'own y': slots * hidden,
    }))
      make(name, words)
    this.buffers.table = gpu.upload('rotary table', rotaryTable(positions, headDim, shape.config.rope_theta))
    // Layers share everything but their keys and values.
    const shared = (rows: number, label: string) => {
      const set = layerBuffers(gpu, shape, policy.adapters, rows, false, label)
      for (const [name, buffer] of namedBuffers(set)) this.buffers[`${label} ${name}`] = buffer
      return set
    }
    const width = 2 * kvHeads * headDim
    const perLayer = (set: LayerBuffers, label: string, rows: number) =>
      Array.from({ length: layers }, (_, i) => ({ ...set, kv: i === 0 && label === 'prompt' ? set.kv : make(`${label} kv ${i}`, rows * width) }))
    this.prompt = perLayer(shared(promptRows, 'prompt'), 'prompt', promptRows)
    this.own = perLayer(shared(slots, 'own'), 'own', slots * most)
  }

  prefillPlan(): Plan {
    const { shape, buffers: b, size } = this
    const plan = new Plan(this.gpu, 'prefill')
    const pass = this.pass('prompt', b.first!)
    const streams = [b['prompt x']!, b['prompt y']!]
    recordEmbedding(plan, pass, 'packed', { ids: b.ids!, x: streams[0]! })
    for (let i = 0; i < shape.layers; i++) recordLayer(plan, pass, i, this.prompt[i]!, streams[i % 2]!, streams[(i + 1) % 2]!)
    const rows = trainedRows(0, size.slots)
    plan.add({
      ...rmsNorm({ columns: shape.hidden, epsilon: shape.epsilon, lanes: lanesFor(this.gpu.isSoftware, shape.hidden), rows, isPicked: true }),
      buffers: { x: streams[shape.layers % 2]!, w: this.policy.weights.norms, pick: b.pick!, y: b.normed! },
      op: [this.policy.weights.finalNorm],
    })
    this.head(plan, rows)
    return plan
  }

  drawPlan(): Plan {
    const plan = new Plan(this.gpu, 'draw')
    this.draw(plan)
    return plan
  }

  decodePlan(): Plan {
    const { shape, buffers: b, size } = this
    const plan = new Plan(this.gpu, 'decode')
    const streams = [b['own x']!, b['own y']!]
    recordEmbedding(plan, this.pass('own', b.slots!), 'decode', { ids: b.tokens!, first: b.slots!, state: b.state!, x: streams[0]! }, size.most)
    for (let i = 0; i < shape.layers; i++) {
      const decode = { state: b.state!, prompt: this.prompt[i]!.kv, most: size.most }
      recordLayer(plan, { ...this.pass('own', b.slots!), decode }, i, this.own[i]!, streams[i % 2]!, streams[(i + 1) % 2]!)
    }
    plan.add({
      ...rmsNorm({ columns: shape.hidden, epsilon: shape.epsilon, lanes: lanesFor(this.gpu.isSoftware, shape.hidden) }),
      buffers: { x: streams[shape.layers % 2]!, w: this.policy.weights.norms, y: b.normed! },
      op: [this.policy.weights.finalNorm],
    })
    this.head(plan, ALL_ROWS)
    this.draw(plan)
    return plan
  }

  private head(plan: Plan, rows: RowCount): void {
    const { shape, buffers: b } = this
    for (const { code: weights, buffers, at, first: column, rows: outputs } of this.policy.weights.head)
      plan.add({
        ...linear({ inputs: shape.hidden, outputs, stride: shape.logitStride, ...this.tiling('own'), rows, weights, column }),
        buffers: { x: b.normed!, ...buffers, y: b.logits! },
        op: [at],
      })
  }

  private draw(plan: Plan): void {
    const { shape, buffers: b, size } = this
    plan.add({
      ...sampleTokens({ vocabulary: shape.vocabulary, stride: shape.logitStride, lanes: lanesFor(this.gpu.isSoftware, shape.vocabulary) }),
      buffers: { logits: b.logits!, slots: b.slots!, state: b.state!, tokens: b.tokens!, logprobs: b.logprobs! },
      op: [0, 0, 0, size.most],
    })
  }

  /** Few rows decode at a time: small tiles keep the adapter busy. */
  private tiling(kind: 'prompt' | 'own'): Tiling {
    return { tileRows: kind === 'prompt' || this.size.slots >= 64 ? 4 : 2, inQuads: this.gpu.hasQuads }
  }

  private pass(kind: 'prompt' | 'own', first: GPUBuffer): LayerPass {
    return { gpu: this.gpu, shape: this.shape, policy: this.policy, table: this.buffers.table!, tiling: this.tiling(kind), first, decode: null }
  }
}
