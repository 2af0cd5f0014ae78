/** Matrix products by plain loops, float64 sums. */

/** y = x·wᵀ + r.   x [R, K], w [N, K], r [R, N] or none → [R, N] */
export function linearReference(x: Float32Array, w: Float32Array, K: number, r?: Float32Array): Float32Array {
  const [R, N] = [x.length / K, w.length / K]
  const y = new Float32Array(R * N)
  for (let m = 0; m < R; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0
      for (let k = 0; k < K; k++) sum += x[m * K + k]! * w[n * K + k]!
      y[m * N + n] = sum + (r?.[m * N + n] ?? 0)
    }
  return y
}

/** silu(x·gateᵀ)·(x·upᵀ).   w holds gate then up, [2N, K] → [R, N] */
export function gatedLinearReference(x: Float32Array, w: Float32Array, K: number): Float32Array {
  const both = linearReference(x, w, K)
  const N = w.length / K / 2
  const y = new Float32Array(both.length / 2)
  for (let m = 0; m < both.length / (2 * N); m++)
    for (let n = 0; n < N; n++) {
      const g = both[m * 2 * N + n]!
      y[m * N + n] = (g / (1 + Math.exp(-g))) * both[m * 2 * N + N + n]!
    }
  return y
}
