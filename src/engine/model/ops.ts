/**
 * The differentiable pieces of the reference model in tfjs ops.
 *
 * Each has a hand-written gradient for two reasons. The stock gradient of a matrix product uses transposed operands,
 * which take a scalar path on wasm (measured 12 times slower than transposing first) and a wrong one on WebGPU
 * (device.ts). And fewer ops a step is what counts on both: every op costs 30–150 µs before it computes anything.
 */
import * as tf from '@tensorflow/tfjs-core'
import { withGradient } from './withGradient'

/**
 * y = x · wᵀ.
 * @param x [N, in]
 * @param w [out, in], as Hugging Face stores it
 * @returns [N, out]
 */
export function linear(x: tf.Tensor, w: tf.Tensor): tf.Tensor2D {
  return withGradient([x, w], ([x, w]) => ({
    value: product2(x!, tf.transpose(w!)),
    saved: [x!, w!],
    gradient: (dy, [x, w]) => [product2(dy, w!), product2(tf.transpose(dy), x!)],
  })) as tf.Tensor2D
}

function product2(a: tf.Tensor, b: tf.Tensor): tf.Tensor2D {
  return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)
}

/**
 * Rows of the embedding as a product with one-hot rows: its gradient is a product too, in a fixed order, where a
 * gather's would be float atomics on WebGPU (bits differ from run to run) and is missing on wasm.
 * @param oneHot [N, V]
 * @param table [V, hidden]
 * @returns [N, hidden]
 */
export function embed(oneHot: tf.Tensor, table: tf.Tensor): tf.Tensor2D {
  return withGradient([table], ([table]) => ({
    value: product2(oneHot, table!),
    saved: [oneHot], // not captured: tfjs disposes what the forward made and nobody saved
    gradient: (dy, [oneHot]) => [product2(tf.transpose(oneHot!), dy)],
  })) as tf.Tensor2D
}

/**
 * y = w · x / √(mean(x²) + eps) along the last axis.
 * @param x [N, C]
 * @param w [C]
 * @source arXiv 1910.07467 (RMSNorm)
 */
export function rmsNorm(x: tf.Tensor, w: tf.Tensor, eps: number): tf.Tensor2D {
  return withGradient([x, w], ([x, w]) => {
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x!), -1, true), eps)) // [N, 1]
    const normal = tf.mul(x!, scale) // [N, C]
    return {
      value: tf.mul(normal, w!),
      saved: [normal, scale, w!],
      gradient: (dy, [normal, scale, w]) => {
        const dNormal = tf.mul(dy, w!)
        const along = tf.mean(tf.mul(dNormal, normal!), -1, true) // [N, 1]
        return [tf.mul(scale!, tf.sub(dNormal, tf.mul(normal!, along))), tf.sum(tf.mul(dy, normal!), 0)]
      },
    }
  }) as tf.Tensor2D
}

/**
 * Half-rotation as a product with a constant matrix R: (x·R) = [−x₂, x₁] for x = [x₁, x₂].
 * One product replaces slice, negate and concatenate, forward and backward.
 */
export interface Rotation {
  readonly matrix: tf.Tensor2D
  readonly transposed: tf.Tensor2D
}

export function rotation(headDim: number): Rotation {
  const half = headDim / 2
  const data = new Float32Array(headDim * headDim)
  for (let i = 0; i < half; i++) {
    data[(half + i) * headDim + i] = -1
    data[i * headDim + half + i] = 1
  }
  const matrix = tf.tensor2d(data, [headDim, headDim])
  return { matrix, transposed: tf.transpose(matrix) }
}

/**
 * Rotary position embedding: y = x·cos + (x·R)·sin.
 * @param x [B, T, heads, d]
 * @param cos @param sin [B or 1, T, 1, d]
 * @source RoFormer, arXiv 2104.09864; rotate-half layout of Hugging Face
 */
export function rotary(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor, turn: Rotation): tf.Tensor4D {
  const d = x.shape[3]!
  const by = (t: tf.Tensor, matrix: tf.Tensor2D) => tf.reshape(tf.matMul(tf.reshape(t, [-1, d]) as tf.Tensor2D, matrix), t.shape)
  return withGradient([x], ([x]) => ({
    value: tf.add(tf.mul(x!, cos), tf.mul(by(x!, turn.matrix), sin)),
    saved: [cos, sin],
    gradient: (dy, [cos, sin]) => [tf.add(tf.mul(dy, cos!), by(tf.mul(dy, sin!), turn.transposed))],
  })) as tf.Tensor4D
}

/** cos and sin tables, each [rows, T, 1, headDim], for the given absolute positions (row-major [rows, T]). */
export function rotaryTables(positions: Int32Array, rows: number, headDim: number, theta: number): { cos: tf.Tensor; sin: tf.Tensor } {
  const half = headDim / 2
  const cos = new Float32Array(positions.length * headDim)
  const sin = new Float32Array(positions.length * headDim)
  for (let p = 0; p < positions.length; p++) {
    for (let i = 0; i < half; i++) {
      const angle = positions[p]! * theta ** (-i / half)
      const at = p * headDim + i
      cos[at] = cos[at + half] = Math.cos(angle)
      sin[at] = sin[at + half] = Math.sin(angle)
    }
  }
  const shape: [number, number, number, number] = [rows, positions.length / rows, 1, headDim]
  return { cos: tf.tensor4d(cos, shape), sin: tf.tensor4d(sin, shape) }
}

/**
 * softmax(q·kᵀ + mask)·v for batched heads, q already scaled by 1/√d.
 * @param q [N, Tq, d]
 * @param k @param v [N, Tk, d]
 * @param mask additive, broadcastable to `scoreShape`
 * @param scoreShape the scores' shape for mask and softmax; same element count as [N, Tq, Tk]
 * @returns [N, Tq, d]
 */
export function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask: tf.Tensor, scoreShape: number[]): tf.Tensor3D {
  const flip = (t: tf.Tensor) => tf.transpose(t, [0, 2, 1])
  const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D)
  const flat = [q.shape[0]!, q.shape[1]!, k.shape[1]!]
  return withGradient([q, k, v], ([q, k, v]) => {
    const scores = tf.add(tf.reshape(product(q!, flip(k!)), scoreShape), mask)
    const p = tf.reshape(tf.softmax(scores), flat) // [N, Tq, Tk]
    return {
      value: product(p, v!),
      saved: [q!, k!, v!, p],
      gradient: (dy, [q, k, v, p]) => {
        const weighted = tf.mul(product(dy, flip(v!)), p!)
        const ds = tf.sub(weighted, tf.mul(p!, tf.sum(weighted, -1, true)))
        return [product(ds, k!), product(flip(ds), q!), product(flip(p!), dy)]
      },
    }
  }) as tf.Tensor3D
}
