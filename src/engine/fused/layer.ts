/**
 * The forward pass of one decoder layer, the same for training, prefill and decoding: eight dispatches, and one more for every
 * product that has adapters.
 */
import type { GpuContext } from '../gpu/context'
import type { Plan } from '../gpu/plan'
import { attention, decodeAttention } from '../kernels/attention'
import { embedTokens } from '../kernels/embedding'
import { gatedLinear, linear } from '../kernels/gemm'
import { rotateHeads, type RowPlace } from '../kernels/heads'
import { lowRankAddend, lowRankProduct } from '../kernels/lora'
import { rmsNorm } from '../kernels/rmsNorm'
import { lanesFor } from '../kernels/rows'
import type { Tiling } from '../kernels/tile'
import { NOTHING_BESIDE, type Beside } from './gradients'
import type { AdapterLayout, ProductName } from './loraLayout'
import type { ModelWeights } from './modelWeights'
import type { ModelShape } from './shape'

/** Low-rank adapters beside the weights, all in one buffer. */
export interface Adapters {
  readonly layout: AdapterLayout
  readonly buffer: GPUBuffer
}

/** What a policy computes with: weights, and adapters or none. */
export interface PolicyWeights {
  readonly weights: ModelWeights
  readonly adapters: Adapters | null
}

/** What one layer computes, [rows, …]; layers may share buffers that nobody reads again. */
export interface LayerBuffers {
  /** Residual stream after attention. */
  readonly mid: GPUBuffer
  /** Normed input of the attention and of the MLP. */
  readonly attentionInput: GPUBuffer
  readonly mlpInput: GPUBuffer
  readonly qkv: GPUBuffer
  readonly q: GPUBuffer
  readonly kv: GPUBuffer
  readonly mixed: GPUBuffer
  readonly lse: GPUBuffer
  /** gate and up products, kept for the backward pass only. */
  readonly gateUp: GPUBuffer | null
  readonly inner: GPUBuffer
  /** A·x of the products that have adapters. */
  readonly low: Readonly<Partial<Record<ProductName, GPUBuffer>>>
}

/** All buffers of a layer by name. */
export function namedBuffers({ low, ...others }: LayerBuffers): [string, GPUBuffer][] {
  const lows = Object.entries(low).map(([product, buffer]): [string, GPUBuffer] => [`low ${product}`, buffer])
  return [...Object.entries(others).filter((entry): entry is [string, GPUBuffer] => entry[1] !== null), ...lows]
}

/** Records the rows of the embedding: one dispatch for each part of its table. */
export function recordEmbedding(plan: Plan, { policy, shape }: Pick<LayerPass, 'policy' | 'shape'>, place: RowPlace, buffers: Readonly<Record<string, GPUBuffer>>, most = 0): void {
  for (const { code, buffers: table, at, first, rows } of policy.weights.embedding)
    plan.add({
      ...embedTokens(shape.hidden, place, code && { code, first, rows }),
      buffers: { ...buffers, ...(code ? table : { table: table.w! }) },
      op: [at, 0, 0, most],
    })
}

/** Allocates a layer's buffers for `rows` rows. */
export function layerBuffers(gpu: GpuContext, shape: ModelShape, adapters: Adapters | null, rows: number, keeps: boolean, label: string): LayerBuffers {
  const { hidden, heads, kvHeads, headDim, inner } = shape
  const make = (name: string, columns: number) => gpu.buffer(`${label} ${name}`, rows * columns * 4)
  // Layers are alike: the first one tells which products have adapters.
  const sites = Object.entries(adapters?.layout.layers[0] ?? {})
  const low = Object.fromEntries(sites.flatMap(([product, site]) => (site ? [[product, make(`low ${product}`, site.width)]] : [])))
  return {
    mid: make('mid', hidden),
    attentionInput: make('attention input', hidden),
    mlpInput: make('mlp input', hidden),
    qkv: make('qkv', (heads + 2 * kvHeads) * headDim),
    q: make('q', heads * headDim),
    kv: make('kv', 2 * kvHeads * headDim),
    mixed: make('mixed', heads * headDim),
    lse: make('lse', heads),
    gateUp: keeps ? make('gate and up', 2 * inner) : null,
    inner: make('inner', inner),
    low,
  }
}

export interface LayerPass {
  readonly gpu: GpuContext
  readonly shape: ModelShape
  readonly policy: PolicyWeights
  readonly table: GPUBuffer
  readonly tiling: Tiling
  /** First row of each row's sequence when packed, slot when decoding. */
  readonly first: GPUBuffer
  /** Set when decoding: slot states, each layer's shared prompt rows and rows a slot's own cache has. */
  readonly decode: { readonly state: GPUBuffer; readonly prompt: GPUBuffer; readonly most: number } | null
}

