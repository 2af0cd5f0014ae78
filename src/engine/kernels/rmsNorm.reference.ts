/** RMSNorm and its gradients by plain loops, float64. */

/**
 * y = w · x / √(mean(x²) + eps), row by row.   x [R, C], w [C] → [R, C]
 * @source Zhang and Sennrich, arXiv 1910.07467; eps inside the root
 */
export function rmsNormReference(x: ArrayLike<number>, w: ArrayLike<number>, eps: number): Float64Array {
  const C = w.length
  const scales = rmsScalesReference(x, C, eps)
  return Float64Array.from({ length: x.length }, (_, i) => w[i % C]! * x[i]! * scales[Math.floor(i / C)]!)
}

/** 1/√(mean(x²) + eps) of every row.   x [R, C] → [R] */
export function rmsScalesReference(x: ArrayLike<number>, C: number, eps: number): Float64Array {
  return Float64Array.from({ length: x.length / C }, (_, r) => {
    let squares = 0
    for (let c = 0; c < C; c++) squares += x[r * C + c]! ** 2
    return 1 / Math.sqrt(squares / C + eps)
  })
}

/**
 * Gradients of Σ dy·y, with s the row's scale:
 *
 *   dx = s·(w·dy − x·s²·mean(w·dy·x)),   dw = Σ_rows dy·x·s
 */
export function rmsNormBackwardReference(x: ArrayLike<number>, w: ArrayLike<number>, dy: ArrayLike<number>, eps: number): { dx: Float64Array; dw: Float64Array } {
  const C = w.length
  const scales = rmsScalesReference(x, C, eps)
  const dx = new Float64Array(x.length)
  const dw = new Float64Array(C)
  scales.forEach((s, r) => {
    let along = 0
    for (let c = 0; c < C; c++) along += (w[c]! * dy[r * C + c]! * x[r * C + c]!) / C
    for (let c = 0; c < C; c++) {
      const i = r * C + c
      dx[i] = s * (w[c]! * dy[i]! - x[i]! * s * s * along)
      dw[c]! += dy[i]! * x[i]! * s
    }
  })
  return { dx, dw }
}
