import { describe, expect, test } from 'vitest'
import { centralDifferences, inner } from './centralDifferences'
import { columnSumsReference } from './columnSums.reference'
import { expectClose } from './expectClose'
import { ALL_ROWS, trainedRows } from './gemm'
import { CHUNK_ROWS, rmsNorm, rmsNormBackward, rmsNormWeightGradient } from './rmsNorm'
import { rmsNormBackwardReference, rmsNormReference, rmsScalesReference } from './rmsNorm.reference'
import type { Lanes } from './rows'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'

const epsilon = 1e-5

/** Columns under, at and beside the workgroup, so that the tail and the idle lanes are both real; rows that fill no group. */
const SHAPES: [number, number, Lanes][] = [
  [1, 1, 1], [3, 5, 1], [65, 64, 1], [1, 1, 64], [5, 63, 64], [3, 64, 64], [2, 65, 64], [7, 1024, 64], [17, 3, 4], [5, 130, 16],
]

/** Rows of `x` [8, C] in the order that results come in, of which three are trained. */
const PICK = Uint32Array.of(6, 0, 3, 5)
const TRAINED = 3

/** w behind four floats of its buffer that are not its own. */
const offsetWeights = (w: Float32Array) => Float32Array.from([UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED, ...w])

const rowsOf = (x: Float32Array, C: number, rows: ArrayLike<number>) => Float32Array.from(Array.from(rows).flatMap((r) => [...x.subarray(r * C, (r + 1) * C)]))

describe('rmsNorm', () => {
  test.each(SHAPES)('%i rows of %i columns, %i lanes a row', async (rows, C, lanes) => {
    const [x, w] = [normals(1, rows * C), normals(2, C)]
    const { y } = await runKernel({ ...rmsNorm({ columns: C, epsilon, lanes }), buffers: { x, w: offsetWeights(w), y: blank(rows * C) }, op: [4], step: { rows } })
    expectClose(y, rmsNormReference(x, w, epsilon))
  })

  test('more workgroups than one dimension of a dispatch holds', async () => {
    const rows = 65_536 * 64 + 1
    const x = Float32Array.from({ length: rows }, (_, r) => ((r % 1013) - 506) / 1e5)
    const w = Float32Array.of(2)
    const { y } = await runKernel({ ...rmsNorm({ columns: 1, epsilon, lanes: 1 }), buffers: { x, w, y: blank(rows) }, step: { rows } })
    expectClose(y, rmsNormReference(x, w, epsilon))
  })

  test.each<[number, Lanes]>([[5, 1], [9, 4], [70, 64]])('picked rows of %i columns, %i lanes a row', async (C, lanes) => {
    const [x, w] = [normals(1, 8 * C), normals(2, C)]
    const norm = rmsNorm({ columns: C, epsilon, lanes, rows: trainedRows(0, 4), isPicked: true })
    const { y } = await runKernel({ ...norm, buffers: { x, w: offsetWeights(w), pick: PICK, y: blank(4 * C) }, op: [4], step: { trained: TRAINED } })
    expectClose(y.subarray(0, TRAINED * C), rmsNormReference(rowsOf(x, C, PICK.subarray(0, TRAINED)), w, epsilon))
    expect(y.subarray(TRAINED * C)).toEqual(blank(C))
  })

  test('a row of zeros gives zeros, not NaN', async () => {
    const { y } = await runKernel({ ...rmsNorm({ columns: 5, epsilon, lanes: 1 }), buffers: { x: new Float32Array(5), w: normals(1, 5), y: blank(5) }, step: { rows: 1 } })
    expect([...y].map(Math.abs)).toEqual([0, 0, 0, 0, 0])
  })
})

