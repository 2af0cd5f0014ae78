import { describe, expect, test } from 'vitest'
import { attention, attentionBackwardKeys, attentionBackwardQueries } from './attention'
import { attentionBackwardReference, attentionReference, packedKeys } from './attention.reference'
import { expectClose } from './expectClose'
import { gatedLinear, linear, linearBackward, linearWeightGradient, trainedRows } from './gemm'
import { lowRankAddend, lowRankBackwardAddend } from './lora'
import { blank, normals, runKernel, testGpu } from './runKernel'
import type { KernelRun } from './runKernelOn'
import type { Sized, Tiling } from './tile'

const { hasQuads } = await testGpu()

/** [rows, inputs, outputs]: one; odd; under, at and beside a quad's 16 columns, its rows and a workgroup's 32 columns. */
const SHAPES: [number, number, number][] = [
  [1, 1, 1], [3, 5, 7], [2, 8, 12], [65, 63, 9], [17, 40, 44],
]

type Run = Pick<KernelRun<Record<string, Float32Array | Uint32Array>>, 'buffers' | 'op' | 'step'>

/** The same product alone, which has its own tests, and in quads: every row's every bit must be the same. */
async function expectSame(make: (tiling: Tiling) => Sized, run: Run): Promise<void> {
  const alone = await runKernel({ ...make({ tileRows: 2 }), ...run })
  for (const tileRows of [2, 4, 8] as const) {
    const sized = make({ tileRows, inQuads: true })
    expect(sized.kernel.code).toContain('quadSwapX')
    expect(await runKernel({ ...sized, ...run })).toEqual(alone)
  }
}

describe.skipIf(!hasQuads)('products in quads have the bits of products alone', () => {
  test.each(SHAPES)('linear, %i rows, %i → %i', (rows, K, N) =>
    expectSame((tiling) => linear({ inputs: K, outputs: N, hasResidual: true, ...tiling }), {
      buffers: { x: normals(1, rows * K), w: normals(2, 4 + N * K), r: normals(3, rows * N), y: blank(rows * N) },
      op: [4],
      step: { rows },
    }),
  )

  test.each(SHAPES)('gated linear, %i rows, %i → %i', (rows, K, N) =>
    expectSame((tiling) => gatedLinear({ inputs: K, inner: N, keeps: true, ...tiling }), {
      buffers: { x: normals(1, rows * K), w: normals(2, 2 * N * K), y: blank(rows * N), g: blank(rows * 2 * N) },
      step: { rows },
    }),
  )

  test.each(SHAPES)('linear backward, %i rows, %i → %i', async (rows, K, N) => {
    const buffers = { dy: normals(1, rows * N), w: normals(2, 4 + N * K) }
    await expectSame((tiling) => linearBackward({ inputs: K, outputs: N, ...tiling }), { buffers: { ...buffers, dx: blank(rows * K) }, op: [4], step: { rows } })
    await expectSame((tiling) => linearBackward({ inputs: K, outputs: N, isGated: true, ...tiling }), {
      buffers: { ...buffers, g: normals(3, rows * 2 * K), dx: blank(rows * 2 * K) },
      op: [4],
      step: { rows },
    })
  })

  test.each(SHAPES)('linear weight gradient, %i rows, %i → %i, in one run and in three', async (rows, K, N) => {
    const stride = Math.ceil((N * K) / 4) * 4
    for (const parts of [1, 3]) {
      const run = { buffers: { dy: normals(1, rows * N), x: normals(2, rows * K), dw: normals(3, parts * stride) }, op: [0, 0, 0, 1, stride], step: { rows } }
      await expectSame(({ inQuads }) => linearWeightGradient({ inputs: K, outputs: N, parts, inQuads }), run)
    }
  })

  test('trained rows of a block, in wider rows', async () => {
    const [K, N, stride, trained] = [12, 37, 40, 9]
    const rows = trainedRows(2, 5)
    const common = { op: [0, 2, 2], step: { trained, rows: 99 } }
    await expectSame((tiling) => linear({ inputs: K, outputs: N, stride, rows, ...tiling }), { buffers: { x: normals(1, trained * K), w: normals(2, N * K), y: blank(5 * stride) }, ...common })
    const dy = normals(3, 5 * stride).map((g, i) => (i % stride < N ? g : 0))
    await expectSame((tiling) => linearBackward({ inputs: K, outputs: N, stride, rows, ...tiling }), { buffers: { dy, w: normals(2, N * K), dx: blank(trained * K) }, ...common })
    await expectSame(({ inQuads }) => linearWeightGradient({ inputs: K, outputs: N, stride, rows, inQuads }), { buffers: { dy, x: normals(1, trained * K), dw: blank(N * K) }, ...common })
  })

  test('with low-rank adapters beside some of the columns', async () => {
    const [rows, K, N, r] = [21, 12, 40, 6]
    // Adapters of columns 0–15 and 24–39; the projection between them has none.
    const site = { inputs: K, outputs: N, r, scale: 0.5, width: 2 * r, parts: [{ from: 0, to: 16, low: 0, row: 0 }, { from: 24, to: 40, low: r, row: 16 }] }
    const op = [0, 0, 0, 0, 0, 0, 3]
    const low = normals(4, rows * 2 * r)
    await expectSame((tiling) => linear({ inputs: K, outputs: N, addend: lowRankAddend(site), ...tiling }), {
      buffers: { x: normals(1, rows * K), w: normals(2, N * K), y: blank(rows * N), low, adapter: normals(5, 3 + 32 * r) },
      op,
      step: { rows },
    })
    await expectSame((tiling) => linearBackward({ inputs: K, outputs: N, addend: lowRankBackwardAddend(site), ...tiling }), {
      buffers: { dy: normals(1, rows * N), w: normals(2, N * K), dx: blank(rows * K), dLow: low, adapter: normals(5, 3 + 2 * r * K) },
      op,
      step: { rows },
    })
    const halves = { ...site, outputs: 2 * N, parts: [{ from: 0, to: N, low: 0, row: 0 }, { from: N, to: 2 * N, low: r, row: N }] }
    await expectSame((tiling) => gatedLinear({ inputs: K, inner: N, keeps: false, addend: lowRankAddend(halves), ...tiling }), {
      buffers: { x: normals(1, rows * K), w: normals(2, 2 * N * K), y: blank(rows * N), low, adapter: normals(5, 3 + 2 * N * r) },
      op,
      step: { rows },
    })
  })
})

