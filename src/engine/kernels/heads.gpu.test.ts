import { describe, expect, test } from 'vitest'
import { rotaryTable } from '../fused/shape'
import { centralDifferences, inner } from './centralDifferences'
import { expectClose } from './expectClose'
import { headNormWeightGradient, rotateHeads, rotateHeadsBackward, STATE_WORDS, type HeadShape } from './heads'
import { rotateHeadsBackwardReference, rotateHeadsReference } from './heads.reference'
import { CHUNK_ROWS } from './rmsNorm'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'

const theta = 1e4

/** Rows of packed sequences with these lengths: where each begins, and each row's position in it. */
function packedRows(lengths: readonly number[]): { first: Uint32Array; positions: Uint32Array } {
  let at = 0
  const rows = lengths.flatMap((length) => {
    const first = at
    at += length
    return Array.from({ length }, (_, position) => [first, position] as const)
  })
  return { first: Uint32Array.from(rows, ([first]) => first), positions: Uint32Array.from(rows, ([, position]) => position) }
}

/** Heads, key-value heads, head dimension, normed; lengths of the packed sequences. 63, 64 and 65 heads in all are one workgroup. */
const CASES: [number, number, number, boolean, number[]][] = [
  [1, 1, 4, true, [1]],
  [1, 1, 4, false, [1]],
  [1, 1, 4, true, [21]],
  [2, 1, 12, true, [16]],
  [3, 1, 8, false, [5, 1, 7]],
  [4, 2, 64, true, [3, 9]],
  [5, 1, 128, true, [2, 7]],
]

/** Weights of both norms in one buffer, apart from each other and from its start. */
function weightBuffer(d: number) {
  const [q, k] = [normals(11, d), normals(12, d)]
  const w = blank(3 + 2 * d + 2)
  w.set(q, 3)
  w.set(k, 5 + d)
  return { q, k, w, op: [3, 5 + d] }
}

const shapeOf = (heads: number, kvHeads: number, headDim: number, hasNorm: boolean): HeadShape => ({ heads, kvHeads, headDim, hasNorm, epsilon: 1e-6 })

function arrays({ heads: H, kvHeads: Hk, headDim: d }: HeadShape, rows: number) {
  return { qkv: normals(1, rows * (H + 2 * Hk) * d), dq: normals(2, rows * H * d), dkv: normals(3, rows * 2 * Hk * d) }
}

describe('rotated heads, packed', () => {
  test.each(CASES)('%i heads, %i key-value heads of %i dimensions, normed: %s, sequences of %j', async (heads, kvHeads, headDim, hasNorm, lengths) => {
    const shape = shapeOf(heads, kvHeads, headDim, hasNorm)
    const { first, positions } = packedRows(lengths)
    const rows = first.length
    const { qkv, dq, dkv } = arrays(shape, rows)
    const weights = weightBuffer(headDim)
    const buffers = { qkv, w: weights.w, table: rotaryTable(Math.max(...lengths), headDim, theta), first, q: blank(dq.length), kv: blank(dkv.length) }
    const { q, kv } = await runKernel({ ...rotateHeads(shape, 'packed'), buffers, op: weights.op, step: { rows } })
    const want = rotateHeadsReference(qkv, weights, positions, theta, shape)
    expectClose(q, want.q, 'q')
    expectClose(kv, want.kv, 'kv')
  })

  test('position 30,000 is rotated as exactly as position 1', async () => {
    const shape = shapeOf(1, 1, 8, true)
    const { qkv } = arrays(shape, 1)
    const weights = weightBuffer(8)
    const position = 30_000
    // Decoding places a row anywhere: prompt of 30,000 tokens, its first new token.
    const buffers = { qkv, w: weights.w, table: rotaryTable(position + 1, 8, theta), first: Uint32Array.of(0), state: Uint32Array.of(0, position, 1, 0), q: blank(8), kv: blank(16) }
    const { q, kv } = await runKernel({ ...rotateHeads(shape, 'decode'), buffers, op: [...weights.op, 0, 1], step: { rows: 1 } })
    const want = rotateHeadsReference(qkv, weights, [position], theta, shape)
    expectClose(q, want.q, 'q')
    expectClose(kv, want.kv, 'kv')
  })
})

