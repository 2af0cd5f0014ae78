import { describe, expect, test } from 'vitest'
import { centralDifferences, inner } from './centralDifferences'
import { expectClose } from './expectClose'
import { gatedLinear, linear, linearBackward, type TileRows } from './gemm'
import { gateBackwardReference, gateReference, linearBackwardReference, linearReference } from './gemm.reference'
import { adapterGradient, lowRankAddend, lowRankBackwardAddend, lowRankGradient, lowRankProduct, type LowRankShape } from './lora'
import { lowRankBackwardReference, lowRankReference } from './lora.reference'
import { blank, normals, runKernel } from './runKernel'

/** A product of `sizes.length` projections; `null` has no adapter. */
function site(inputs: number, r: number, sizes: readonly (readonly [number, boolean])[], scale: number): LowRankShape {
  const parts: { from: number; to: number; low: number; row: number }[] = []
  let [outputs, row] = [0, 0]
  for (const [size, isAdapted] of sizes) {
    if (isAdapted) {
      parts.push({ from: outputs, to: outputs + size, low: parts.length * r, row })
      row += size
    }
    outputs += size
  }
  return { inputs, outputs, r, scale, width: parts.length * r, parts }
}

/** Ranks that no vector of 4 divides; one, two and three projections, some of them without an adapter; tiles beside the sizes. */
const CASES: [string, number, TileRows, LowRankShape][] = [
  ['one row, rank 1', 1, 1, site(4, 1, [[4, true]], 2)],
  ['one projection, rank 4', 9, 2, site(12, 4, [[20, true]], 0.5)],
  ['q, k, v, rank 3', 7, 4, site(12, 3, [[12, true], [4, true], [4, true]], 3)],
  ['q, k, v, rank 8', 65, 8, site(64, 8, [[64, true], [32, true], [32, true]], 2)],
  ['q and v only, rank 5', 33, 4, site(8, 5, [[8, true], [4, false], [4, true]], -1.5)],
  ['v only, rank 16', 5, 2, site(20, 16, [[16, false], [8, false], [8, true]], 1)],
  ['gate and up, rank 10', 17, 4, site(16, 10, [[24, true], [24, true]], 2)],
  ['up only, rank 2', 6, 1, site(16, 2, [[12, false], [12, true]], 4)],
]
const paired = CASES.filter(([name]) => /gate|up/.test(name))

/** The adapters in the middle of their buffer, A's before B's, as a layout places them. */
function placed({ inputs, r, width, parts }: LowRankShape) {
  const rows = parts.reduce((sum, p) => sum + p.to - p.from, 0)
  const [at, a, b] = [8, normals(3, width * inputs), normals(4, rows * r)]
  const adapter = blank(at + a.length + b.length + 8)
  adapter.set(a, at)
  adapter.set(b, at + a.length)
  return { a, b, adapter, offsets: { a: at, b: at + a.length } }
}
const sum = (a: ArrayLike<number>, b: ArrayLike<number>) => Float64Array.from(a, (v, i) => v + b[i]!)
const op = (offset: number) => [0, 0, 0, 0, 0, 0, offset]

