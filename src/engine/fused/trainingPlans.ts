/** The dispatches of a training step and of scoring, written down once with the buffers they work in. */
import { LOGIT_BYTES } from '../../posttrain/trainingMemory'
import type { GpuContext } from '../gpu/context'
import { Plan } from '../gpu/plan'
import { attentionBackwardKeys, attentionBackwardQueries } from '../kernels/attention'
import { linear, linearBackward, trainedRows } from '../kernels/gemm'
import { rotateHeadsBackward } from '../kernels/heads'
import { adamW, gradientNorm, gradientSquares, normPartials } from '../kernels/optimise'
import { rmsNorm, rmsNormBackward } from '../kernels/rmsNorm'
import { lanesFor } from '../kernels/rows'
import type { Tiling } from '../kernels/tile'
import { METRIC_WORDS, reduceMetrics, STAT_WORDS, TARGET_WORDS, tokenLoss } from '../kernels/tokenLoss'
import type { ParameterSlot } from '../model/parameters'
import { AdapterGradients } from './adapterGradients'
import type { Beside, GradientPass, Gradients } from './gradients'
import { gatedTiling, layerBuffers, namedBuffers, recordEmbedding, recordLayer, type LayerBuffers, type LayerPass, type PolicyWeights } from './layer'
import type { ProductName } from './loraLayout'
import { rotaryTable, type ModelShape } from './shape'
import { productSize, WeightGradients } from './weightGradients'

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

/** What is trained, in flat buffers with its moments: the policy's weights, or its adapters where it has any. */
export interface Trained {
  readonly policy: PolicyWeights
  readonly state: { readonly parameters: GPUBuffer; readonly m: GPUBuffer; readonly v: GPUBuffer }
  readonly layout: readonly ParameterSlot[]
}

/** Runs of rows that a weight gradient is computed in: a GPU wants more invocations than a small matrix has tiles. */
function gradientParts(isSoftware: boolean, size: number): number {
  return isSoftware || size > 2_000_000 ? 1 : 8
}

export class TrainingPlans {
  readonly buffers: Record<string, GPUBuffer> = {}
  /** Floats that are trained. */
  readonly size: number
  private readonly gradients: Gradients
  private readonly layers: LayerBuffers[] = []
  private readonly streams: GPUBuffer[] = []
  private readonly parts: number
  private readonly stride: number
  private readonly block: number
  private readonly tiling: Tiling

  constructor(
    private readonly gpu: GpuContext,
    private readonly shape: ModelShape,
    private readonly trained: Trained,
    readonly options: TrainerOptions,
  ) {
    const { rows, positions, recomputes } = options
    const { hidden, heads, kvHeads, headDim, inner, layers, logitStride } = shape
    const { layout, policy } = trained
    this.size = layout.reduce((sum, slot) => sum + slot.size, 0)
    this.tiling = { tileRows: gpu.isSoftware ? 8 : 4, inQuads: gpu.hasQuads }
    this.parts = gradientParts(gpu.isSoftware, this.size)
    this.stride = Math.ceil(this.size / 4) * 4
    // A vocabulary of 151,936 is computed in blocks of 27 rows.
    this.block = Math.max(8, Math.min(rows, Math.floor(LOGIT_BYTES / (logitStride * 4))))
    const make = (name: string, words: number) => (this.buffers[name] = gpu.buffer(`train ${name}`, words * 4))
    for (const [name, words] of Object.entries({
      ids: rows,
      first: rows,
      end: rows,
      pick: rows,
      targets: TARGET_WORDS * rows,
      stats: STAT_WORDS * rows,
      ring: RING * METRIC_WORDS,
      gradient: this.parts * this.stride,
      squares: normPartials(this.size),
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
      ...(policy.adapters ? AdapterGradients.words(policy.adapters, rows) : WeightGradients.words(shape, rows)),
    }))
      make(name, words)
    this.buffers.table = gpu.upload('rotary table', rotaryTable(positions, headDim, shape.config.rope_theta))
    const decayed = new Uint32Array(Math.ceil(this.size / 32))
    for (const slot of layout)
      if (slot.isDecayed) for (let i = slot.offset; i < slot.offset + slot.size; i++) decayed[i >> 5]! |= 1 << (i & 31)
    this.buffers.decayed = gpu.upload('decayed', decayed)
    for (let i = 0; i <= layers; i++) this.streams.push(make(`stream ${i}`, rows * hidden))
    const sets = recomputes ? 1 : layers
    for (let i = 0; i < sets; i++) {
      const set = layerBuffers(gpu, shape, policy.adapters, rows, true, `layer ${i}`)
      this.layers.push(set)
      for (const [name, buffer] of namedBuffers(set)) this.buffers[`layer ${i} ${name}`] = buffer
    }
    const pass: GradientPass = { gpu, shape, rows, tiling: this.tiling, buffers: this.buffers, parts: this.parts, stride: this.stride }
    this.gradients = policy.adapters ? new AdapterGradients(pass, policy.adapters, (i) => this.layerSet(i)) : new WeightGradients(pass)
  }

