/** Number formats of safetensors, and their way into float32. */

/** Bytes of one element, by the format's names. */
export const ITEM_BYTES: ReadonlyMap<string, number> = new Map([
  ['F64', 8], ['I64', 8], ['U64', 8], ['F32', 4], ['I32', 4], ['U32', 4], ['F16', 2], ['BF16', 2], ['I16', 2], ['U16', 2],
  ['I8', 1], ['U8', 1], ['BOOL', 1], ['F8_E4M3', 1], ['F8_E5M2', 1],
])

/** Formats of weights that the engine reads. */
export type WeightDtype = 'F32' | 'F16' | 'BF16'

export function isWeightDtype(dtype: string): dtype is WeightDtype {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16'
}

/**
 * The numbers in `raw`, little-endian, as float32; exact in all three formats.
 *   bf16: the upper half of a float32.  f16: (−1)ˢ · 2^(e−15) · (1 + m/1024), subnormal for e = 0, not finite for e = 31.
 * F32 gives a view of `raw` itself.
 */
export function toFloat32(raw: ArrayBuffer, dtype: WeightDtype): Float32Array {
  if (dtype === 'F32') return new Float32Array(raw)
  const halves = new Uint16Array(raw)
  const words = new Uint32Array(halves.length)
  if (dtype === 'BF16') for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16
  else {
    const table = (f16Table ??= makeF16Table())
    for (let i = 0; i < halves.length; i++) words[i] = table[halves[i]!]!
  }
  return new Float32Array(words.buffer)
}

let f16Table: Uint32Array | null = null

/** Bits of the float32 of every float16: 256 KiB once, for a load that converts billions. */
function makeF16Table(): Uint32Array {
  const table = new Uint32Array(65_536)
  const asFloat = new Float32Array(1)
  const asBits = new Uint32Array(asFloat.buffer)
  for (let half = 0; half < 65_536; half++) {
    const exponent = (half >> 10) & 31
    const mantissa = half & 1023
    const magnitude = exponent === 0 ? mantissa * 2 ** -24 : exponent === 31 ? (mantissa ? NaN : Infinity) : 2 ** (exponent - 15) * (1 + mantissa / 1024)
    asFloat[0] = half & 0x8000 ? -magnitude : magnitude
    table[half] = asBits[0]!
  }
  return table
}

/** Index of the first NaN or infinity; −1 when all are finite. */
export function firstNonFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i
  return -1
}
