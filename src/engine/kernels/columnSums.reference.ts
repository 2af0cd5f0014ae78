/** Σ_chunk partial[from + chunk·stride] of every entry (target, from, stride), float64, in the order of the entries. */
export function columnSumsReference(entries: ArrayLike<number>, partial: ArrayLike<number>, chunks: number): Float64Array {
  return Float64Array.from({ length: entries.length / 3 }, (_, i) => {
    let sum = 0
    for (let chunk = 0; chunk < chunks; chunk++) sum += partial[entries[i * 3 + 1]! + chunk * entries[i * 3 + 2]!]!
    return sum
  })
}
