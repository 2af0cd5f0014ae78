/**
 * The training step as recorded plans: forward and backward of a packed batch, then clip and AdamW, one submission a step.
 * Buffers are allocated once; every sum runs in a fixed order, so a seed gives one curve, bit for bit, on one adapter.
 */
import type { PackedBatch } from '../../posttrain/packing'
import { LOGIT_BYTES } from '../../posttrain/trainingMemory'
import type { GpuContext } from '../gpu/context'
import { stepNumbers, type StepNumbers } from '../gpu/kernel'
import { Plan } from '../gpu/plan'
import { attentionBackwardKeys, attentionBackwardQueries } from '../kernels/attention'
import { columnSums } from '../kernels/columnSums'
import { embeddingGradient, embedTokens, tokenSpans } from '../kernels/embedding'
import { linear, linearBackward, linearWeightGradient, trainedRows, type TileRows } from '../kernels/gemm'
import { headNormWeightGradient, rotateHeadsBackward } from '../kernels/heads'
import { adamW, gradientNorm, gradientSquares, normPartials } from '../kernels/optimise'
import { CHUNK_ROWS, rmsNorm, rmsNormBackward, rmsNormWeightGradient } from '../kernels/rmsNorm'
import { lanesFor } from '../kernels/rows'
import { METRIC, METRIC_WORDS, reduceMetrics, STAT, STAT_WORDS, TARGET_WORDS, tokenLoss } from '../kernels/tokenLoss'
import type { ParameterSlot } from '../model/parameters'
import { layerBuffers, recordLayer, type LayerBuffers, type LayerPass } from './layer'
import { rotaryTable, type ModelShape } from './shape'

/** Steps whose metrics the ring holds until they are read. */
export const RING = 64

export interface TrainerOptions {
  /** Rows of a batch, at most. */
  readonly rows: number
  /** Longest sequence. */
  readonly positions: number
  /** Keep only each layer's input and compute the rest again on the way back: the same numbers, less memory. */
  readonly recomputes: boolean
}

