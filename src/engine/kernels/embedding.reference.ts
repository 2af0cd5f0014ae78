/** Rows of the embedding, and their gradient, by plain loops, float64. */

/** x[row] = table[ids[row]].   table [V, C] → [rows, C] */
export function embedReference(table: ArrayLike<number>, ids: ArrayLike<number>, C: number): Float64Array {
  return Float64Array.from({ length: ids.length * C }, (_, i) => table[ids[Math.floor(i / C)]! * C + (i % C)]!)
}

/** dtable[v] = Σ dx[row] over the rows with ids[row] = v.   dx [rows, C] → [V, C] */
export function embeddingGradientReference(ids: ArrayLike<number>, dx: ArrayLike<number>, V: number, C: number): Float64Array {
  const gradient = new Float64Array(V * C)
  for (let row = 0; row < ids.length; row++) for (let c = 0; c < C; c++) gradient[ids[row]! * C + c]! += dx[row * C + c]!
  return gradient
}
