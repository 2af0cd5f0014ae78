/**
 * Histograms of completion lengths on one common axis, so that stages can be compared by eye.
 * @param lengths tokens of each completion, one list an evaluation
 * @param bins number of bins
 * @returns `bins + 1` ascending edges from 0, and the counts of each list; bin b holds edges[b] < length ≤ edges[b+1]
 */
export function lengthBins(lengths: readonly (readonly number[])[], bins: number): { readonly edges: number[]; readonly counts: number[][] } {
  const longest = Math.max(1, ...lengths.flat())
  const width = Math.max(1, Math.ceil(longest / bins))
  const edges = Array.from({ length: bins + 1 }, (_, b) => b * width)
  const counts = lengths.map((list) => {
    const row = new Array<number>(bins).fill(0)
    for (const length of list) {
      const b = Math.min(bins - 1, Math.max(0, Math.ceil(length / width) - 1))
      row[b] = row[b]! + 1
    }
    return row
  })
  return { edges, counts }
}
