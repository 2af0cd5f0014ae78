import { describe, expect, test } from 'vitest'
import { centralDifferences, inner } from './centralDifferences'
import { expectClose } from './expectClose'
import { gatedLinear, linear, linearBackward, linearWeightGradient, trainedRows, type TileRows } from './gemm'
import { gateBackwardReference, gatedLinearReference, gateReference, linearBackwardReference, linearReference, linearWeightGradientReference } from './gemm.reference'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'

/** Rows of `stride` whose first `columns` are `data`, the rest `rest`. */
function padded(data: ArrayLike<number>, columns: number, stride: number, rest: number): Float32Array {
  const rows = data.length / columns
  const wide = new Float32Array(rows * stride).fill(rest)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) wide[r * stride + c] = data[r * columns + c]!
  return wide
}

/** Several copies of `gap` untouched floats around `data`: where offsets point wrongly, these are read or overwritten. */
function shifted(data: Float32Array, before: number, after = 8): Float32Array {
  const all = blank(before + data.length + after)
  all.set(data, before)
  return all
}

/** [rows, inputs, outputs]: one; odd; beside vectors of 4; at and beside a workgroup's 32 columns and 64 rows of the largest tile. */
const SHAPES: [number, number, number, TileRows][] = [
  [1, 1, 1, 1], [1, 64, 4, 1], [3, 5, 7, 2], [2, 8, 12, 2], [9, 33, 31, 4], [8, 64, 32, 4], [33, 6, 33, 4], [64, 12, 36, 8], [65, 63, 9, 8], [7, 1030, 5, 8],
]

describe('linear', () => {
  test.each(SHAPES)('%i rows, %i → %i, tiles of %i rows', async (rows, K, N, tileRows) => {
    const [x, w] = [normals(1, rows * K), normals(2, N * K)]
    const { y } = await runKernel({ ...linear({ inputs: K, outputs: N, tileRows }), buffers: { x, w, y: blank(rows * N) }, step: { rows } })
    expectClose(y, linearReference(x, w, K))
  })

  test.each<[number, number, number, TileRows]>([[5, 7, 9, 2], [65, 8, 12, 8], [1, 12, 3, 1]])('with a residual: %i rows, %i → %i', async (rows, K, N, tileRows) => {
    const [x, w, r] = [normals(1, rows * K), normals(2, N * K), normals(3, rows * N)]
    const { y } = await runKernel({ ...linear({ inputs: K, outputs: N, tileRows, hasResidual: true }), buffers: { x, w, y: blank(rows * N), r }, step: { rows } })
    expectClose(y, linearReference(x, w, K, r))
  })

  test.each([[37, 40], [12, 16], [9, 11]])('%i columns in rows of %i: the padding is not touched', async (N, stride) => {
    const [rows, K] = [6, 8]
    const [x, w] = [normals(1, rows * K), normals(2, N * K)]
    const { y } = await runKernel({ ...linear({ inputs: K, outputs: N, tileRows: 4, stride }), buffers: { x, w, y: blank(rows * stride) }, step: { rows } })
    expectClose(y, padded(Float32Array.from(linearReference(x, w, K)), N, stride, UNTOUCHED))
  })

  // A block of 3 of the trained rows from row 2 on, of 5, 4, 2 and 0 that there are; weights in the middle of their buffer.
  test.each([[5, 8, 4], [4, 8, 4], [4, 5, 3], [2, 8, 4], [0, 8, 4]])('rows 2 … 4 of %i trained ones, %i inputs, weights from float %i on', async (trained, K, offset) => {
    const [N, first, block] = [5, 2, 3]
    const [x, w] = [normals(1, 6 * K), normals(2, N * K)]
    const product = linear({ inputs: K, outputs: N, tileRows: 2, rows: trainedRows(first, block) })
    const { y } = await runKernel({ ...product, buffers: { x, w: shifted(w, offset), y: blank(block * N) }, op: [offset, first, first], step: { trained, rows: 99 } })
    const rows = Math.max(0, Math.min(block, trained - first))
    const want = linearReference(x.subarray(first * K, (first + rows) * K), w, K)
    expectClose(y.subarray(0, rows * N), want)
    expect([...y.subarray(rows * N)]).toEqual(Array(block * N - rows * N).fill(UNTOUCHED))
  })

  test('a row has the same bits whatever the tile and however many rows are beside it', async () => {
    const [K, N] = [67, 13]
    const [x, w] = [normals(1, 65 * K), normals(2, N * K)]
    const alone = await runKernel({ ...linear({ inputs: K, outputs: N, tileRows: 1 }), buffers: { x, w, y: blank(N) }, step: { rows: 1 } })
    for (const tileRows of [2, 4, 8] as const) {
      const { y } = await runKernel({ ...linear({ inputs: K, outputs: N, tileRows }), buffers: { x, w, y: blank(65 * N) }, step: { rows: 65 } })
      expect(y.subarray(0, N)).toEqual(alone.y)
    }
  })
})

