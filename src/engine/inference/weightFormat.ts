/**
 * How the weights of a matrix lie in memory. Matrices are [outputs, inputs]; every output's row starts at a whole u32.
 *
 *   f32    one float a word
 *   f16    two float16 a word, the first in the low half
 *   int8   four two's-complement bytes a word, and a float16 scale for every 32 consecutive inputs: 8.5 bits a weight
 *   int4   eight two's-complement nibbles a word, and the same scales: 4.5 bits a weight
 *
 * Scales lie apart, two a word, row after row without gaps. A row whose inputs do not fill its last 16 bytes (its last group,
 * where there are groups) is padded with zeros.
 */
import type { WeightFormat } from '../../posttrain/modelMemory'
import { fromFloat16, toFloat16 } from './float16'

export type { WeightFormat }

/** Consecutive inputs that share a scale. */
export const GROUP_INPUTS = 32

interface Integers {
  readonly bits: 4 | 8
  /** Largest level, which the largest weight of a group gets; the smallest is −most − 1. */
  readonly most: number
}

const INTEGERS: Readonly<Partial<Record<WeightFormat, Integers>>> = { int8: { bits: 8, most: 127 }, int4: { bits: 4, most: 7 } }

/** u32 words of one output's weights. */
export function rowWords(format: WeightFormat, inputs: number): number {
  if (format === 'f32') return Math.ceil(inputs / 4) * 4
  if (format === 'f16') return Math.ceil(inputs / 8) * 4
  return (rowGroups(format, inputs) * GROUP_INPUTS * INTEGERS[format]!.bits) / 32
}

/** Scales of one output's weights; 0 where weights are floats. */
export function rowGroups(format: WeightFormat, inputs: number): number {
  return INTEGERS[format] ? Math.ceil(inputs / GROUP_INPUTS) : 0
}

/** Bytes of a matrix, its scales included. */
export function matrixBytes(format: WeightFormat, inputs: number, outputs: number): number {
  return outputs * rowWords(format, inputs) * 4 + Math.ceil((outputs * rowGroups(format, inputs)) / 2) * 4
}

export interface EncodedRows {
  readonly words: Uint32Array<ArrayBuffer>
  /** float16 bits, one a group. */
  readonly scales: Uint16Array<ArrayBuffer>
}

/**
 * Whole rows in the given format. In a group with the largest magnitude a:
 *
 *   scale = float16(a / most),   q = clamp(⌊w/scale + ½⌋, −most − 1, most),   w ≈ q · scale       most = 7 or 127
 * Edges: a group whose scale rounds to zero becomes zeros. f32 is a copy.
 * @param values finite, [rows, inputs]
 * @throws RangeError on a group too large for a float16 scale
 * @source symmetric group-wise rounding to nearest, as in llama.cpp's Q4_0 and MLC's q4f16, with scale a/7 instead of a/8
 */
export function encodeRows(format: WeightFormat, values: Float32Array, inputs: number): EncodedRows {
  const rows = values.length / inputs
  const stride = rowWords(format, inputs)
  const words = new Uint32Array(rows * stride)
  const scales = new Uint16Array(rows * rowGroups(format, inputs))
  if (format === 'f32') {
    const floats = new Float32Array(words.buffer)
    for (let row = 0; row < rows; row++) floats.set(values.subarray(row * inputs, (row + 1) * inputs), row * stride)
  } else if (format === 'f16') {
    const halves = new Uint16Array(words.buffer)
    for (let row = 0; row < rows; row++) for (let i = 0; i < inputs; i++) halves[row * stride * 2 + i] = toFloat16(values[row * inputs + i]!)
  } else encodeIntegers(INTEGERS[format]!, values, inputs, words, stride, scales)
  return { words, scales }
}

function encodeIntegers({ bits, most }: Integers, values: Float32Array, inputs: number, words: Uint32Array, stride: number, scales: Uint16Array): void {
  const rows = values.length / inputs
  const perWord = 32 / bits
  const mask = bits === 4 ? 15 : 255
  let group = 0
  for (let row = 0; row < rows; row++) {
    for (let first = 0; first < inputs; first += GROUP_INPUTS, group++) {
      const from = row * inputs + first
      const to = from + Math.min(GROUP_INPUTS, inputs - first)
      let largest = 0
      for (let i = from; i < to; i++) {
        const size = Math.abs(values[i]!)
        if (size > largest) largest = size
      }
      const half = toFloat16(largest / most)
      if (half >= 0x7c00) throw new RangeError(`A weight of magnitude ${largest} is too large for int${bits}: its scale overflows float16.`)
      scales[group] = half
      const scale = fromFloat16(half)
      if (scale === 0) continue
      let word = row * stride + first / perWord
      for (let i = from; i < to; i += perWord, word++) {
        let packed = 0
        const end = Math.min(i + perWord, to)
        for (let j = i, shift = 0; j < end; j++, shift += bits) {
          let q = Math.floor(values[j]! / scale + 0.5)
          if (q > most) q = most
          else if (q < -most - 1) q = -most - 1
          packed |= (q & mask) << shift
        }
        words[word] = packed
      }
    }
  }
}