  get reachesEmbedding(): boolean {
    return this.gradients.reachesEmbedding
  }

  gradientPlan(): Plan {
    const plan = new Plan(this.gpu, 'gradient')
    const { shape, buffers: b, gradients } = this
    const { policy } = this.trained
    const pass = this.layerPass(policy)
    this.forward(plan, policy)
    this.head(plan, policy, true)
    const lanes = lanesFor(this.gpu.isSoftware, shape.hidden)
    const rows = trainedRows(0, this.options.rows)
    const final = { columns: shape.hidden, epsilon: shape.epsilon, lanes, rows, isPicked: true }
    const x = this.streams[shape.layers]!
    plan.add({ ...rmsNormBackward(final), buffers: { x, w: policy.weights.norms, dy: b.dNormed!, pick: b.pick!, dx: b.dx!, scales: b.scales! }, op: [policy.weights.finalNorm] })
    gradients.norm(plan, final, { x, dy: b.dNormed!, pick: b.pick! }, policy.weights.finalNorm)
    for (let i = shape.layers - 1; i >= 0; i--) {
      // The last layer's values are still there: nothing was computed after it.
      if (this.options.recomputes && i < shape.layers - 1) recordLayer(plan, pass, i, this.layerSet(i), this.streams[i]!, null)
      this.layerBackward(plan, i)
    }
    gradients.embedding(plan)
    gradients.finish(plan)
    plan.add({ ...reduceMetrics(), buffers: { stats: b.stats!, ring: b.ring! } })
    return plan
  }

  updatePlan(): Plan {
    const plan = new Plan(this.gpu, 'update')
    const { buffers: b, size } = this
    const { parameters, m, v } = this.trained.state
    plan.add({ ...gradientSquares(size, this.parts, this.stride, this.gpu.isSoftware), buffers: { gradient: b.gradient!, squares: b.squares! } })
    plan.add({ ...gradientNorm(size), buffers: { squares: b.squares!, ring: b.ring! } })
    plan.add({ ...adamW(size), buffers: { gradient: b.gradient!, ring: b.ring!, decayed: b.decayed!, m, v, parameters } })
    return plan
  }

  /** Loss statistics of every trained row under `policy`, which need not be the one that is trained. */
  scorePlan(policy: PolicyWeights): Plan {
    const plan = new Plan(this.gpu, 'score')
    this.forward(plan, policy)
    this.head(plan, policy, false)
    return plan
  }

  private layerPass(policy: PolicyWeights): LayerPass {
    const { gpu, shape, buffers: b, tiling } = this
    return { gpu, shape, policy, table: b.table!, tiling, first: b.first!, decode: null }
  }

  private layerSet(i: number): LayerBuffers {
    return this.layers[this.options.recomputes ? 0 : i]!
  }

  private forward(plan: Plan, policy: PolicyWeights): void {
    const { shape, buffers: b } = this
    const pass = this.layerPass(policy)
    recordEmbedding(plan, pass, 'packed', { ids: b.ids!, x: this.streams[0]! })
    for (let i = 0; i < shape.layers; i++) recordLayer(plan, pass, i, this.layerSet(i), this.streams[i]!, this.streams[i + 1]!)
    plan.add({
      ...rmsNorm({ columns: shape.hidden, epsilon: shape.epsilon, lanes: lanesFor(this.gpu.isSoftware, shape.hidden), rows: trainedRows(0, this.options.rows), isPicked: true }),
      buffers: { x: this.streams[shape.layers]!, w: policy.weights.norms, pick: b.pick!, y: b.normed! },
      op: [policy.weights.finalNorm],
    })
  }

