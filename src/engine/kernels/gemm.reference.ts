/** Matrix products and their gradients by plain loops, float64 sums. */

/** y = x·wᵀ + r.   x [R, K], w [N, K], r [R, N] or none → [R, N] */
export function linearReference(x: ArrayLike<number>, w: ArrayLike<number>, K: number, r?: ArrayLike<number>): Float64Array {
  const [R, N] = [x.length / K, w.length / K]
  const y = new Float64Array(R * N)
  for (let m = 0; m < R; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0
      for (let k = 0; k < K; k++) sum += x[m * K + k]! * w[n * K + k]!
      y[m * N + n] = sum + (r?.[m * N + n] ?? 0)
    }
  return y
}

/** dx = dy·w: the gradient of Σ dy·linear(x) for x.   dy [R, N], w [N, K] → [R, K] */
export function linearBackwardReference(dy: ArrayLike<number>, w: ArrayLike<number>, K: number): Float64Array {
  const N = w.length / K
  const R = dy.length / N
  const dx = new Float64Array(R * K)
  for (let m = 0; m < R; m++) for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) dx[m * K + k]! += dy[m * N + n]! * w[n * K + k]!
  return dx
}

/** dw = dyᵀ·x: the gradient of Σ dy·linear(x) for w.   dy [R, N], x [R, K] → [N, K] */
export function linearWeightGradientReference(dy: ArrayLike<number>, x: ArrayLike<number>, N: number, K: number): Float64Array {
  const dw = new Float64Array(N * K)
  for (let m = 0; m < x.length / K; m++) for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) dw[n * K + k]! += dy[m * N + n]! * x[m * K + k]!
  return dw
}

/** silu(g)·u by rows [g, u] of 2N → [R, N].   silu(g) = g/(1 + e⁻ᵍ) */
export function gateReference(both: ArrayLike<number>, N: number): Float64Array {
  const y = new Float64Array(both.length / 2)
  for (let m = 0; m < y.length / N; m++)
    for (let n = 0; n < N; n++) {
      const g = both[m * 2 * N + n]!
      y[m * N + n] = (g / (1 + Math.exp(-g))) * both[m * 2 * N + N + n]!
    }
  return y
}

/** silu(x·gateᵀ)·(x·upᵀ).   w holds gate then up, [2N, K] → [R, N] */
export function gatedLinearReference(x: ArrayLike<number>, w: ArrayLike<number>, K: number): Float64Array {
  return gateReference(linearReference(x, w, K), w.length / K / 2)
}

/**
 * The gradient of Σ dy·silu(g)·u for g and u, rows side by side as they came.   dy [R, N], both [R, 2N] → [R, 2N]
 *
 *   dg = dy·u·σ(g)·(1 + g·(1 − σ(g))),   du = dy·silu(g)
 */
export function gateBackwardReference(dy: ArrayLike<number>, both: ArrayLike<number>, N: number): Float64Array {
  const d = new Float64Array(both.length)
  for (let m = 0; m < dy.length / N; m++)
    for (let n = 0; n < N; n++) {
      const at = m * 2 * N + n
      const [g, u, along] = [both[at]!, both[at + N]!, dy[m * N + n]!]
      const sigmoid = 1 / (1 + Math.exp(-g))
      d[at] = along * u * sigmoid * (1 + g * (1 - sigmoid))
      d[at + N] = along * g * sigmoid
    }
  return d
}
