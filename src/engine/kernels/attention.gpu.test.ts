import { describe, expect, test } from 'vitest'
import { attention, attentionBackwardKeys, attentionBackwardQueries, decodeAttention, type AttentionShape } from './attention'
import { attentionBackwardReference, attentionReference, packedKeys } from './attention.reference'
import { centralDifferences, inner } from './centralDifferences'
import { expectClose } from './expectClose'
import { STATE_WORDS } from './heads'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'

/** `first` and `end` of packed sequences with these lengths. */
function packedRows(lengths: readonly number[]): { first: Uint32Array; end: Uint32Array } {
  let at = 0
  const spans = lengths.flatMap((length) => {
    const start = at
    at += length
    return Array.from({ length }, () => [start, start + length] as const)
  })
  return { first: Uint32Array.from(spans, ([first]) => first), end: Uint32Array.from(spans, ([, end]) => end) }
}

/** Query heads, key-value heads, head dimension; lengths of the packed sequences. One; odd; beside the 64 rows × heads of a workgroup. */
const CASES: [number, number, number, number[]][] = [
  [1, 1, 4, [1]],
  [1, 1, 4, [64]],
  [1, 1, 4, [65]],
  [3, 1, 8, [5, 1, 7]],
  [4, 2, 12, [3, 18, 1, 1]],
  [6, 3, 64, [9, 2]],
  [8, 1, 128, [7]],
]

function inputs({ heads: H, kvHeads: Hk, headDim: d }: AttentionShape, rows: number, sharpness = 1) {
  return { q: normals(1, rows * H * d).map((x) => x * sharpness), kv: normals(2, rows * 2 * Hk * d), dO: normals(3, rows * H * d) }
}

async function forward(shape: AttentionShape, q: Float32Array, kv: Float32Array, first: Uint32Array) {
  const rows = first.length
  return runKernel({ ...attention(shape), buffers: { q, kv, first, o: blank(rows * shape.heads * shape.headDim), lse: blank(rows * shape.heads) }, step: { rows } })
}

async function backward(shape: AttentionShape, q: Float32Array, kv: Float32Array, dO: Float32Array, lengths: readonly number[]) {
  const { first, end } = packedRows(lengths)
  const rows = first.length
  const { o, lse } = await forward(shape, q, kv, first)
  const buffers = { q, kv, first, o, dO, lse, dq: blank(q.length), delta: blank(rows * shape.heads) }
  const { dq, delta } = await runKernel({ ...attentionBackwardQueries(shape), buffers, step: { rows } })
  const { dkv } = await runKernel({ ...attentionBackwardKeys(shape), buffers: { q, kv, end, dO, lse, delta, dkv: blank(kv.length) }, step: { rows } })
  return { dq, dkv, delta }
}

describe('attention', () => {
  test.each(CASES)('%i heads on %i of %i dimensions, sequences of %j', async (heads, kvHeads, headDim, lengths) => {
    const shape = { heads, kvHeads, headDim }
    const { first } = packedRows(lengths)
    const { q, kv } = inputs(shape, first.length)
    const { o, lse } = await forward(shape, q, kv, first)
    const want = attentionReference({ q, kv, seen: packedKeys(first) }, shape)
    expectClose(o, want.o)
    expectClose(lse, want.lse, 'lse')
  })

  test('scores of hundreds, of either sign, give no overflow', async () => {
    const shape = { heads: 2, kvHeads: 1, headDim: 8 }
    const { first } = packedRows([40])
    const { q, kv } = inputs(shape, 40, 300)
    const { o, lse } = await forward(shape, q, kv, first)
    const want = attentionReference({ q, kv, seen: packedKeys(first) }, shape)
    expect(Math.max(...want.lse)).toBeGreaterThan(300)
    // A score of 900 is known to 5e-5, and so is the probability that it gives.
    expectClose(o, want.o, 'entry', 1e-4)
    expectClose(lse, want.lse, 'lse')
  })

  test('a sequence has the same bits alone and packed between others', async () => {
    const shape = { heads: 4, kvHeads: 2, headDim: 8 }
    const { q, kv } = inputs(shape, 13)
    const packed = await forward(shape, q, kv, packedRows([3, 6, 4]).first)
    const alone = await forward(shape, q.slice(3 * 32, 9 * 32), kv.slice(3 * 32, 9 * 32), packedRows([6]).first)
    expect(packed.o.slice(3 * 32, 9 * 32)).toEqual(alone.o)
  })

  test('more workgroups than one dimension of a dispatch holds', async () => {
    // 70,001 sequences of one token with 60 heads each: the softmax over one key is that key's value.
    const shape = { heads: 60, kvHeads: 1, headDim: 4 }
    const rows = 70_001
    const kv = normals(1, rows * 8)
    const { o } = await forward(shape, new Float32Array(rows * 240), kv, Uint32Array.from({ length: rows }, (_, i) => i))
    let wrong = 0
    for (let i = 0; i < o.length; i++) if (o[i] !== kv[Math.floor(i / 240) * 8 + 4 + (i % 4)]) wrong++
    expect(wrong).toBe(0)
  })
})