describe('gated linear', () => {
  test.each<[number, number, number, TileRows, boolean]>([
    [1, 1, 1, 1, true], [5, 7, 9, 2, true], [9, 12, 20, 4, true], [9, 12, 20, 4, false], [65, 33, 31, 4, true], [33, 8, 36, 8, false],
  ])('%i rows, %i → %i, tiles of %i rows, keeps its products: %s', async (rows, K, N, tileRows, keeps) => {
    const [x, w] = [normals(1, rows * K), normals(2, 2 * N * K)]
    const offset = 4
    const buffers = { x, w: shifted(w, offset), y: blank(rows * N), ...(keeps ? { g: blank(rows * 2 * N) } : {}) }
    const after = await runKernel({ ...gatedLinear({ inputs: K, inner: N, tileRows, keeps }), buffers, op: [offset], step: { rows } })
    expectClose(after.y, gatedLinearReference(x, w, K))
    if (keeps) expectClose(after.g!, linearReference(x, w, K), 'kept product')
  })
})

describe('linear backward', () => {
  test.each(SHAPES)('%i rows, %i → %i, tiles of %i rows', async (rows, K, N, tileRows) => {
    const [dy, w] = [normals(1, rows * N), normals(2, N * K)]
    const { dx } = await runKernel({ ...linearBackward({ inputs: K, outputs: N, tileRows }), buffers: { dy, w, dx: blank(rows * K) }, step: { rows } })
    expectClose(dx, linearBackwardReference(dy, w, K))
  })

  // Padding is zero where rows are read four floats at a time: `tokenLoss` leaves it so.
  test.each([[37, 40, 8], [9, 11, 5], [12, 16, 8]])('%i columns in rows of %i, trained rows from row 2 on', async (N, stride, K) => {
    const [first, block, trained] = [2, 4, 5]
    const [dy, w] = [normals(1, 3 * N), normals(2, N * K)]
    const product = linearBackward({ inputs: K, outputs: N, tileRows: 2, stride, rows: trainedRows(first, block) })
    const buffers = { dy: padded(dy, N, stride, 0), w: shifted(w, 4), dx: blank(8 * K) }
    const { dx } = await runKernel({ ...product, buffers, op: [4, first, first], step: { trained } })
    expectClose(dx.subarray(first * K, trained * K), linearBackwardReference(dy, w, K))
    expect(new Set([...dx.subarray(0, first * K), ...dx.subarray(trained * K)])).toEqual(new Set([UNTOUCHED]))
  })

  test.each([[3, 5, 7], [1, 1, 1], [2, 8, 6]])('against finite differences: %i rows, %i → %i', async (rows, K, N) => {
    const [x, dy, w] = [normals(1, rows * K), normals(2, rows * N), normals(3, N * K)]
    const { dx } = await runKernel({ ...linearBackward({ inputs: K, outputs: N, tileRows: 1 }), buffers: { dy, w, dx: blank(rows * K) }, step: { rows } })
    expectClose(dx, centralDifferences((x) => inner(dy, linearReference(x, w, K)), x))
  })
})

describe('linear backward through a gate', () => {
  const run = async (rows: number, K: number, N: number, tileRows: TileRows) => {
    const [dy, w, g] = [normals(1, rows * N), normals(2, N * K), normals(3, rows * 2 * K)]
    const { dx } = await runKernel({ ...linearBackward({ inputs: K, outputs: N, tileRows, isGated: true }), buffers: { dy, w: shifted(w, 4), dx: blank(rows * 2 * K), g }, op: [4], step: { rows } })
    return { dy, w, g, dx }
  }

  test.each<[number, number, number, TileRows]>([[1, 1, 1, 1], [5, 7, 9, 2], [9, 20, 12, 4], [65, 33, 31, 4], [33, 36, 8, 8]])('%i rows, %i → %i, tiles of %i rows', async (rows, K, N, tileRows) => {
    const { dy, w, g, dx } = await run(rows, K, N, tileRows)
    expectClose(dx, gateBackwardReference(linearBackwardReference(dy, w, K), g, K))
  })

  test.each([[3, 5, 7], [2, 8, 4]])('against finite differences: %i rows, %i → %i', async (rows, K, N) => {
    const { dy, w, g, dx } = await run(rows, K, N, 2)
    expectClose(dx, centralDifferences((g) => inner(dy, linearReference(gateReference(g, K), w, K)), g))
  })
})

