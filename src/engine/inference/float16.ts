/** IEEE 754 binary16 as 16 bits, which WGSL reads with `unpack2x16float` on every adapter. */

const asFloat = new Float32Array(1)
const asBits = new Uint32Array(asFloat.buffer)

/**
 * Bits of the float16 nearest to `x`, which is rounded to float32 first, as PyTorch and the GPU do; ties go to even.
 * Edges: beyond 65,519 an infinity; below 2⁻²⁵ zero, with the sign kept; NaN stays NaN.
 */
export function toFloat16(x: number): number {
  asFloat[0] = x
  const bits = asBits[0]!
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
  // Subnormal: a multiple of 2⁻²⁴, exact in float64 before it is rounded.
  const scaled = Math.abs(asFloat[0]!) * 2 ** 24
  const whole = Math.floor(scaled)
  const rest = scaled - whole
  return sign | (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole)
}

/** The number that 16 bits stand for. */
export function fromFloat16(bits: number): number {
  const exponent = (bits >>> 10) & 31
  const mantissa = bits & 1023
  const magnitude = exponent === 0 ? mantissa * 2 ** -24 : exponent === 31 ? (mantissa ? NaN : Infinity) : 2 ** (exponent - 15) * (1 + mantissa / 1024)
  return bits & 0x8000 ? -magnitude : magnitude
}
