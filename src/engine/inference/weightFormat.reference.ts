/** Encoded weights as plain numbers, one after the other. */
import { fromFloat16 } from './float16'
import { GROUP_INPUTS, rowGroups, rowWords, type EncodedRows, type WeightFormat } from './weightFormat'

/** What the rows stand for, [rows, inputs]: q · scale, exact in float32. */
export function decodeRows(format: WeightFormat, { words, scales }: EncodedRows, inputs: number): Float32Array {
  const stride = rowWords(format, inputs)
  const rows = words.length / stride
  const values = new Float32Array(rows * inputs)
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < inputs; i++) {
      const scale = format === 'f32' || format === 'f16' ? 1 : fromFloat16(scales[row * rowGroups(format, inputs) + Math.floor(i / GROUP_INPUTS)]!)
      values[row * inputs + i] = level(format, words, row * stride, i) * scale
    }
  return values
}

function level(format: WeightFormat, words: Uint32Array, start: number, i: number): number {
  switch (format) {
    case 'f32':
      return new Float32Array(Uint32Array.of(words[start + i]!).buffer)[0]!
    case 'f16':
      return fromFloat16((words[start + (i >> 1)]! >>> (16 * (i % 2))) & 0xffff)
    case 'int8':
      return (words[start + (i >> 2)]! << (24 - 8 * (i % 4))) >> 24
    case 'int4':
      return (words[start + (i >> 3)]! << (28 - 4 * (i % 8))) >> 28
  }
}