describe('linear weight gradient', () => {
  test.each(SHAPES)('%i rows, %i → %i', async (rows, K, N) => {
    const [dy, x] = [normals(1, rows * N), normals(2, rows * K)]
    const { dw } = await runKernel({ ...linearWeightGradient({ inputs: K, outputs: N }), buffers: { dy, x, dw: blank(N * K) }, step: { rows } })
    expectClose(dw, linearWeightGradientReference(dy, x, N, K))
  })

  // By the step's flag or by the dispatch's own, from an offset.
  test.each([[8, 1, 0], [7, 0, 1], [7, 0, 0]])('%i inputs, added to what is there: step %i, op %i', async (K, accumulate, own) => {
    const [rows, N, offset] = [5, 9, 4]
    const [dy, x, before] = [normals(1, rows * N), normals(2, rows * K), normals(3, N * K)]
    const gradient = linearWeightGradient({ inputs: K, outputs: N })
    const { dw } = await runKernel({ ...gradient, buffers: { dy, x, dw: shifted(before, offset) }, op: [offset, 0, 0, own], step: { rows, accumulate } })
    const want = linearWeightGradientReference(dy, x, N, K).map((g, i) => g + (accumulate || own ? before[i]! : 0))
    expectClose(dw, shifted(Float32Array.from(want), offset))
  })

  // Parts of 11 and 2 rows: the last parts hold fewer rows, or none, and then zeros.
  test.each([[11, 8, 9, 4], [2, 8, 9, 3], [1, 5, 3, 8], [130, 12, 5, 8]])('%i rows, %i → %i in %i parts', async (rows, K, N, parts) => {
    const stride = Math.ceil((N * K + 4) / 4) * 4
    const [dy, x] = [normals(1, rows * N), normals(2, rows * K)]
    const { dw } = await runKernel({ ...linearWeightGradient({ inputs: K, outputs: N, parts }), buffers: { dy, x, dw: blank(parts * stride) }, op: [0, 0, 0, 0, stride], step: { rows } })
    const share = Math.ceil(rows / parts)
    for (let z = 0; z < parts; z++) {
      const [start, end] = [Math.min(rows, z * share), Math.min(rows, (z + 1) * share)]
      const want = linearWeightGradientReference(dy.subarray(start * N, end * N), x.subarray(start * K, end * K), N, K)
      expectClose(dw.subarray(z * stride, z * stride + N * K), want, `part ${z}, entry`)
      expect(dw[z * stride + N * K]).toBe(UNTOUCHED)
    }
  })

  test.each([[37, 40, 8], [9, 11, 5]])('%i columns in rows of %i, trained rows from row 2 on', async (N, stride, K) => {
    const [first, block, trained] = [2, 4, 5]
    const [dy, x] = [normals(1, 3 * N), normals(2, 8 * K)]
    const gradient = linearWeightGradient({ inputs: K, outputs: N, stride, rows: trainedRows(first, block) })
    // Padding belongs to no output: it may hold anything.
    const { dw } = await runKernel({ ...gradient, buffers: { dy: padded(dy, N, stride, UNTOUCHED), x, dw: blank(N * K) }, op: [0, first, first], step: { trained } })
    expectClose(dw, linearWeightGradientReference(dy, x.subarray(first * K, trained * K), N, K))
  })

  test('without a trained row of its block, what other blocks wrote stays', async () => {
    const gradient = linearWeightGradient({ inputs: 8, outputs: 4, rows: trainedRows(2, 4) })
    const { dw } = await runKernel({ ...gradient, buffers: { dy: normals(1, 16), x: normals(2, 32), dw: blank(32) }, op: [0, 2, 2, 1], step: { trained: 2 } })
    expect(dw).toEqual(blank(32))
  })

  test.each([[3, 5, 7], [1, 1, 1], [6, 8, 4]])('against finite differences: %i rows, %i → %i', async (rows, K, N) => {
    const [x, dy, w] = [normals(1, rows * K), normals(2, rows * N), normals(3, N * K)]
    const { dw } = await runKernel({ ...linearWeightGradient({ inputs: K, outputs: N }), buffers: { dy, x, dw: blank(N * K) }, step: { rows } })
    expectClose(dw, centralDifferences((w) => inner(dy, linearReference(x, w, K)), w))
  })
})