describe.skipIf(!hasQuads)('attention in quads', () => {
  // One row; four, five and seven rows; sequences that end inside a quad; heads whose vectors do not fill a quad's four lanes.
  test.each<[number, number, number, number[]]>([
    [1, 1, 4, [1]], [1, 1, 4, [65]], [2, 1, 16, [4, 5]], [3, 1, 8, [5, 1, 7]], [4, 2, 12, [3, 18, 1, 1]], [6, 3, 64, [9, 2]],
  ])('%i heads on %i of %i dimensions, sequences of %j', async (heads, kvHeads, headDim, lengths) => {
    const shape = { heads, kvHeads, headDim, inQuads: true }
    const spans = lengths.flatMap((length, s) => {
      const start = lengths.slice(0, s).reduce((a, b) => a + b, 0)
      return Array.from({ length }, () => [start, start + length] as const)
    })
    const [first, end] = [Uint32Array.from(spans, ([a]) => a), Uint32Array.from(spans, ([, b]) => b)]
    const rows = first.length
    const [q, kv, dO] = [normals(1, rows * heads * headDim), normals(2, rows * 2 * kvHeads * headDim), normals(3, rows * heads * headDim)]
    const step = { rows }
    const { o, lse } = await runKernel({ ...attention(shape), buffers: { q, kv, first, o: blank(q.length), lse: blank(rows * heads) }, step })
    const packed = { q, kv, seen: packedKeys(first) }
    const want = { ...attentionReference(packed, shape), ...attentionBackwardReference(packed, dO, shape) }
    expectClose(o, want.o, 'o')
    expectClose(lse, want.lse, 'lse')
    const { dq, delta } = await runKernel({ ...attentionBackwardQueries(shape), buffers: { q, kv, first, o, dO, lse, dq: blank(q.length), delta: blank(rows * heads) }, step })
    const { dkv } = await runKernel({ ...attentionBackwardKeys(shape), buffers: { q, kv, end, dO, lse, delta, dkv: blank(kv.length) }, step })
    expectClose(delta, want.delta, 'delta')
    expectClose(dq, want.dq, 'dq')
    expectClose(dkv, want.dkv, 'dkv')
  })

  test('what lies in the buffers behind the last row changes nothing, be it NaN', async () => {
    const shape = { heads: 2, kvHeads: 1, headDim: 8, inQuads: true }
    const rows = 6
    const first = new Uint32Array(8)
    const run = (rest: number) => {
      const q = normals(1, 8 * 16).fill(rest, rows * 16)
      const kv = normals(2, 8 * 16).fill(rest, rows * 16)
      return runKernel({ ...attention(shape), buffers: { q, kv, first, o: blank(8 * 16), lse: blank(16) }, step: { rows } })
    }
    const [clean, dirty] = [await run(0), await run(NaN)]
    expect(dirty.o).toEqual(clean.o)
    expect(dirty.lse).toEqual(clean.lse)
  })
})
