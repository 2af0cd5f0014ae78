/** The forward pass of one decoder layer as eight dispatches, the same for training, prefill and decoding. */
import type { GpuContext } from '../gpu/context'
import type { Plan } from '../gpu/plan'
import { attention, decodeAttention } from '../kernels/attention'
import { gatedLinear, linear, type TileRows } from '../kernels/gemm'
import { rotateHeads, type RowPlace } from '../kernels/heads'
import { rmsNorm } from '../kernels/rmsNorm'
import { lanesFor } from '../kernels/rows'
import type { LayerOffsets, ModelShape } from './shape'

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
}

/** Allocates a layer's buffers for `rows` rows. */
export function layerBuffers(gpu: GpuContext, shape: ModelShape, rows: number, keeps: boolean, label: string): LayerBuffers {
  const { hidden, heads, kvHeads, headDim, inner } = shape
  const make = (name: string, columns: number) => gpu.buffer(`${label} ${name}`, rows * columns * 4)
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
  }
}

export interface LayerPass {
  readonly gpu: GpuContext
  readonly shape: ModelShape
  readonly weights: GPUBuffer
  readonly table: GPUBuffer
  readonly tileRows: TileRows
  /** First row of each row's sequence when packed, slot when decoding. */
  readonly first: GPUBuffer
  /** Set when decoding: slot states, each layer's shared prompt rows and rows a slot's own cache has. */
  readonly decode: { readonly state: GPUBuffer; readonly prompt: GPUBuffer; readonly most: number } | null
}

/**
 * Records x → out. `out` is null when only what the backward pass needs is wanted again (recomputation).
 */
export function recordLayer(plan: Plan, pass: LayerPass, at: LayerOffsets, buffers: LayerBuffers, x: GPUBuffer, out: GPUBuffer | null): void {
  const { gpu, shape, weights: w, table, tileRows, first, decode } = pass
  const { hidden: h, heads, kvHeads, headDim, inner, epsilon } = shape
  const place: RowPlace = decode ? 'decode' : 'packed'
  const lanes = lanesFor(gpu.isSoftware, h)
  const norm = rmsNorm({ columns: h, epsilon, lanes })
  plan.add({ ...norm, buffers: { x, w, y: buffers.attentionInput }, op: [at.inputNorm] })
  plan.add({ ...linear({ inputs: h, outputs: (heads + 2 * kvHeads) * headDim, tileRows }), buffers: { x: buffers.attentionInput, w, y: buffers.qkv }, op: [at.qkv] })
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
  else plan.add({ ...attention({ heads, kvHeads, headDim }), buffers: { q: buffers.q, kv: buffers.kv, first, o: buffers.mixed, lse: buffers.lse } })
  plan.add({ ...linear({ inputs: heads * headDim, outputs: h, tileRows, hasResidual: true }), buffers: { x: buffers.mixed, w, y: buffers.mid, r: x }, op: [at.output] })
  plan.add({ ...norm, buffers: { x: buffers.mid, w, y: buffers.mlpInput }, op: [at.postNorm] })
  plan.add({
    ...gatedLinear({ inputs: h, inner, tileRows: Math.min(4, tileRows) as TileRows, keeps: buffers.gateUp !== null }),
    buffers: { x: buffers.mlpInput, w, y: buffers.inner, ...(buffers.gateUp ? { g: buffers.gateUp } : {}) },
    op: [at.gateUp],
  })
  if (out) plan.add({ ...linear({ inputs: inner, outputs: h, tileRows, hasResidual: true }), buffers: { x: buffers.inner, w, y: out, r: buffers.mid }, op: [at.down] })
}
