import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { encodeRows, type EncodedRows, type WeightFormat } from '../inference/weightFormat'
import { decodeRows } from '../inference/weightFormat.reference'
import { goldenModel } from '../model/goldenModel'
import { parameterLayout } from '../model/parameters'
import { expectClose } from './expectClose'
import { fewRows, MANY_ROWS, quantLinear, type QuantLinearShape, type QuantTile } from './quantLinear'
import { quantLinearReference } from './quantLinear.reference'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'

/** Both ends of both adapters. */
const TILES: [string, QuantTile][] = [
  ['one row, software', fewRows(true, 1)],
  ['three rows, software', fewRows(true, 3)],
  ['one row, lanes', fewRows(false, 1)],
  ['three rows, lanes', fewRows(false, 3)],
  ['many rows', MANY_ROWS],
]
const FORMATS: WeightFormat[] = ['f32', 'f16', 'int8', 'int4']

interface Case extends Omit<QuantLinearShape, 'norm'> {
  readonly rows: number
  readonly hasNorm?: boolean
}

/** Runs the product, and holds it against the reference over the same rounded weights; what lies beside it must stay. */
async function compare({ rows, hasNorm, ...shape }: Case): Promise<void> {
  const { format, inputs: K, outputs: N, isGated, hasResidual, lowRank, stride = N } = shape
  const matrixRows = isGated ? 2 * N : N
  const x = normals(1, rows * K)
  const encoded = encodeRows(format, normals(2, matrixRows * K), K)
  const norm = hasNorm ? { weight: normals(3, K), epsilon: 1e-5 } : undefined
  const residual = hasResidual ? normals(4, rows * N) : undefined
  const partOf = (o: number) => lowRank!.starts.filter((start) => o >= start).length - 1
  const low = lowRank && { a: normals(5, lowRank.starts.length * lowRank.rank * K), b: normals(6, matrixRows * lowRank.rank), rank: lowRank.rank, partOf }
  const want = quantLinearReference({ x, w: decodeRows(format, encoded, K), inputs: K, norm, residual, isGated, lowRank: low })
  const othersNorms = 4 // floats in front of this one's
  const first = stride > N ? 3 : 0
  const { y } = await runKernel<Record<string, Float32Array | Uint32Array>>({
    ...quantLinear({ ...shape, norm: norm && { epsilon: norm.epsilon } }),
    buffers: {
      x,
      ...matrixBuffers(encoded),
      ...(norm ? { n: Float32Array.from([...Array<number>(othersNorms).fill(NaN), ...norm.weight]) } : {}),
      ...(residual ? { r: residual } : {}),
      ...(low ? { t: Float32Array.from(quantLinearReference({ x, w: low.a, inputs: K, norm })), b: low.b } : {}),
      y: blank(rows * stride),
    },
    step: { rows },
    op: [othersNorms, first],
  })
  const whole = Float64Array.from(y!, (_, i) => {
    const column = (i % stride) - first
    return column >= 0 && column < N ? want[Math.floor(i / stride) * N + column]! : UNTOUCHED
  })
  expectClose(y!, stride > N ? whole : want, `${rows} × ${K} → ${N}`, 2e-6)
}

function matrixBuffers({ words, scales }: EncodedRows): Record<string, Uint32Array> {
  const pairs = new Uint32Array(Math.ceil(scales.length / 2))
  new Uint16Array(pairs.buffer).set(scales)
  return { w: words, ...(pairs.length > 0 ? { s: pairs } : {}) }
}

describe.each(FORMATS)('%s', (format) => {
  test.each(TILES)('%s: shapes that no tile divides', async (_, tile) => {
    for (const [rows, inputs, outputs] of [[1, 1, 1], [3, 33, 5], [9, 20, 66], [2, 550, 3]] as const) await compare({ format, tile, rows, inputs, outputs })
  })
})

describe.each<WeightFormat>(['f32', 'int4'])('%s', (format) => {
  test.each(TILES)('%s: normed, with a residual, gated, with an adapter, into a wider row', async (_, tile) => {
    const hasNorm = tile !== MANY_ROWS // many rows are normed beforehand
    const common = { format, tile, rows: 5, inputs: 36, outputs: 10 }
    await compare({ ...common, hasNorm, lowRank: { rank: 3, starts: [0, 4, 8] } })
    await compare({ ...common, isGated: true, hasNorm, tile: { ...tile, rows: Math.min(tile.rows, 4) as 1 | 2 | 4 }, lowRank: { rank: 2, starts: [0, 10] } })
    await compare({ ...common, hasResidual: true, lowRank: { rank: 2, starts: [0] } })
    await compare({ ...common, stride: 16 })
  })
})

test.each(TILES)('the golden int4 product, %s', async (_, tile) => {
  const golden = JSON.parse(readFileSync(new URL('../goldens/quant/expected.json', import.meta.url), 'utf8')) as { x: number[]; y: number[]; matrix: string }
  const { config, parameters } = goldenModel()
  const slot = parameterLayout(config).find((s) => golden.matrix.startsWith(s.name))!
  const [outputs, inputs] = slot.shape as [number, number]
  const encoded = encodeRows('int4', parameters.subarray(slot.offset, slot.offset + slot.size), inputs)
  const rows = golden.x.length / inputs
  const { y } = await runKernel<Record<string, Float32Array | Uint32Array>>({
    ...quantLinear({ format: 'int4', inputs, outputs, tile }),
    buffers: { x: Float32Array.from(golden.x), ...matrixBuffers(encoded), y: blank(rows * outputs) },
    step: { rows },
  })
  expectClose(y!, golden.y)
})

test('rows are the same whoever stands beside them', async () => {
  const K = 96
  const encoded = encodeRows('int4', normals(2, 12 * K), K)
  const x = normals(1, 7 * K)
  for (const tile of [fewRows(false, 4), fewRows(true, 8), MANY_ROWS]) {
    const of = async (rows: number) => {
      const { y } = await runKernel<Record<string, Float32Array | Uint32Array>>({
        ...quantLinear({ format: 'int4', inputs: K, outputs: 12, tile }),
        buffers: { x: x.slice(0, rows * K), ...matrixBuffers(encoded), y: blank(rows * 12) },
        step: { rows },
      })
      return [...y!]
    }
    expect(await of(2)).toEqual((await of(7)).slice(0, 24))
  }
})
