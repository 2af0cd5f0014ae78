/** WGSL that reads weights in the formats of `inference/weightFormat`, without any feature an adapter may lack. */
import type { Access } from '../gpu/kernel'
import { GROUP_INPUTS, rowGroups, rowWords, type WeightFormat } from '../inference/weightFormat'

/**
 * A matrix [outputs, inputs] in a shader: `w` holds its words, `s` its scales where the format has them. One read of `w` gives
 * a chunk: 16 bytes of one output's weights.
 */
export interface MatrixCode {
  readonly storage: Readonly<Record<string, Access>>
  /** Inputs of a chunk. */
  readonly chunkInputs: number
  /** Chunks of a row. */
  readonly chunks: number
  readonly hasScales: boolean
  /** `scaleAt(row, chunk)`; empty where there are no scales. */
  readonly functions: string
  /** A chunk opens in equal pieces, of this many vec4f each. */
  readonly pieces: number
  readonly pieceQuads: number
  /** Vec4f `quad` of piece `piece` of the chunk in variable `chunk`, without the scale. `piece` is an expression, u32. */
  readonly open: (chunk: string, piece: string, quad: number) => string
}

export function matrixCode(format: WeightFormat, inputs: number): MatrixCode {
  const chunks = rowWords(format, inputs) / 4
  if (format === 'f32') return { storage: { w: 'read vec4f' }, chunkInputs: 4, chunks, hasScales: false, functions: '', pieces: 1, pieceQuads: 1, open: (chunk) => chunk }
  if (format === 'f16')
    return {
      storage: { w: 'read vec4u' },
      chunkInputs: 8,
      chunks,
      hasScales: false,
      functions: '',
      pieces: 2,
      pieceQuads: 1,
      open: (chunk, piece) => `vec4f(unpack2x16float(${chunk}[2u * ${piece}]), unpack2x16float(${chunk}[2u * ${piece} + 1u]))`,
    }
  const chunkInputs = format === 'int8' ? 16 : 32
  return {
    storage: { w: 'read vec4u', s: 'read u32' },
    chunkInputs,
    chunks,
    hasScales: true,
    functions: `
fn scaleAt(row: u32, chunk: u32) -> f32 {
  let i = row * ${rowGroups(format, inputs)}u + chunk / ${GROUP_INPUTS / chunkInputs}u;
  let pair = unpack2x16float(s[i >> 1u]);
  return select(pair.x, pair.y, (i & 1u) == 1u);
}`,
    pieces: 4,
    pieceQuads: format === 'int8' ? 1 : 2,
    // Shifted up to the sign and back down: two's complement without a mask or an offset.
    open: (chunk, piece, quad) =>
      format === 'int8'
        ? `vec4f(vec4i(vec4u(${chunk}[${piece}]) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u))`
        : `vec4f(vec4i(vec4u(${chunk}[${piece}]) << ${quad === 0 ? 'vec4u(28u, 24u, 20u, 16u)' : 'vec4u(12u, 8u, 4u, 0u)'}) >> vec4u(28u))`,
  }
}