describe.each(CASES)('%s', (_, rows, tileRows, shape) => {
  const { inputs: K, outputs: N, width } = shape
  const [x, w, dy] = [normals(1, rows * K), normals(2, N * K), normals(5, rows * N)]
  const { a, b, adapter, offsets } = placed(shape)
  const low = Float32Array.from(lowRankReference(shape, x, { a, b }).u)
  const back = lowRankBackwardReference(shape, dy, x, { a, b })
  const dLow = Float32Array.from(back.du)

  test.each([true, false])('A·x for all projections at once, software adapter: %s', async (isSoftware) => {
    const { y } = await runKernel({ ...lowRankProduct(shape, isSoftware, { tileRows }), buffers: { x, w: adapter, y: blank(rows * width) }, op: [offsets.a], step: { rows } })
    expectClose(y, lowRankReference(shape, x, { a, b }).u)
  })

  test('beside a linear product, with a residual', async () => {
    const r = normals(6, rows * N)
    const product = linear({ inputs: K, outputs: N, tileRows, hasResidual: true, addend: lowRankAddend(shape) })
    const { y } = await runKernel({ ...product, buffers: { x, w, y: blank(rows * N), r, low, adapter }, op: op(offsets.b), step: { rows } })
    expectClose(y, sum(linearReference(x, w, K, r), lowRankReference(shape, x, { a, b }).y))
  })

  test('through the gradient for the input', async () => {
    const product = linearBackward({ inputs: K, outputs: N, tileRows, addend: lowRankBackwardAddend(shape) })
    const { dx } = await runKernel({ ...product, buffers: { dy, w, dx: blank(rows * K), dLow, adapter }, op: op(offsets.a), step: { rows } })
    expectClose(dx, sum(linearBackwardReference(dy, w, K), back.dx))
  })

  test('the gradient for A·x, part by part', async () => {
    const { du } = await runKernel({ ...lowRankGradient(shape, tileRows), buffers: { dy, adapter, du: blank(rows * width) }, op: op(offsets.b), step: { rows } })
    expectClose(du, back.du)
  })

  test.each([1, 3])('gradients of A and B in %i runs, replaced and then added to', async (runs) => {
    const [size, at] = [a.length + b.length, 4]
    const stride = Math.ceil((size + 8) / 4) * 4
    const gradients = adapterGradient(shape, runs)
    const run = (gradient: Float32Array, accumulate: number) =>
      runKernel({ ...gradients, buffers: { x, u: low, dy, du: dLow, gradient }, op: [at, at + a.length, 0, 0, stride], step: { rows, accumulate } })
    const total = (gradient: Float32Array) => Float64Array.from({ length: size }, (_, i) => Array.from({ length: runs }, (_, z) => gradient[z * stride + at + i]!).reduce((p, q) => p + q, 0))
    const once = (await run(blank(runs * stride), 0)).gradient
    expectClose(total(once), [...back.da, ...back.db])
    for (let z = 0; z < runs; z++) expect(once.slice(z * stride, z * stride + at)).toEqual(blank(at)) // nothing before its place
    expectClose(total((await run(once, 1)).gradient), [...back.da, ...back.db].map((g) => 2 * g))
  })

  test('the reference against finite differences', () => {
    const value = (some: { x?: ArrayLike<number>; a?: ArrayLike<number>; b?: ArrayLike<number> }) =>
      inner(dy, lowRankReference(shape, some.x ?? x, { a: some.a ?? a, b: some.b ?? b }).y)
    const some = (length: number) => [0, Math.floor(length / 3), Math.floor(length / 2), length - 1]
    const along = (gradient: Float64Array, at: readonly number[]) => at.map((i) => gradient[i]!)
    expectClose(centralDifferences((x) => value({ x }), x, some(x.length)), along(back.dx, some(x.length)), 'dx', 1e-6)
    expectClose(centralDifferences((a) => value({ a }), a, some(a.length)), along(back.da, some(a.length)), 'dA', 1e-6)
    expectClose(centralDifferences((b) => value({ b }), b, some(b.length)), along(back.db, some(b.length)), 'dB', 1e-6)
  })
})

describe.each(paired)('%s', (_, rows, tileRows, shape) => {
  const { inputs: K, outputs } = shape
  const N = outputs / 2
  const [x, w] = [normals(1, rows * K), normals(2, outputs * K)]
  const { a, b, adapter, offsets } = placed(shape)
  const { u, y: added } = lowRankReference(shape, x, { a, b })
  const both = sum(linearReference(x, w, K), added)

  test('beside a gated product', async () => {
    const product = gatedLinear({ inputs: K, inner: N, tileRows, keeps: true, addend: lowRankAddend(shape) })
    const { y, g } = await runKernel({ ...product, buffers: { x, w, y: blank(rows * N), g: blank(rows * outputs), low: Float32Array.from(u), adapter }, op: op(offsets.b), step: { rows } })
    expectClose(g, both)
    expectClose(y, gateReference(both, N))
  })
})

test('the gradient through an adapted product into a gate', async () => {
  const [rows, shape] = [13, site(20, 6, [[12, true]], 2)] // the down projection: its inputs are the gate's results
  const { inputs: N, outputs: K } = shape
  const [x, dy, w, g] = [normals(1, rows * N), normals(2, rows * K), normals(3, K * N), normals(4, rows * 2 * N)]
  const { a, b, adapter, offsets } = placed(shape)
  const { du, dx } = lowRankBackwardReference(shape, dy, x, { a, b })
  const product = linearBackward({ inputs: N, outputs: K, tileRows: 4, isGated: true, addend: lowRankBackwardAddend(shape) })
  const got = await runKernel({ ...product, buffers: { dy, w, dx: blank(rows * 2 * N), g, dLow: Float32Array.from(du), adapter }, op: op(offsets.a), step: { rows } })
  expectClose(got.dx, gateBackwardReference(sum(linearBackwardReference(dy, w, N), dx), g, N))
})
