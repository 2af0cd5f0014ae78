/** What the training plans leave to whatever is trained: all weights, or adapters beside frozen ones. */
import type { GpuContext } from '../gpu/context'
import type { Plan } from '../gpu/plan'
import type { Addend } from '../kernels/gemm'
import type { HeadShape } from '../kernels/heads'
import type { NormShape } from '../kernels/rmsNorm'
import type { Tiling } from '../kernels/tile'
import type { ProductName } from './loraLayout'
import type { ModelShape } from './shape'

/** A product's addend with its buffers, and the integer `op.g` it reads; empty where there is none. */
export interface Beside {
  readonly addend?: Addend
  readonly buffers: Readonly<Record<string, GPUBuffer>>
  readonly at: number
}
export const NOTHING_BESIDE: Beside = { buffers: {}, at: 0 }

/** What the recorded backward pass shares with the gradients. */
export interface GradientPass {
  readonly gpu: GpuContext
  readonly shape: ModelShape
  /** Rows of a batch, at most. */
  readonly rows: number
  readonly tiling: Tiling
  readonly buffers: Record<string, GPUBuffer>
  /** Runs of rows that a weight gradient is computed in, and the floats from one run's gradient to the next. */
  readonly parts: number
  readonly stride: number
}

/** Records gradients into `buffers.gradient`, each at the place of what it is the gradient of. */
export interface Gradients {
  /** Whether the embedding is trained: only then is the gradient carried on below the first layer. */
  readonly reachesEmbedding: boolean
  /**
   * Gradients of a product's own matrices.
   * @param dy gradient for its result @param x its input
   * @returns what the gradient for x has beside dy·W
   */
  product(plan: Plan, layer: number, product: ProductName, dy: GPUBuffer, x: GPUBuffer): Beside
  /** Gradient of a norm's weights at float `at`, after `rmsNormBackward` left the rows' scales. */
  norm(plan: Plan, shape: NormShape, buffers: Readonly<Record<string, GPUBuffer>>, at: number): void
  /** Gradient of the norms of q and k, after `rotateHeadsBackward` left the heads' scales. */
  headNorms(plan: Plan, layer: number, shape: HeadShape, qkv: GPUBuffer): void
  /** Gradient of the head from the block of `block` rows from trained row `first` on. */
  head(plan: Plan, first: number, block: number): void
  embedding(plan: Plan): void
  /** Once, after all others. */
  finish(plan: Plan): void
}
