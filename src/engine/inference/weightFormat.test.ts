import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { BITS, type WeightFormat } from '../../posttrain/modelMemory'
import { linearReference } from '../kernels/gemm.reference'
import { goldenModel } from '../model/goldenModel'
import { parameterLayout } from '../model/parameters'
import { fromFloat16, toFloat16 } from './float16'
import { encodeRows, matrixBytes, rowGroups, rowWords } from './weightFormat'
import { decodeRows } from './weightFormat.reference'

const FORMATS: WeightFormat[] = ['f32', 'f16', 'int8', 'int4']

function normals(seed: number, size: number): Float32Array {
  const random = Random.seed(seed)
  return Float32Array.from({ length: size }, () => random.normal())
}

describe('float16', () => {
  test('every finite float16 comes back', () => {
    for (let bits = 0; bits < 0x10000; bits++) if ((bits & 0x7c00) !== 0x7c00) expect(toFloat16(fromFloat16(bits))).toBe(bits)
  })
  test('the nearest one, ties to even, at every boundary between neighbours', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [fromFloat16(bits), fromFloat16(bits + 1)]
      const middle = (low + high) / 2 // has 12 significant bits: exact in float32
      expect(toFloat16(middle)).toBe(bits % 2 === 0 ? bits : bits + 1)
      expect(toFloat16(middle - (high - low) / 64)).toBe(bits)
      expect(toFloat16(-middle - (high - low) / 64)).toBe(0x8000 | (bits + 1))
    }
  })
  test.each([[65519.99, 0x7bff], [65520, 0x7c00], [-1e9, 0xfc00], [NaN, 0x7e00], [-0, 0x8000], [2 ** -26, 0]])('%f', (x, bits) => {
    expect(toFloat16(x)).toBe(bits)
  })
})

test('the golden matrix: PyTorch quantises it to the same numbers', () => {
  const golden = JSON.parse(readFileSync(new URL('../goldens/quant/expected.json', import.meta.url), 'utf8')) as Record<'x' | 'y' | 'dequant_row0', number[]> & Record<'dequant_sum' | 'dequant_sumsq', number> & { matrix: string }
  const { config, parameters } = goldenModel()
  const slot = parameterLayout(config).find((s) => golden.matrix.startsWith(s.name))!
  const inputs = slot.shape[1]!
  const decoded = decodeRows('int4', encodeRows('int4', parameters.subarray(slot.offset, slot.offset + slot.size), inputs), inputs)
  expect(decoded.reduce((sum, w) => sum + w, 0)).toBeCloseTo(golden.dequant_sum, 9)
  expect(decoded.reduce((sum, w) => sum + w * w, 0)).toBeCloseTo(golden.dequant_sumsq, 9)
  golden.dequant_row0.forEach((w, i) => expect(decoded[i]).toBeCloseTo(w, 7))
  const y = linearReference(Float32Array.from(golden.x), decoded, inputs)
  golden.y.forEach((want, i) => expect(Math.abs(y[i]! - want)).toBeLessThan(1e-4 * Math.max(1, Math.abs(want))))
})

describe.each(FORMATS)('%s', (format) => {
  const integers = format === 'int8' ? 127 : 7

  test.each([1, 4, 31, 32, 33, 64, 100])('%i inputs: near what they were, whole words a row', (inputs) => {
    const values = normals(inputs, 5 * inputs)
    const encoded = encodeRows(format, values, inputs)
    expect(encoded.words.length).toBe(5 * rowWords(format, inputs))
    expect(encoded.scales.length).toBe(5 * rowGroups(format, inputs))
    const decoded = decodeRows(format, encoded, inputs)
    const groups = rowGroups(format, inputs)
    decoded.forEach((w, i) => {
      // Half a step of the group; a scale rounded down by float16 leaves the largest weight a little more than that.
      const group = Math.floor(i / inputs) * groups + Math.floor((i % inputs) / 32)
      const most = format === 'f32' ? 0 : format === 'f16' ? Math.abs(values[i]!) * 2 ** -11 + 2 ** -25 : fromFloat16(encoded.scales[group]!) * (0.5 + integers * 2 ** -10)
      expect(Math.abs(w - values[i]!)).toBeLessThanOrEqual(most)
    })
  })

  test('rows do not know their neighbours: pieces give the words of the whole', () => {
    const inputs = 40
    const values = normals(3, 6 * inputs)
    const whole = encodeRows(format, values, inputs)
    const parts = [encodeRows(format, values.subarray(0, 2 * inputs), inputs), encodeRows(format, values.subarray(2 * inputs), inputs)]
    expect(parts.flatMap((p) => [...p.words])).toEqual([...whole.words])
    expect(parts.flatMap((p) => [...p.scales])).toEqual([...whole.scales])
  })

  test('bits a weight, as the memory estimate counts them', () => {
    expect((matrixBytes(format, 2560, 9728) * 8) / (2560 * 9728)).toBe(BITS[format])
  })

  test('zeros stay zeros, and so do numbers too small for a scale', () => {
    const values = new Float32Array(64)
    values[40] = format === 'f32' ? 0 : 1e-9
    expect([...decodeRows(format, encodeRows(format, values, 64), 64)]).toEqual(Array(64).fill(0))
  })
})

test('int4 by hand: scale 1, levels −7 … 7, halves upward, −8 never needed', () => {
  const values = new Float32Array(32)
  values.set([7, -7, 0.5, -0.5, 1.49, -1.51, 3, -3])
  const { words, scales } = encodeRows('int4', values, 32)
  expect([...scales]).toEqual([0x3c00])
  expect([...decodeRows('int4', { words, scales }, 32).subarray(0, 8)]).toEqual([7, -7, 1, 0, 1, -2, 3, -3])
  expect(words[0]!.toString(16)).toBe('d3e10197')
})

test('a weight beyond the range of a scale is refused in numbers', () => {
  expect(() => encodeRows('int4', Float32Array.of(1e6), 1)).toThrow(/magnitude 1000000 .* int4/)
})