describe('rotated heads, decoding', () => {
  test.each([[1, 1, 4, true], [3, 1, 8, false], [4, 2, 12, true]] as const)('%i heads, %i key-value heads of %i dimensions, normed: %s', async (heads, kvHeads, headDim, hasNorm) => {
    const shape = shapeOf(heads, kvHeads, headDim, hasNorm)
    const most = 5
    // Slots out of order, one idle. State: prompt start, prompt length, tokens so far, done.
    const slots = Uint32Array.of(2, 0, 3)
    const state = Uint32Array.from([[0, 4, 1, 0], [4, 9, 2, 0], [0, 4, 5, 0], [13, 1, 3, 1]].flat())
    const { qkv, dq } = arrays(shape, slots.length)
    const weights = weightBuffer(headDim)
    const width = 2 * kvHeads * headDim
    const buffers = { qkv, w: weights.w, table: rotaryTable(16, headDim, theta), first: slots, state, q: blank(dq.length), kv: blank(4 * most * width) }
    const { q, kv } = await runKernel({ ...rotateHeads(shape, 'decode'), buffers, op: [...weights.op, 0, most], step: { rows: slots.length } })
    const of = (slot: number, word: number) => state[slot * STATE_WORDS + word]!
    const want = rotateHeadsReference(qkv, weights, [...slots].map((slot) => of(slot, 1) + of(slot, 2) - 1), theta, shape)
    expectClose(q, want.q, 'q')
    const cache = new Float64Array(kv.length).fill(UNTOUCHED)
    slots.forEach((slot, i) => cache.set(want.kv.subarray(i * width, (i + 1) * width), (slot * most + of(slot, 2) - 1) * width))
    for (let row = 0; row < 4 * most; row++) expectClose(kv.subarray(row * width, (row + 1) * width), cache.subarray(row * width, (row + 1) * width), `cache row ${row}, entry`)
  })
})

/** Both backward kernels; `sum` folds the partial sums of the norms' weights, q before k. */
async function backward(shape: HeadShape, lengths: readonly number[], capacity: number) {
  const { first, positions } = packedRows(lengths)
  const rows = first.length
  const { heads: H, kvHeads: Hk, headDim: d } = shape
  const { qkv, dq, dkv } = arrays(shape, rows)
  const weights = weightBuffer(d)
  const table = rotaryTable(Math.max(...lengths), d, theta)
  const buffers = { qkv, w: weights.w, table, first, dq, dkv, dqkv: blank(qkv.length), ...(shape.hasNorm ? { scales: blank(rows * (H + Hk)) } : {}) }
  const { dqkv, scales } = await runKernel({ ...rotateHeadsBackward(shape), buffers, op: weights.op, step: { rows } })
  const sum = new Float64Array(2 * d)
  if (shape.hasNorm) {
    const chunks = Math.ceil(capacity / CHUNK_ROWS)
    const offset = 3
    const partials = { qkv, table, first, dq, dkv, scales: scales!, partial: blank(offset + chunks * 2 * d + 1) }
    const { partial } = await runKernel({ ...headNormWeightGradient(shape, capacity), buffers: partials, op: [0, 0, 0, offset], step: { rows } })
    expect([partial[offset - 1], partial[partial.length - 1]]).toEqual([UNTOUCHED, UNTOUCHED])
    for (let i = 0; i < chunks * 2 * d; i++) sum[i % (2 * d)]! += partial[offset + i]!
  }
  return { qkv, dq, dkv, weights, positions, dqkv, sum }
}

describe('rotated heads, backward', () => {
  const many: (typeof CASES)[number][] = [...CASES, [2, 1, 4, true, [64]], [2, 1, 4, true, [60, 5]], [1, 1, 8, true, [100, 30]]]
  test.each(many)('%i heads, %i key-value heads of %i dimensions, normed: %s, sequences of %j', async (heads, kvHeads, headDim, hasNorm, lengths) => {
    const shape = shapeOf(heads, kvHeads, headDim, hasNorm)
    const { qkv, dq, dkv, weights, positions, dqkv, sum } = await backward(shape, lengths, 192)
    const want = rotateHeadsBackwardReference(qkv, weights, positions, theta, shape, dq, dkv)
    expectClose(dqkv, want.dqkv, 'dqkv')
    expectClose(sum, [...want.dWeights.q, ...want.dWeights.k], 'weight gradient')
  })

  test.each<[number, number, number, boolean, number[]]>([[1, 1, 4, true, [2]], [3, 1, 4, true, [3, 2]], [2, 1, 8, false, [4]]])(
    'against finite differences: %i heads, %i key-value heads of %i dimensions, normed: %s, sequences of %j',
    async (heads, kvHeads, headDim, hasNorm, lengths) => {
      const shape = shapeOf(heads, kvHeads, headDim, hasNorm)
      const { qkv, dq, dkv, weights, positions, dqkv, sum } = await backward(shape, lengths, 64)
      const value = (x: ArrayLike<number>, w: { q: ArrayLike<number>; k: ArrayLike<number> }) => {
        const y = rotateHeadsReference(x, w, positions, theta, shape)
        return inner(dq, y.q) + inner(dkv, y.kv)
      }
      expectClose(dqkv, centralDifferences((x) => value(x, weights), qkv), 'dqkv')
      const both = Float64Array.from([...weights.q, ...weights.k])
      expectClose(sum, centralDifferences((w) => value(qkv, { q: w.subarray(0, headDim), k: w.subarray(headDim) }), both), 'weight gradient')
    },
  )
})
