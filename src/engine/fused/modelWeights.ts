/** Where the kernels find a model's weights: all in one float buffer, or matrix by matrix in a packed format. */
import { weightCode, type WeightCode } from '../kernels/weightCode'
import type { StoredMatrix, WeightStore } from '../inference/weightStore'
import type { ProductName } from './loraLayout'
import type { ModelShape } from './shape'

export interface MatrixPlace {
  /** How packed weights are read; none reads floats. */
  readonly code?: WeightCode
  /** `w`, and `s` where the format has scales. */
  readonly buffers: Readonly<Record<string, GPUBuffer>>
  /** Float of `w` at which the matrix begins. */
  readonly at: number
}

/** Consecutive rows of a vocabulary's matrix. */
export interface TablePlace extends MatrixPlace {
  readonly first: number
  readonly rows: number
}

export interface ModelWeights {
  /** Holds all norms; the numbers below are floats of it. */
  readonly norms: GPUBuffer
  readonly finalNorm: number
  readonly layers: readonly (Readonly<Record<ProductName, MatrixPlace>> & Readonly<Record<'inputNorm' | 'qNorm' | 'kNorm' | 'postNorm', number>>)[]
  readonly embedding: readonly TablePlace[]
  readonly head: readonly TablePlace[]
}

/** All weights in one float buffer, in layout order. */
export function flatWeights(shape: ModelShape, w: GPUBuffer): ModelWeights {
  const place = (at: number): MatrixPlace => ({ buffers: { w }, at })
  const table = (at: number): TablePlace[] => [{ ...place(at), first: 0, rows: shape.vocabulary }]
  return {
    norms: w,
    finalNorm: shape.finalNorm,
    layers: shape.layer.map(({ qkv, output, gateUp, down, ...norms }) => ({ ...norms, qkv: place(qkv), output: place(output), gateUp: place(gateUp), down: place(down) })),
    embedding: table(shape.embedding),
    head: table(shape.head),
  }
}

/** Weights in a store, each matrix in its format. */
export function storedWeights(store: WeightStore): ModelWeights {
  const place = ({ format, inputs, words, scales }: StoredMatrix): MatrixPlace => ({ code: weightCode(format, inputs), buffers: { w: words, ...(scales ? { s: scales } : {}) }, at: 0 })
  const tables = (parts: readonly StoredMatrix[]): TablePlace[] => parts.map((part) => ({ ...place(part), first: part.firstRow, rows: part.outputs }))
  return {
    norms: store.norms,
    finalNorm: store.plan.finalNorm,
    layers: store.layers.map(({ qkv, output, gateUp, down }, i) => {
      const { input, q, k, post } = store.plan.norms[i]!
      return { inputNorm: input, qNorm: q, kNorm: k, postNorm: post, qkv: place(qkv), output: place(output), gateUp: place(gateUp), down: place(down) }
    }),
    embedding: tables(store.embedding),
    head: tables(store.head),
  }
}
