import { describe, expect, test } from 'vitest'
import { encodeRows, type WeightFormat } from '../inference/weightFormat'
import { decodeRows } from '../inference/weightFormat.reference'
import { embedTokens } from './embedding'
import { expectClose } from './expectClose'
import { gatedLinear, linear, linearBackward } from './gemm'
import { gateReference, linearBackwardReference, linearReference } from './gemm.reference'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'
import { weightCode } from './weightCode'

/** A matrix as its format holds it, and the numbers that it stands for. */
function packed(format: WeightFormat, seed: number, outputs: number, inputs: number) {
  const encoded = encodeRows(format, normals(seed, outputs * inputs), inputs)
  const pairs = new Uint32Array(Math.ceil(encoded.scales.length / 2))
  new Uint16Array(pairs.buffer).set(encoded.scales)
  return { values: decodeRows(format, encoded, inputs), buffers: { w: encoded.words, ...(encoded.scales.length > 0 ? { s: pairs } : {}) } }
}

/** Inputs: whole groups, one vector, rows with a gap after them. */
describe.each<WeightFormat>(['f32', 'f16', 'int8', 'int4'])('%s weights', (format) => {
  describe.each([4, 32, 36, 44, 64, 100])('%i inputs', (K) => {
    const [rows, N] = [5, 12]
    const { values, buffers } = packed(format, 2, N, K)
    const weights = weightCode(format, K)

    test('a product, its result beside other columns', async () => {
      const x = normals(1, rows * K)
      const { y } = await runKernel({ ...linear({ inputs: K, outputs: N, tileRows: 2, weights, stride: 20, column: 4 }), buffers: { x, ...buffers, y: blank(rows * 20) }, step: { rows } })
      const want = linearReference(x, values, K)
      for (let m = 0; m < rows; m++) {
        expectClose(y.subarray(m * 20 + 4, m * 20 + 16), want.subarray(m * N, (m + 1) * N))
        expect([...y.subarray(m * 20, m * 20 + 4), ...y.subarray(m * 20 + 16, (m + 1) * 20)]).toEqual(Array(8).fill(UNTOUCHED))
      }
    })

    test('a gated product', async () => {
      const x = normals(1, rows * K)
      const { y, g } = await runKernel({ ...gatedLinear({ inputs: K, inner: N / 2, tileRows: 4, keeps: true, weights }), buffers: { x, ...buffers, y: blank((rows * N) / 2), g: blank(rows * N) }, step: { rows } })
      const both = linearReference(x, values, K)
      expectClose(g, both)
      expectClose(y, gateReference(both, N / 2))
    })

    test('the gradient for the input, from a part of dy, added to what is there', async () => {
      const [dy, dx] = [normals(3, rows * 20), normals(4, rows * K)]
      const got = await runKernel({ ...linearBackward({ inputs: K, outputs: N, tileRows: 2, weights, stride: 20, column: 4, adds: true }), buffers: { dy, ...buffers, dx }, step: { rows } })
      const part = Float32Array.from({ length: rows * N }, (_, i) => dy[Math.floor(i / N) * 20 + 4 + (i % N)]!)
      const want = linearBackwardReference(part, values, K)
      expectClose(got.dx, want.map((v, i) => v + dx[i]!))
    })

    test('rows of an embedding that this part holds; others are left alone', async () => {
      const ids = Uint32Array.of(7, 3, 18, 19, 30)
      const { x } = await runKernel({ ...embedTokens(K, 'packed', { code: weights, first: 7, rows: N }), buffers: { ...buffers, ids, x: blank(5 * K) }, step: { rows } })
      const row = (i: number) => [...x.subarray(i * K, (i + 1) * K)]
      expectClose(row(0), values.subarray(0, K))
      expectClose(row(2), values.subarray(11 * K, 12 * K))
      for (const other of [1, 3, 4]) expect(row(other)).toEqual(Array(K).fill(UNTOUCHED))
    })
  })
})

test('inputs that are no multiple of 4 are refused', () => {
  expect(() => weightCode('int4', 33)).toThrow(/33 inputs/)
})
