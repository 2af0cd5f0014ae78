/**
 * The shapes at which tfjs's split-K matMul reads a transposed B wrongly, at both workgroup thresholds: 8, the default,
 * and 16, which tfjs picks on Intel Gen12 and later.
 */
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'
import { Random } from '../../base/random'
import { openNodeGpu } from '../node'

const THRESHOLD = 'WEBGPU_THRESHOLD_TO_INCREASE_WORKGROUPS_FOR_MATMUL'
const PROGRAM = 'WEBGPU_MATMUL_PROGRAM_TYPE'

/** [M, K] · [N, K]ᵀ */
const shapes: [string, number, number, number][] = [
  ['LoRA A, r 8, in 2048, T 16', 16, 2048, 8],
  ['LoRA A, r 16, in 2048, T 16', 16, 2048, 16],
  ['LoRA A, r 8, in 2560, T 128', 128, 2560, 8],
  ['LoRA A, r 16, in 3072, T 128', 128, 3072, 16],
  ['k_proj, K 2048, N 256, T 1', 1, 2048, 256],
  ['k_proj, K 2048, N 256, T 4', 4, 2048, 256],
  ['k_proj, K 2048, N 256, T 16', 16, 2048, 256],
  ['Qwen3-4B k_proj, T 1', 1, 2560, 1024],
  ['Qwen3-4B k_proj, T 8', 8, 2560, 1024],
  ['Qwen3-0.6B down_proj, T 1', 1, 3072, 1024],
  ['Qwen3-0.6B o_proj, T 1', 1, 2048, 1024],
]

function random(seed: number, size: number): Float32Array {
  const draw = Random.seed(seed)
  return Float32Array.from({ length: size }, () => draw.unit() * 2 - 1)
}

/** Largest absolute difference from the float64 product, relative to the largest entry. */
async function relativeError(M: number, K: number, N: number): Promise<number> {
  const [a, b] = [random(M + K, M * K), random(N + K + 1, N * K)]
  const product = tf.tidy(() => tf.matMul(tf.tensor2d(a, [M, K]), tf.tensor2d(b, [N, K]), false, true))
  const got = await product.data()
  product.dispose()
  let worst = 0
  let largest = 0
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let want = 0
      for (let k = 0; k < K; k++) want += a[m * K + k]! * b[n * K + k]!
      worst = Math.max(worst, Math.abs(got[m * N + n]! - want))
      largest = Math.max(largest, Math.abs(want))
    }
  return worst / largest
}

beforeAll(async () => void (await openNodeGpu()))

describe.each([8, 16])('threshold %i', (threshold) => {
  afterEach(() => tf.env().set(THRESHOLD, -1))

  test.each(shapes)('%s', async (_, M, K, N) => {
    tf.env().set(THRESHOLD, threshold)
    expect(await relativeError(M, K, N)).toBeLessThan(1e-5)
  })

  test.each([64, 128])('gradient through an untied head, V 2048, d %i, T 32', async (d) => {
    tf.env().set(THRESHOLD, threshold)
    const [T, V] = [32, 2048]
    const [x, w] = [random(1, T * d), random(2, d * V)]
    // d/dx of Σ (x·w)·g is g·wᵀ: the product with a transposed B and K = V.
    const g = random(3, T * V)
    const gradient = tf.tidy(() => {
      const [wt, gt] = [tf.tensor2d(w, [d, V]), tf.tensor2d(g, [T, V])]
      return tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.matMul(x as tf.Tensor2D, wt), gt)))(tf.tensor2d(x, [T, d]))
    })
    const got = await gradient.data()
    gradient.dispose()
    let worst = 0
    let largest = 0
    for (let t = 0; t < T; t++)
      for (let i = 0; i < d; i++) {
        let want = 0
        for (let v = 0; v < V; v++) want += g[t * V + v]! * w[i * V + v]!
        worst = Math.max(worst, Math.abs(got[t * d + i]! - want))
        largest = Math.max(largest, Math.abs(want))
      }
    expect(worst / largest).toBeLessThan(1e-5)
  })
})

test('without the forced program the defect is there: this guard earns its place', async () => {
  const forced = tf.env().getNumber(PROGRAM)
  tf.env().set(PROGRAM, -1)
  tf.env().set(THRESHOLD, 8)
  try {
    expect(await relativeError(16, 2048, 16)).toBeGreaterThan(0.1)
  } finally {
    tf.env().set(PROGRAM, forced)
    tf.env().set(THRESHOLD, -1)
  }
})
