/** Gradients of all weights, for full training. */
import type { Plan } from '../gpu/plan'
import { columnSums } from '../kernels/columnSums'
import { embeddingGradient } from '../kernels/embedding'
import { linearWeightGradient, trainedRows } from '../kernels/gemm'
import { headNormWeightGradient, type HeadShape } from '../kernels/heads'
import { CHUNK_ROWS, rmsNormWeightGradient, type NormShape } from '../kernels/rmsNorm'
import { NOTHING_BESIDE, type Beside, type GradientPass, type Gradients } from './gradients'
import type { ProductName } from './loraLayout'
import type { ModelShape } from './shape'

export class WeightGradients implements Gradients {
  readonly reachesEmbedding = true
  private readonly chunks: number
  /** Target, first partial sum and stride of every norm weight, for `columnSums`. */
  private readonly entries: number[] = []
  private partials = 0

  constructor(private readonly pass: GradientPass) {
    this.chunks = Math.ceil(pass.rows / CHUNK_ROWS)
  }

  /** Words of the buffers that only these gradients need. */
  static words({ layers, hidden, headDim }: ModelShape, rows: number): Readonly<Record<string, number>> {
    return { order: rows, spans: 3 * rows, partial: Math.ceil(rows / CHUNK_ROWS) * ((2 * layers + 1) * hidden + layers * 2 * headDim) }
  }

  product(plan: Plan, layer: number, product: ProductName, dy: GPUBuffer, x: GPUBuffer): Beside {
    const { shape, buffers: b, parts, stride, tiling } = this.pass
    const [inputs, outputs] = productSize(shape, product)
    plan.add({ ...linearWeightGradient({ inputs, outputs, parts, inQuads: tiling.inQuads }), buffers: { dy, x, dw: b.gradient! }, op: [shape.layer[layer]![product], 0, 0, 0, stride] })
    return NOTHING_BESIDE
  }

  norm(plan: Plan, shape: NormShape, buffers: Readonly<Record<string, GPUBuffer>>, at: number): void {
    const { buffers: b, rows } = this.pass
    const from = this.partials
    plan.add({ ...rmsNormWeightGradient({ ...shape, capacity: rows }), buffers: { ...buffers, scales: b.scales!, partial: b.partial! }, op: [0, from] })
    for (let c = 0; c < shape.columns; c++) this.entries.push(at + c, from + c, shape.columns)
    this.partials += this.chunks * shape.columns
  }

  headNorms(plan: Plan, layer: number, heading: HeadShape, qkv: GPUBuffer): void {
    const { shape, buffers: b, rows } = this.pass
    const { headDim } = heading
    const at = shape.layer[layer]!
    const from = this.partials
    plan.add({
      ...headNormWeightGradient(heading, rows),
      buffers: { qkv, table: b.table!, first: b.first!, dq: b.dq!, dkv: b.dkv!, scales: b.headScales!, partial: b.partial! },
      op: [0, 0, 0, from],
    })
    for (let c = 0; c < 2 * headDim; c++) this.entries.push(c < headDim ? at.qNorm + c : at.kNorm + c - headDim, from + c, 2 * headDim)
    this.partials += this.chunks * 2 * headDim
  }

  head(plan: Plan, first: number, block: number): void {
    const { shape, buffers: b, parts, stride, tiling } = this.pass
    plan.add({
      ...linearWeightGradient({ inputs: shape.hidden, outputs: shape.vocabulary, rows: trainedRows(first, block), stride: shape.logitStride, parts, inQuads: tiling.inQuads }),
      buffers: { dy: b.logits!, x: b.normed!, dw: b.gradient! },
      op: [shape.head, first, first, first === 0 ? 0 : 1, stride],
    })
  }

  embedding(plan: Plan): void {
    const { shape, buffers: b } = this.pass
    plan.add({ ...embeddingGradient(shape.hidden), buffers: { spans: b.spans!, order: b.order!, dx: b.dx!, gradient: b.gradient! }, op: [shape.embedding] })
  }

  finish(plan: Plan): void {
    const { gpu, buffers: b } = this.pass
    b.entries = gpu.upload('norm entries', Uint32Array.from(this.entries))
    plan.add({ ...columnSums(this.entries.length / 3, this.chunks), buffers: { entries: b.entries, partial: b.partial!, gradient: b.gradient! } })
  }
}

/** Inputs and outputs of a layer's products. */
export function productSize({ hidden, heads, kvHeads, headDim, inner }: ModelShape, product: ProductName): readonly [number, number] {
  switch (product) {
    case 'qkv':
      return [hidden, (heads + 2 * kvHeads) * headDim]
    case 'output':
      return [heads * headDim, hidden]
    case 'gateUp':
      return [hidden, 2 * inner]
    case 'down':
      return [inner, hidden]
  }
}