  /** Logits in blocks of rows, each turned into its gradient before the next is computed: [T, V] is never stored. */
  private head(plan: Plan, { weights }: PolicyWeights, hasGradient: boolean): void {
    const { shape, buffers: b, block, tiling } = this
    const { hidden: h, vocabulary: V, logitStride: stride } = shape
    for (let first = 0; first < this.options.rows; first += block) {
      const rows = trainedRows(first, block)
      for (const part of weights.head)
        plan.add({
          ...linear({ inputs: h, outputs: part.rows, ...tiling, rows, stride, weights: part.code, column: part.first }),
          buffers: { x: b.normed!, ...part.buffers, y: b.logits! },
          op: [part.at, first, first],
        })
      plan.add({
        ...tokenLoss({ vocabulary: V, stride, first, block, lanes: lanesFor(this.gpu.isSoftware, V) }),
        buffers: { logits: b.logits!, targets: b.targets!, stats: b.stats! },
        op: [0, 0, first],
      })
      if (!hasGradient) continue
      this.gradients.head(plan, first, block)
      for (const part of weights.head)
        plan.add({
          ...linearBackward({ inputs: h, outputs: part.rows, ...tiling, rows, stride, weights: part.code, column: part.first, adds: part.first > 0 }),
          buffers: { dy: b.logits!, ...part.buffers, dx: b.dNormed! },
          op: [part.at, first, first],
        })
    }
  }

  /** dx holds d loss / d stream[i + 1] before, d loss / d stream[i] after. */
  private layerBackward(plan: Plan, i: number): void {
    const { shape, buffers: b, tiling, gradients } = this
    const { heads, kvHeads, headDim, epsilon } = shape
    const { norms: w, layers } = this.trained.policy.weights
    const at = layers[i]!
    const layer = this.layerSet(i)
    const x = this.streams[i]!
    const heading = { heads, kvHeads, headDim, epsilon, hasNorm: shape.hasHeadNorms, inQuads: tiling.inQuads }
    const norm = { columns: shape.hidden, epsilon, lanes: lanesFor(this.gpu.isSoftware, shape.hidden) }
    const productBackward = (product: ProductName, beside: Beside, dy: GPUBuffer, dx: GPUBuffer) => {
      const [inputs, outputs] = productSize(shape, product)
      plan.add({ ...linearBackward({ inputs, outputs, ...tiling, addend: beside.addend, weights: at[product].code }), buffers: { dy, dx, ...at[product].buffers, ...beside.buffers }, op: [at[product].at, 0, 0, 0, 0, 0, beside.at] })
    }
    const normBackward = (input: GPUBuffer, offset: number) => {
      plan.add({ ...rmsNormBackward(norm), buffers: { x: input, w, dy: b.dInput!, dx: b.dx!, scales: b.scales! }, op: [offset] })
      gradients.norm(plan, norm, { x: input, dy: b.dInput! }, offset)
    }

    const down = gradients.product(plan, i, 'down', b.dx!, layer.inner)
    plan.add({
      ...linearBackward({ inputs: shape.inner, outputs: shape.hidden, ...gatedTiling(tiling), isGated: true, addend: down.addend, weights: at.down.code }),
      buffers: { dy: b.dx!, g: layer.gateUp!, dx: b.dGateUp!, ...at.down.buffers, ...down.buffers },
      op: [at.down.at, 0, 0, 0, 0, 0, down.at],
    })
    productBackward('gateUp', gradients.product(plan, i, 'gateUp', b.dGateUp!, layer.mlpInput), b.dGateUp!, b.dInput!)
    normBackward(layer.mid, at.postNorm)

    productBackward('output', gradients.product(plan, i, 'output', b.dx!, layer.mixed), b.dx!, b.dMixed!)
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
    if (shape.hasHeadNorms) gradients.headNorms(plan, i, heading, layer.qkv)
    const qkv = gradients.product(plan, i, 'qkv', b.dqkv!, layer.attentionInput)
    if (i === 0 && !gradients.reachesEmbedding) return
    productBackward('qkv', qkv, b.dqkv!, b.dInput!)
    normBackward(x, at.inputNorm)
  }
}