/** Records A·x of a product's adapters. @returns what the product then adds */
function beside(plan: Plan, { gpu, policy: { adapters }, tiling }: LayerPass, layer: number, product: ProductName, buffers: LayerBuffers, x: GPUBuffer): Beside {
  const site = adapters?.layout.layers[layer]![product]
  if (!adapters || !site) return NOTHING_BESIDE
  const low = buffers.low[product]!
  plan.add({ ...lowRankProduct(site, gpu.isSoftware, tiling), buffers: { x, w: adapters.buffer, y: low }, op: [site.a] })
  return { addend: lowRankAddend(site), buffers: { low, adapter: adapters.buffer }, at: site.b }
}

/** For two products at once: alone, half the rows, whose sums fit the registers. */
export function gatedTiling({ tileRows, inQuads }: Tiling): Tiling {
  return inQuads || tileRows <= 4 ? { tileRows, inQuads } : { tileRows: 4 }
}

/**
 * Records layer `i`, x → out. `out` is null when only what the backward pass needs is wanted again (recomputation).
 */
export function recordLayer(plan: Plan, pass: LayerPass, i: number, buffers: LayerBuffers, x: GPUBuffer, out: GPUBuffer | null): void {
  const { gpu, shape, table, tiling, first, decode } = pass
  const { hidden: h, heads, kvHeads, headDim, inner, epsilon } = shape
  const at = pass.policy.weights.layers[i]!
  const w = pass.policy.weights.norms
  const place: RowPlace = decode ? 'decode' : 'packed'
  const lanes = lanesFor(gpu.isSoftware, h)
  const norm = rmsNorm({ columns: h, epsilon, lanes })
  plan.add({ ...norm, buffers: { x, w, y: buffers.attentionInput }, op: [at.inputNorm] })
  const qkv = beside(plan, pass, i, 'qkv', buffers, buffers.attentionInput)
  plan.add({
    ...linear({ inputs: h, outputs: (heads + 2 * kvHeads) * headDim, ...tiling, addend: qkv.addend, weights: at.qkv.code }),
    buffers: { x: buffers.attentionInput, y: buffers.qkv, ...at.qkv.buffers, ...qkv.buffers },
    op: [at.qkv.at, 0, 0, 0, 0, 0, qkv.at],
  })
  plan.add({
    ...rotateHeads({ heads, kvHeads, headDim, epsilon, hasNorm: shape.hasHeadNorms }, place),
    buffers: { qkv: buffers.qkv, w, table, first, q: buffers.q, kv: buffers.kv, ...(decode ? { state: decode.state } : {}) },
    op: [at.qNorm, at.kNorm, 0, decode?.most ?? 0],
  })
  if (decode)
    plan.add({
      ...decodeAttention({ heads, kvHeads, headDim }),
      buffers: { q: buffers.q, prompt: decode.prompt, own: buffers.kv, slots: first, state: decode.state, o: buffers.mixed },
      op: [0, 0, 0, decode.most],
    })
  else plan.add({ ...attention({ heads, kvHeads, headDim, inQuads: tiling.inQuads }), buffers: { q: buffers.q, kv: buffers.kv, first, o: buffers.mixed, lse: buffers.lse } })
  const output = beside(plan, pass, i, 'output', buffers, buffers.mixed)
  plan.add({
    ...linear({ inputs: heads * headDim, outputs: h, ...tiling, hasResidual: true, addend: output.addend, weights: at.output.code }),
    buffers: { x: buffers.mixed, y: buffers.mid, r: x, ...at.output.buffers, ...output.buffers },
    op: [at.output.at, 0, 0, 0, 0, 0, output.at],
  })
  plan.add({ ...norm, buffers: { x: buffers.mid, w, y: buffers.mlpInput }, op: [at.postNorm] })
  const gateUp = beside(plan, pass, i, 'gateUp', buffers, buffers.mlpInput)
  plan.add({
    ...gatedLinear({ inputs: h, inner, ...gatedTiling(tiling), keeps: buffers.gateUp !== null, addend: gateUp.addend, weights: at.gateUp.code }),
    buffers: { x: buffers.mlpInput, y: buffers.inner, ...(buffers.gateUp ? { g: buffers.gateUp } : {}), ...at.gateUp.buffers, ...gateUp.buffers },
    op: [at.gateUp.at, 0, 0, 0, 0, 0, gateUp.at],
  })
  const down = beside(plan, pass, i, 'down', buffers, buffers.inner)
  if (out)
    plan.add({
      ...linear({ inputs: inner, outputs: h, ...tiling, hasResidual: true, addend: down.addend, weights: at.down.code }),
      buffers: { x: buffers.inner, y: out, r: buffers.mid, ...at.down.buffers, ...down.buffers },
      op: [at.down.at, 0, 0, 0, 0, 0, down.at],
    })
}
