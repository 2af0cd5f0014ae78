/** How a matrix product reads packed weights: the formats of `inference/weightFormat`, opened four at a time in registers. */
import type { Access } from '../gpu/kernel'
import { GROUP_INPUTS, rowGroups, rowWords, type WeightFormat } from '../inference/weightFormat'

/**
 * Replaces the product's own reading of a float buffer: `load_w(i, left)` gives elements i … i + 3 of the matrix [outputs,
 * inputs], counted without padding; i is a multiple of 4.
 */
export interface WeightCode {
  readonly storage: Readonly<Record<string, Access>>
  readonly code: string
}

const SIGNED4 = 'vec4f(vec4i(vec4u(word) << vec4u(28u, 24u, 20u, 16u)) >> vec4u(28u))'
const SIGNED8 = 'vec4f(vec4i(vec4u(word) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u))'

/** @param inputs a multiple of 4 */
export function weightCode(format: WeightFormat, inputs: number): WeightCode {
  if (inputs % 4 !== 0) throw new RangeError(`${inputs} inputs: packed weights are read four at a time`)
  if (format === 'f32') return { storage: { w: 'read vec4f' }, code: 'fn load_w(i: u32, left: u32) -> vec4f { return w[i >> 2u]; }' }
  const perWord = format === 'f16' ? 2 : format === 'int8' ? 4 : 8
  const isGapless = inputs % (format === 'f16' ? 8 : GROUP_INPUTS) === 0
  // Rows end with their last 16 bytes or their last group: where that leaves a gap, an element's row counts.
  const place = isGapless
    ? `let at = i / ${perWord}u;${format === 'f16' ? '' : ` let group = i / ${GROUP_INPUTS}u;`}`
    : `let row = i / ${inputs}u; let k = i - row * ${inputs}u;
  let at = row * ${rowWords(format, inputs)}u + k / ${perWord}u;${format === 'f16' ? '' : ` let group = row * ${rowGroups(format, inputs)}u + k / ${GROUP_INPUTS}u;`}`
  const half = isGapless ? 'i' : 'k'
  const opened =
    format === 'f16'
      ? 'return vec4f(unpack2x16float(w[at]), unpack2x16float(w[at + 1u]));'
      : `let pair = unpack2x16float(s[group >> 1u]); let scale = select(pair.x, pair.y, (group & 1u) == 1u);
  let word = w[at]${format === 'int4' ? ` >> ((${half} & 4u) * 4u)` : ''};
  return ${format === 'int4' ? SIGNED4 : SIGNED8} * scale;`
  return {
    storage: { w: 'read u32', ...(format === 'f16' ? {} : { s: 'read u32' as const }) },
    code: `fn load_w(i: u32, left: u32) -> vec4f {
  ${place}
  ${opened}
}`,
  }
}
