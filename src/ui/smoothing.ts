/** TensorBoard's default weight of the exponential moving average. */
export const DEFAULT_SMOOTHING = 0.6
/** Largest weight the slider and the field allow. */
export const MAX_SMOOTHING = 0.999

/**
 * Debiased exponential moving average of `y`, computed on every point.
 *
 *   m_k = w · m_{k−1} + (1 − w) · y_k,   m_0 = 0;      smoothed_k = m_k / (1 − w^k)
 *
 * where k counts finite points only. A non-finite point stays as it is and does not enter the average; a constant
 * series is returned unchanged (the average would only add rounding noise).
 * @param weight w in 0 … 0.999; 0 gives the series itself
 * @source TensorBoard, `vz_line_chart2/data_transformer.ts`, classicSmoothing
 */
export function smoothed(y: ArrayLike<number>, weight: number): Float64Array {
  const out = Float64Array.from(y)
  if (!(weight > 0) || isConstant(y)) return out
  let last = 0
  let debias = 1 // w^k, multiplied up: Math.pow a point is the slow half of this loop
  for (let i = 0; i < out.length; i++) {
    const value = out[i]!
    if (!Number.isFinite(value)) continue
    last = last * weight + (1 - weight) * value
    debias *= weight
    out[i] = last / (1 - debias)
  }
  return out
}

function isConstant(y: ArrayLike<number>): boolean {
  for (let i = 1; i < y.length; i++) if (y[i] !== y[0]) return false
  return true
}