/** Buffers of the weights and of the optimiser's state, each one flat. */
export interface TrainedState {
  readonly parameters: GPUBuffer
  readonly m: GPUBuffer
  readonly v: GPUBuffer
}

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
  private constructor(
    private readonly gpu: GpuContext,
    readonly options: TrainerOptions,
    private readonly buffers: Record<string, GPUBuffer>,
    private readonly plans: { readonly gradient: Plan; readonly update: Plan; readonly score: Plan },
    private readonly embeddingBytes: { readonly offset: number; readonly size: number } | null,
  ) {}

  static async create(gpu: GpuContext, shape: ModelShape, state: TrainedState, layout: readonly ParameterSlot[], options: TrainerOptions): Promise<Trainer> {
    const recorder = new Recorder(gpu, shape, state, layout, options)
    const plans = { gradient: recorder.gradientPlan(), update: recorder.updatePlan(), score: recorder.scorePlan() }
    await Promise.all(Object.values(plans).map((plan) => plan.close()))
    const isTied = shape.config.tie_word_embeddings
    // A tied head writes its gradient over the whole table first; an untied one leaves rows that no token touches.
    const embeddingBytes = isTied ? null : { offset: shape.embedding * 4, size: shape.vocabulary * shape.hidden * 4 }
    return new Trainer(gpu, options, recorder.buffers, plans, embeddingBytes)
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

  /** Log-probability of every picked token of a batch, with the weights as they are. */
  async logprobs(batch: PackedBatch, inverseTemperature: number): Promise<Float32Array> {
    this.submit(this.plans.score, batch, stepNumbers({ inverseTemperature }), null)
    const count = batch.pick.length
    const [bytes] = await this.gpu.read([{ buffer: this.buffers.stats!, byteLength: count * STAT_WORDS * 4 }])
    const stats = new Float32Array(bytes!)
    return Float32Array.from({ length: count }, (_, i) => stats[i * STAT_WORDS + STAT.logprob]!)
  }

  /** Sums of the given ring rows. */
  async metrics(slots: readonly number[]): Promise<StepSums[]> {
    const [bytes] = await this.gpu.read([{ buffer: this.buffers.ring!, byteLength: RING * METRIC_WORDS * 4 }])
    const ring = new Float32Array(bytes!)
    return slots.map((slot) => {
      const at = (name: keyof typeof METRIC) => ring[slot * METRIC_WORDS + METRIC[name]]!
      return Object.fromEntries(Object.keys(METRIC).map((name) => [name, at(name as keyof typeof METRIC)])) as unknown as StepSums
    })
  }

  /** The gradient before clipping, as the last step left it. */
  async gradient(size: number): Promise<Float32Array> {
    const [bytes] = await this.gpu.read([{ buffer: this.buffers.gradient!, byteLength: size * 4 }])
    return new Float32Array(bytes!)
  }

  dispose(): void {
    for (const plan of Object.values(this.plans)) plan.dispose()
    for (const buffer of Object.values(this.buffers)) this.gpu.destroy(buffer)
  }

  private submit(plan: Plan, batch: PackedBatch, numbers: StepNumbers, update: StepNumbers | null): void {
    const { device } = this.gpu
    const { order, spans, distinct } = tokenSpans(batch.ids)
    const put = (name: string, data: Uint32Array) => {
      if (data.length > 0) device.queue.writeBuffer(this.buffers[name]!, 0, data.buffer, data.byteOffset, data.byteLength)
    }
    put('ids', batch.ids)
    put('first', batch.first)
    put('end', batch.end)
    put('pick', batch.pick)
    put('order', order)
    put('spans', spans)
    put('targets', targetWords(batch))
    const step = { ...numbers, rows: batch.rows, trained: batch.pick.length, distinct }
    plan.set(step)
    const encoder = device.createCommandEncoder()
    encoder.clearBuffer(this.buffers.dx!)
    if (this.embeddingBytes && !step.accumulate) encoder.clearBuffer(this.buffers.gradient!, this.embeddingBytes.offset, this.embeddingBytes.size)
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

/** Runs of rows that a weight gradient is computed in: a GPU wants more invocations than a small matrix has tiles. */
function gradientParts(isSoftware: boolean, size: number): number {
  return isSoftware || size > 2_000_000 ? 1 : 8
}

/** Allocates the buffers and writes the plans down, once. */
class Recorder {
  readonly buffers: Record<string, GPUBuffer> = {}
  private readonly layers: LayerBuffers[] = []
  private readonly streams: GPUBuffer[] = []
  private readonly pass: LayerPass
  private readonly parts: number
  private readonly stride: number
  private readonly block: number
  private readonly chunks: number
  private readonly entries: number[] = []
  private partials = 0
  private readonly tileRows: TileRows

  constructor(
    private readonly gpu: GpuContext,
    private readonly shape: ModelShape,
    private readonly state: TrainedState,
    private readonly layout: readonly ParameterSlot[],
    private readonly options: TrainerOptions,
  ) {
    const { rows, positions, recomputes } = options
    const { hidden, heads, kvHeads, headDim, inner, layers, logitStride, size } = shape
    this.tileRows = gpu.isSoftware ? 8 : 4
    this.parts = gradientParts(gpu.isSoftware, size)
    this.stride = Math.ceil(size / 4) * 4
    // A vocabulary of 151,936 is computed in blocks of 27 rows.
    this.block = Math.max(8, Math.min(rows, Math.floor(LOGIT_BYTES / (logitStride * 4))))
    this.chunks = Math.ceil(rows / CHUNK_ROWS)
    const make = (name: string, words: number) => (this.buffers[name] = gpu.buffer(`train ${name}`, words * 4))
    for (const [name, words] of Object.entries({
      ids: rows,
      first: rows,
      end: rows,
      pick: rows,
      order: rows,
      spans: 3 * rows,
      targets: TARGET_WORDS * rows,
      stats: STAT_WORDS * rows,
      ring: RING * METRIC_WORDS,
      gradient: this.parts * this.stride,
      squares: normPartials(size),
      normed: rows * hidden,
      dNormed: rows * hidden,
      logits: this.block * logitStride,
      dx: rows * hidden,
      dInput: rows * hidden,
      dGateUp: rows * 2 * inner,
      dMixed: rows * heads * headDim,
      dq: rows * heads * headDim,
      dkv: rows * 2 * kvHeads * headDim,
      dqkv: rows * (heads + 2 * kvHeads) * headDim,
      delta: rows * heads,
      scales: rows,
      headScales: rows * (heads + kvHeads),
      partial: this.chunks * ((2 * layers + 1) * hidden + layers * 2 * headDim),
    }))
      make(name, words)
    this.buffers.table = gpu.upload('rotary table', rotaryTable(positions, headDim, shape.config.rope_theta))
    const decayed = new Uint32Array(Math.ceil(size / 32))
    for (const slot of layout)
      if (slot.isDecayed) for (let i = slot.offset; i < slot.offset + slot.size; i++) decayed[i >> 5]! |= 1 << (i & 31)
    this.buffers.decayed = gpu.upload('decayed', decayed)
    for (let i = 0; i <= layers; i++) this.streams.push(make(`stream ${i}`, rows * hidden))
    const sets = recomputes ? 1 : layers
    for (let i = 0; i < sets; i++) {
      const set = layerBuffers(gpu, shape, rows, true, `layer ${i}`)
      this.layers.push(set)
      for (const [name, buffer] of Object.entries(set) as [string, GPUBuffer | null][]) if (buffer) this.buffers[`layer ${i} ${name}`] = buffer
    }
    this.pass = { gpu, shape, weights: state.parameters, table: this.buffers.table, tileRows: this.tileRows, first: this.buffers.first!, decode: null }
  }

  gradientPlan(): Plan {
    const plan = new Plan(this.gpu, 'gradient')
    this.forward(plan)
    this.head(plan, true)
    const { shape, buffers: b, state } = this
    const lanes = lanesFor(this.gpu.isSoftware, shape.hidden)
    const rows = trainedRows(0, this.options.rows)
    const final = { columns: shape.hidden, epsilon: shape.epsilon, lanes, rows, isPicked: true }
    const x = this.streams[shape.layers]!
    plan.add({ ...rmsNormBackward(final), buffers: { x, w: state.parameters, dy: b.dNormed!, pick: b.pick!, dx: b.dx!, scales: b.scales! }, op: [shape.finalNorm] })
    this.normGradient(plan, rmsNormWeightGradient({ ...final, capacity: this.options.rows }), { x, dy: b.dNormed!, pick: b.pick! }, shape.finalNorm)
    for (let i = shape.layers - 1; i >= 0; i--) {
      // The last layer's values are still there: nothing was computed after it.
      if (this.options.recomputes && i < shape.layers - 1) recordLayer(plan, this.pass, shape.layer[i]!, this.layerSet(i), this.streams[i]!, null)
      this.layerBackward(plan, i)
    }
    plan.add({ ...embeddingGradient(shape.hidden), buffers: { spans: b.spans!, order: b.order!, dx: b.dx!, gradient: b.gradient! }, op: [shape.embedding] })
    const entries = this.gpu.upload('norm entries', Uint32Array.from(this.entries))
    this.buffers.entries = entries
    plan.add({ ...columnSums(this.entries.length / 3, this.chunks), buffers: { entries, partial: b.partial!, gradient: b.gradient! } })
    plan.add({ ...reduceMetrics(), buffers: { stats: b.stats!, ring: b.ring! } })
    return plan
  }

  updatePlan(): Plan {
    const plan = new Plan(this.gpu, 'update')
    const { buffers: b, state } = this
    const { size } = this.shape
    plan.add({ ...gradientSquares(size, this.parts, this.stride, this.gpu.isSoftware), buffers: { gradient: b.gradient!, squares: b.squares! } })
    plan.add({ ...gradientNorm(size), buffers: { squares: b.squares!, ring: b.ring! } })
    plan.add({ ...adamW(size), buffers: { gradient: b.gradient!, ring: b.ring!, decayed: b.decayed!, m: state.m, v: state.v, parameters: state.parameters } })
    return plan
  }

  scorePlan(): Plan {
    const plan = new Plan(this.gpu, 'score')
    this.forward(plan)
    this.head(plan, false)
    return plan
  }

  private layerSet(i: number): LayerBuffers {
    return this.layers[this.options.recomputes ? 0 : i]!
  }

  private forward(plan: Plan): void {
    const { shape, buffers: b, state } = this
    plan.add({ ...embedTokens(shape.hidden, 'packed'), buffers: { table: state.parameters, ids: b.ids!, x: this.streams[0]! }, op: [shape.embedding] })
    shape.layer.forEach((offsets, i) => recordLayer(plan, this.pass, offsets, this.layerSet(i), this.streams[i]!, this.streams[i + 1]!))
    plan.add({
      ...rmsNorm({ columns: shape.hidden, epsilon: shape.epsilon, lanes: lanesFor(this.gpu.isSoftware, shape.hidden), rows: trainedRows(0, this.options.rows), isPicked: true }),
      buffers: { x: this.streams[shape.layers]!, w: state.parameters, pick: b.pick!, y: b.normed! },
      op: [shape.finalNorm],
    })
  }

  /** Logits in blocks of rows, each turned into its gradient before the next is computed: [T, V] is never stored. */
  private head(plan: Plan, hasGradient: boolean): void {
    const { shape, buffers: b, state, block } = this
    const { hidden: h, vocabulary: V, logitStride: stride } = shape
    for (let first = 0; first < this.options.rows; first += block) {
      const rows = trainedRows(first, block)
      plan.add({ ...linear({ inputs: h, outputs: V, tileRows: this.tileRows, rows, stride }), buffers: { x: b.normed!, w: state.parameters, y: b.logits! }, op: [shape.head, first, first] })
      plan.add({
        ...tokenLoss({ vocabulary: V, stride, first, block, lanes: lanesFor(this.gpu.isSoftware, V) }),
        buffers: { logits: b.logits!, targets: b.targets!, stats: b.stats! },
        op: [0, 0, first],
      })
      if (!hasGradient) continue
      plan.add({
        ...linearWeightGradient({ inputs: h, outputs: V, rows, stride, parts: this.parts }),
        buffers: { dy: b.logits!, x: b.normed!, dw: b.gradient! },
        op: [shape.head, first, first, first === 0 ? 0 : 1, this.stride],
      })
      plan.add({
        ...linearBackward({ inputs: h, outputs: V, tileRows: this.tileRows, rows, stride }),
        buffers: { dy: b.logits!, w: state.parameters, dx: b.dNormed! },
        op: [shape.head, first, first],
      })
    }
  }

  /** dx holds d loss / d stream[i + 1] before, d loss / d stream[i] after. */
  private layerBackward(plan: Plan, i: number): void {
    const { shape, buffers: b, tileRows, parts } = this
    const { hidden: h, heads, kvHeads, headDim, inner, epsilon } = shape
    const w = this.state.parameters
    const at = shape.layer[i]!
    const layer = this.layerSet(i)
    const x = this.streams[i]!
    const lanes = lanesFor(this.gpu.isSoftware, h)
    const heading = { heads, kvHeads, headDim, epsilon, hasNorm: shape.hasHeadNorms }
    const qkv = (heads + 2 * kvHeads) * headDim
    const weightGradient = (inputs: number, outputs: number, dy: GPUBuffer, x: GPUBuffer, offset: number) =>
      plan.add({ ...linearWeightGradient({ inputs, outputs, parts }), buffers: { dy, x, dw: b.gradient! }, op: [offset, 0, 0, 0, this.stride] })
    const norm = { columns: h, epsilon, lanes }
    const normBackward = (input: GPUBuffer, offset: number) => {
      plan.add({ ...rmsNormBackward(norm), buffers: { x: input, w, dy: b.dInput!, dx: b.dx!, scales: b.scales! }, op: [offset] })
      this.normGradient(plan, rmsNormWeightGradient({ ...norm, capacity: this.options.rows }), { x: input, dy: b.dInput! }, offset)
    }

    weightGradient(inner, h, b.dx!, layer.inner, at.down)
    plan.add({ ...linearBackward({ inputs: inner, outputs: h, tileRows: Math.min(4, tileRows) as TileRows, isGated: true }), buffers: { dy: b.dx!, w, g: layer.gateUp!, dx: b.dGateUp! }, op: [at.down] })
    weightGradient(h, 2 * inner, b.dGateUp!, layer.mlpInput, at.gateUp)
    plan.add({ ...linearBackward({ inputs: h, outputs: 2 * inner, tileRows }), buffers: { dy: b.dGateUp!, w, dx: b.dInput! }, op: [at.gateUp] })
    normBackward(layer.mid, at.postNorm)

    weightGradient(heads * headDim, h, b.dx!, layer.mixed, at.output)
    plan.add({ ...linearBackward({ inputs: heads * headDim, outputs: h, tileRows }), buffers: { dy: b.dx!, w, dx: b.dMixed! }, op: [at.output] })
    plan.add({
      ...attentionBackwardQueries(heading),
      buffers: { q: layer.q, kv: layer.kv, first: b.first!, o: layer.mixed, dO: b.dMixed!, lse: layer.lse, dq: b.dq!, delta: b.delta! },
    })
    plan.add({
      ...attentionBackwardKeys(heading),
      buffers: { q: layer.q, kv: layer.kv, end: b.end!, dO: b.dMixed!, lse: layer.lse, delta: b.delta!, dkv: b.dkv! },
    })
    plan.add({
      ...rotateHeadsBackward(heading),
      buffers: { qkv: layer.qkv, w, table: b.table!, first: b.first!, dq: b.dq!, dkv: b.dkv!, dqkv: b.dqkv!, scales: b.headScales! },
      op: [at.qNorm, at.kNorm],
    })
    if (shape.hasHeadNorms) {
      const from = this.partials
      plan.add({
        ...headNormWeightGradient(heading, this.options.rows),
        buffers: { qkv: layer.qkv, table: b.table!, first: b.first!, dq: b.dq!, dkv: b.dkv!, scales: b.headScales!, partial: b.partial! },
        op: [0, 0, 0, from],
      })
      for (let c = 0; c < 2 * headDim; c++) this.entries.push(c < headDim ? at.qNorm + c : at.kNorm + c - headDim, from + c, 2 * headDim)
      this.partials += this.chunks * 2 * headDim
    }
    weightGradient(h, qkv, b.dqkv!, layer.attentionInput, at.qkv)
    plan.add({ ...linearBackward({ inputs: h, outputs: qkv, tileRows }), buffers: { dy: b.dqkv!, w, dx: b.dInput! }, op: [at.qkv] })
    normBackward(x, at.inputNorm)
  }

  private normGradient(plan: Plan, sized: ReturnType<typeof rmsNormWeightGradient>, buffers: Record<string, GPUBuffer>, offset: number): void {
    const { hidden } = this.shape
    const from = this.partials
    plan.add({ ...sized, buffers: { ...buffers, scales: this.buffers.scales!, partial: this.buffers.partial! }, op: [0, from] })
    for (let c = 0; c < hidden; c++) this.entries.push(offset + c, from + c, hidden)
    this.partials += this.chunks * hidden
  }
}
