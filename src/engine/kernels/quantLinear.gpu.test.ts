import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { GpuContext } from '../gpu/context'
import { normals, relativeError, runKernel, testContext } from '../inference/runKernel'
import { encodeRows, type WeightFormat } from '../inference/weightFormat'
import { decodeRows } from '../inference/weightFormat.reference'
import { goldenModel } from '../model/goldenModel'
import { parameterLayout } from '../model/parameters'
import { fewRows, MANY_ROWS, quantLinear, type QuantLinearShape, type QuantTile } from './quantLinear'
import { quantLinearReference } from './quantLinear.reference'

/** Both ends of both adapters. */
const TILES: [string, QuantTile][] = [
  ['one row, software', fewRows(true, 1)],
  ['three rows, software', fewRows(true, 3)],
  ['one row, lanes', fewRows(false, 1)],
  ['three rows, lanes', fewRows(false, 3)],
  ['many rows', MANY_ROWS],
]
const FORMATS: WeightFormat[] = ['f32', 'f16', 'int8', 'int4']

async function compare(
  gpu: GpuContext,
  shape: Omit<QuantLinearShape, 'norm'> & { rows: number; hasNorm?: boolean },
): Promise<{ error: number; outside: number }> {
  const { rows, hasNorm, format, inputs: K, outputs: N, isGated, hasResidual, lowRank, stride = N } = shape
  const matrixRows = isGated ? 2 * N : N
  const x = normals(1, rows * K)
  const encoded = encodeRows(format, normals(2, matrixRows * K), K)
  const norm = hasNorm ? { weight: normals(3, K), epsilon: 1e-5 } : undefined
  const residual = hasResidual ? normals(4, rows * N) : undefined
  const parts = lowRank?.starts.length ?? 0
  const partOf = (o: number) => lowRank!.starts.filter((start) => o >= start).length - 1
  const low = lowRank && { a: normals(5, parts * lowRank.rank * K), b: normals(6, matrixRows * lowRank.rank), rank: lowRank.rank, partOf }
  const want = quantLinearReference({ x, w: decodeRows(format, encoded, K), inputs: K, norm, residual, isGated, lowRank: low })
  const t = low && quantLinearReference({ x, w: low.a, inputs: K, norm })
  const before = 4 // floats of other norms in front
  const nBuffer = norm && Float32Array.from([...Array<number>(before).fill(NaN), ...norm.weight])
  const scales = new Uint32Array(Math.ceil(encoded.scales.length / 2))
  new Uint16Array(scales.buffer).set(encoded.scales)
  const first = stride > N ? 3 : 0
  const { y } = await runKernel(
    gpu,
    quantLinear({ ...shape, norm: norm && { epsilon: norm.epsilon } }),
    { x, w: encoded.words, ...(scales.length > 0 ? { s: scales } : {}), ...(nBuffer ? { n: nBuffer } : {}), ...(residual ? { r: residual } : {}), ...(low ? { t: t!, b: low.b } : {}), y: rows * stride },
    { step: { rows }, op: [before, first], results: ['y'] },
  )
  const inside = Float32Array.from({ length: rows * N }, (_, i) => y![Math.floor(i / N) * stride + first + (i % N)]!)
  return { error: relativeError(inside, want), outside: y!.filter((v) => !Number.isNaN(v)).length - rows * N }
}

describe.each(FORMATS)('%s', (format) => {
  test.each(TILES)('%s: shapes that no tile divides', async (_, tile) => {
    const gpu = await testContext(tile.lanes === 1)
    for (const [rows, K, N] of [[1, 1, 1], [3, 33, 5], [9, 20, 66], [2, 550, 3]] as const) {
      const { error, outside } = await compare(gpu, { format, tile, rows, inputs: K, outputs: N })
      expect(error, `${rows} × ${K} → ${N}`).toBeLessThan(2e-6)
      expect(outside).toBe(0)
    }
  })
})

describe.each<WeightFormat>(['f32', 'int4'])('%s', (format) => {
  test.each(TILES)('%s: normed, with a residual, gated, with an adapter, into a wider row', async (_, tile) => {
    const gpu = await testContext(tile.lanes === 1)
    const hasNorm = tile !== MANY_ROWS // many rows are normed beforehand
    const of = (more: Partial<Parameters<typeof compare>[1]>) => compare(gpu, { format, tile, rows: 5, inputs: 36, outputs: 10, ...more })
    expect((await of({ hasNorm, lowRank: { rank: 3, starts: [0, 4, 8] } })).error).toBeLessThan(4e-6)
    expect((await of({ isGated: true, hasNorm, tile: { ...tile, rows: Math.min(tile.rows, 4) as 1 }, lowRank: { rank: 2, starts: [0, 10] } })).error).toBeLessThan(1e-5)
    expect((await of({ hasResidual: true, lowRank: { rank: 2, starts: [0] } })).error).toBeLessThan(4e-6)
    const wide = await of({ stride: 16 })
    expect(wide.error).toBeLessThan(2e-6)
    expect(wide.outside).toBe(0)
  })
})

test.each(TILES)('the golden int4 product, %s', async (_, tile) => {
  const golden = JSON.parse(readFileSync(new URL('../goldens/quant/expected.json', import.meta.url), 'utf8')) as { x: number[]; y: number[]; matrix: string }
  const { config, parameters } = goldenModel()
  const slot = parameterLayout(config).find((s) => golden.matrix.startsWith(s.name))!
  const [outputs, inputs] = slot.shape as [number, number]
  const { words, scales } = encodeRows('int4', parameters.subarray(slot.offset, slot.offset + slot.size), inputs)
  const rows = golden.x.length / inputs
  const { y } = await runKernel(
    await testContext(tile.lanes === 1),
    quantLinear({ format: 'int4', inputs, outputs, tile }),
    { x: Float32Array.from(golden.x), w: words, s: new Uint32Array(scales.buffer), y: rows * outputs },
    { step: { rows }, results: ['y'] },
  )
  expect(relativeError(y!, golden.y)).toBeLessThan(1e-5)
})

test('rows are the same whoever stands beside them', async () => {
  const K = 96
  const { words, scales } = encodeRows('int4', normals(2, 12 * K), K)
  const x = normals(1, 7 * K)
  for (const tile of [fewRows(false, 8), fewRows(true, 8), MANY_ROWS]) {
    const of = async (rows: number) =>
      (await runKernel(await testContext(tile.lanes === 1), quantLinear({ format: 'int4', inputs: K, outputs: 12, tile }), { x: x.slice(0, rows * K), w: words, s: new Uint32Array(scales.buffer), y: rows * 12 }, { step: { rows }, results: ['y'] })).y!
    expect([...(await of(2))]).toEqual([...(await of(7)).slice(0, 24)])
  }
})