describe('attention backward', () => {
  test.each(CASES)('%i heads on %i of %i dimensions, sequences of %j', async (heads, kvHeads, headDim, lengths) => {
    const shape = { heads, kvHeads, headDim }
    const { first } = packedRows(lengths)
    const { q, kv, dO } = inputs(shape, first.length)
    const got = await backward(shape, q, kv, dO, lengths)
    const want = attentionBackwardReference({ q, kv, seen: packedKeys(first) }, dO, shape)
    expectClose(got.dq, want.dq, 'dq')
    expectClose(got.dkv, want.dkv, 'dkv')
    expectClose(got.delta, want.delta, 'delta')
  })

  test.each<[number, number, number, number[]]>([[1, 1, 4, [1]], [3, 1, 4, [4, 1, 3]], [4, 2, 8, [2, 5]]])(
    'against finite differences: %i heads on %i of %i dimensions, sequences of %j',
    async (heads, kvHeads, headDim, lengths) => {
      const shape = { heads, kvHeads, headDim }
      const { first } = packedRows(lengths)
      const seen = packedKeys(first)
      const { q, kv, dO } = inputs(shape, first.length)
      const got = await backward(shape, q, kv, dO, lengths)
      const value = (q: ArrayLike<number>, kv: ArrayLike<number>) => inner(dO, attentionReference({ q, kv, seen }, shape).o)
      expectClose(got.dq, centralDifferences((q) => value(q, kv), q), 'dq')
      expectClose(got.dkv, centralDifferences((kv) => value(q, kv), kv), 'dkv')
    },
  )
})

describe('decoding attention', () => {
  // Slots in any order, some idle; two prompts that groups share; a slot's own rows are more than it has made.
  test.each<[number, number, number]>([[1, 1, 4], [3, 1, 8], [4, 2, 12], [6, 3, 64]])('%i heads on %i of %i dimensions', async (heads, kvHeads, headDim) => {
    const shape = { heads, kvHeads, headDim }
    const [promptRows, most] = [11, 5]
    const prompts = [[0, 4], [4, 7], [0, 4], [10, 1]] as const
    const made = [1, 5, 3, 2]
    const slots = Uint32Array.of(3, 1, 0)
    const stride = 2 * kvHeads * headDim
    const state = new Uint32Array(4 * STATE_WORDS)
    prompts.forEach(([start, length], slot) => state.set([start, length, made[slot]!, 0], slot * STATE_WORDS))
    const [q, prompt, own] = [normals(1, 3 * heads * headDim), normals(2, promptRows * stride), normals(3, 4 * most * stride)]
    const buffers = { q, prompt, own, slots, state, o: blank(4 * heads * headDim) }
    const { o } = await runKernel({ ...decodeAttention(shape), buffers, op: [0, 0, 0, most], step: { rows: slots.length } })
    const seen = [...slots].map((slot) => [
      ...Array.from({ length: prompts[slot]![1] }, (_, j) => prompts[slot]![0] + j),
      ...Array.from({ length: made[slot]! }, (_, j) => promptRows + slot * most + j),
    ])
    const want = attentionReference({ q, kv: [...prompt, ...own], seen }, shape)
    expectClose(o.subarray(0, q.length), want.o)
    expect(new Set(o.subarray(q.length))).toEqual(new Set([UNTOUCHED]))
  })

  test('a decoded row equals the last row of the packed sequence', async () => {
    const shape = { heads: 4, kvHeads: 2, headDim: 8 }
    const { q, kv } = inputs(shape, 9)
    const packed = await forward(shape, q, kv, packedRows([9]).first)
    // Six tokens of prompt, three decoded.
    const buffers = { q: q.slice(8 * 32), prompt: kv.slice(0, 6 * 32), own: kv.slice(6 * 32), slots: Uint32Array.of(0), state: Uint32Array.of(0, 6, 3, 0), o: blank(32) }
    const { o } = await runKernel({ ...decodeAttention(shape), buffers, op: [0, 0, 0, 3], step: { rows: 1 } })
    expectClose(o, packed.o.slice(8 * 32))
  })
})
