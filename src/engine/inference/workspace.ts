/** Everything on the GPU that is not a weight: activations, keys and values, and the state of the sequences. */
import type { LoadPlan } from '../../posttrain/modelMemory'
import { rotaryTable, type ModelShape } from '../fused/shape'
import type { GpuContext } from '../gpu/context'
import { cacheRowBytes, SLOT_WORDS } from '../kernels/cacheFormat'
import { PIECE_WORDS, pieceCount } from '../kernels/drawTokens'

/** End tokens that a completion may name. */
export const MOST_ENDS = 15
/** Parts of a long context in decoding; a GPU wants about this many workgroups at work. */
const MOST_SPLITS = 16
const WORKGROUPS = 128
const KEYS_PER_SPLIT = 64

/** Parts of the keys that decoding sums up side by side. On a software adapter the heads keep every core busy. */
export function splitsFor(isSoftware: boolean, shape: ModelShape, { context, rows }: Pick<LoadPlan, 'context' | 'rows'>): number {
  if (isSoftware) return 1
  return Math.max(1, Math.min(MOST_SPLITS, Math.ceil(context / KEYS_PER_SPLIT), Math.ceil(WORKGROUPS / (rows * shape.kvHeads))))
}

export type Sizes = Pick<LoadPlan, 'cache' | 'context' | 'rows' | 'promptTokens'>

const SINGLE = ['x', 'mid', 'normed', 'qkv', 'heads', 'inner', 'last', 'logits', 'pieces', 'parts', 'levels', 'ids', 'chunk', 'slots', 'state', 'ends', 'targets', 'tokens', 'logprobs', 'table'] as const
export type WorkspaceName = (typeof SINGLE)[number]

/** Bytes of each buffer; `cache` is one layer's. */
export function workspaceBytes(shape: ModelShape, sizes: Sizes, splits: number): Record<WorkspaceName | 'cache', number> {
  const { hidden: h, heads: H, kvHeads: Hk, headDim: d, inner, vocabulary: V } = shape
  const { context, rows, promptTokens } = sizes
  const N = Math.max(promptTokens, rows)
  const words = {
    x: N * h, mid: N * h, normed: N * h, qkv: N * (H + 2 * Hk) * d, heads: N * H * d, inner: N * inner,
    last: rows * h, logits: rows * V, pieces: rows * pieceCount({ vocabulary: V, lanes: 1 }) * PIECE_WORDS,
    parts: splits > 1 ? rows * H * splits * d : 0, levels: splits > 1 ? rows * H * splits * 2 : 0,
    ids: N, chunk: 2, slots: rows, state: rows * SLOT_WORDS, ends: 1 + MOST_ENDS, targets: rows,
    tokens: rows * context, logprobs: rows * context, table: context * d,
  }
  const bytes = Object.fromEntries(Object.entries(words).map(([name, n]) => [name, 4 * n])) as Record<WorkspaceName, number>
  return { ...bytes, cache: context * rows * cacheRowBytes({ heads: H, kvHeads: Hk, headDim: d, cache: sizes.cache }) }
}

export class Workspace {
  private constructor(
    private readonly gpu: GpuContext,
    readonly sizes: Sizes,
    readonly splits: number,
    readonly buffers: Readonly<Record<WorkspaceName, GPUBuffer>>,
    /** Keys and values of each layer, `context · rows` rows that the sequences share out. */
    readonly caches: readonly GPUBuffer[],
  ) {}

  /** @throws RangeError when a buffer is larger than the device gives */
  static create(gpu: GpuContext, shape: ModelShape, sizes: Sizes): Workspace {
    const splits = splitsFor(gpu.isSoftware, shape, sizes)
    const bytes = workspaceBytes(shape, sizes, splits)
    const made: GPUBuffer[] = []
    const make = (name: string, byteLength: number) => {
      const buffer = gpu.buffer(name, byteLength)
      made.push(buffer)
      return buffer
    }
    try {
      const buffers = Object.fromEntries(SINGLE.map((name) => [name, make(`inference ${name}`, bytes[name])])) as Record<WorkspaceName, GPUBuffer>
      const caches = Array.from({ length: shape.layers }, (_, i) => make(`layer ${i} keys and values`, bytes.cache))
      gpu.device.queue.writeBuffer(buffers.table, 0, rotaryTable(sizes.context, shape.headDim, shape.config.rope_theta) as Float32Array<ArrayBuffer>)
      return new Workspace(gpu, sizes, splits, buffers, caches)
    } catch (error) {
      for (const buffer of made) gpu.destroy(buffer)
      throw error
    }
  }

  write(name: WorkspaceName, data: Uint32Array<ArrayBuffer>): void {
    this.gpu.device.queue.writeBuffer(this.buffers[name], 0, data)
  }

  dispose(): void {
    for (const buffer of [...Object.values(this.buffers), ...this.caches]) this.gpu.destroy(buffer)
  }
}