describe('rmsNorm backward', () => {
  const run = async (rows: number, C: number, lanes: Lanes) => {
    const [x, w, dy, dx] = [normals(1, rows * C), normals(2, C), normals(3, rows * C), normals(4, rows * C)]
    const buffers = { x, w: offsetWeights(w), dy, dx, scales: blank(rows) }
    const after = await runKernel({ ...rmsNormBackward({ columns: C, epsilon, lanes }), buffers, op: [4], step: { rows } })
    return { ...after, w, before: dx }
  }

  test.each(SHAPES)('%i rows of %i columns, %i lanes a row, added to what is there', async (rows, C, lanes) => {
    const { x, w, dy, before, dx, scales } = await run(rows, C, lanes)
    expectClose(dx, rmsNormBackwardReference(x, w, dy, epsilon).dx.map((g, i) => g + before[i]!))
    expectClose(scales, rmsScalesReference(x, C, epsilon), 'scale')
  })

  test.each<[number, number, Lanes]>([[1, 1, 1], [3, 5, 1], [2, 7, 4], [1, 66, 64]])('against finite differences: %i rows of %i columns, %i lanes a row', async (rows, C, lanes) => {
    const { x, w, dy, before, dx } = await run(rows, C, lanes)
    const want = centralDifferences((x) => inner(dy, rmsNormReference(x, w, epsilon)), x)
    expectClose(dx, want.map((g, i) => g + before[i]!))
  })

  test.each<[number, Lanes]>([[5, 1], [9, 4], [70, 64]])('picked rows of %i columns, %i lanes a row: the others keep their gradient', async (C, lanes) => {
    const [x, w, dy, before] = [normals(1, 8 * C), normals(2, C), normals(3, 4 * C), normals(4, 8 * C)]
    const backward = rmsNormBackward({ columns: C, epsilon, lanes, rows: trainedRows(0, 4), isPicked: true })
    const { dx, scales } = await runKernel({ ...backward, buffers: { x, w: offsetWeights(w), dy, pick: PICK, dx: before, scales: blank(4) }, op: [4], step: { trained: TRAINED } })
    const picked = rowsOf(x, C, PICK.subarray(0, TRAINED))
    const want = Float64Array.from(before)
    rmsNormBackwardReference(picked, w, dy.subarray(0, TRAINED * C), epsilon).dx.forEach((g, i) => (want[PICK[Math.floor(i / C)]! * C + (i % C)]! += g))
    expectClose(dx, want)
    expectClose(scales, [...rmsScalesReference(picked, C, epsilon), UNTOUCHED], 'scale')
  })
})

describe('rmsNorm weight gradient', () => {
  /** The kernel's partial sums, one a chunk, and what they fold to. */
  const run = async (rows: number, C: number, capacity: number, isPicked: boolean, step: object) => {
    const sources = isPicked ? 200 : rows
    const pick = Uint32Array.from({ length: rows }, (_, i) => (i * 7) % 200)
    const [x, w, dy] = [normals(1, sources * C), normals(2, C), normals(3, rows * C)]
    const seen = isPicked ? rowsOf(x, C, pick) : x
    const scales = Float32Array.from(rmsScalesReference(seen, C, epsilon))
    const chunks = Math.ceil(capacity / CHUNK_ROWS)
    const offset = 3
    const gradient = rmsNormWeightGradient({ columns: C, capacity, isPicked, rows: isPicked ? trainedRows(0, capacity) : ALL_ROWS })
    const buffers = { x, scales, dy, ...(isPicked ? { pick } : {}), partial: blank(offset + chunks * C + 1) }
    const { partial } = await runKernel({ ...gradient, buffers, op: [0, offset], step })
    expect([partial[offset - 1], partial[offset + chunks * C]]).toEqual([UNTOUCHED, UNTOUCHED])
    const entries = Uint32Array.from(Array.from({ length: C }, (_, c) => [c, offset + c, C]).flat())
    return { seen, w, dy, partial: partial.subarray(offset, offset + chunks * C), sum: columnSumsReference(entries, partial, chunks) }
  }

  test.each([[1, 1, 64, false], [63, 5, 64, false], [64, 3, 64, false], [65, 66, 192, false], [129, 7, 192, true]])('%i rows of %i columns, room for %i, picked: %s', async (rows, C, capacity, isPicked) => {
    const { seen, w, dy, partial, sum } = await run(rows, C, capacity, isPicked, isPicked ? { trained: rows } : { rows })
    expectClose(sum, rmsNormBackwardReference(seen, w, dy, epsilon).dw)
    const used = Math.ceil(rows / CHUNK_ROWS) * C
    expect(partial.subarray(used)).toEqual(new Float32Array(partial.length - used))
  })

  test('against finite differences', async () => {
    const { seen, w, dy, sum } = await run(67, 5, 128, false, { rows: 67 })
    expectClose(sum, centralDifferences((w) => inner(dy, rmsNormReference(seen, w, epsilon)), w))
  })
})
