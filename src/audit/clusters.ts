import { order, type PairedGrade } from './pairs'

/** All pairs of one problem, summed: enough for every mean, share and resample of a cell. */
export interface Cluster {
  readonly problemId: string
  readonly count: number
  /** Σ (judge − human). */
  readonly difference: number
  /** Σ (1 − human): the room a judge has to be lenient in. */
  readonly headroom: number
}

/** Pairs summed by problem, in code-unit order of the problem's name. Sums are taken in order of the proof's name. */
export function clustersOf(pairs: readonly PairedGrade[]): Cluster[] {
  const compare = (a: PairedGrade, b: PairedGrade) => order(a.problemId, b.problemId) || order(a.proofId, b.proofId) || order(a.judgeId, b.judgeId)
  const isSorted = pairs.every((p, i) => i === 0 || compare(pairs[i - 1]!, p) <= 0)
  const sorted = isSorted ? pairs : [...pairs].sort(compare)
  const clusters: { problemId: string; count: number; difference: number; headroom: number }[] = []
  for (const { problemId, judge, human } of sorted) {
    let last = clusters.at(-1)
    if (last?.problemId !== problemId) clusters.push((last = { problemId, count: 0, difference: 0, headroom: 0 }))
    last.count++
    last.difference += judge - human
    last.headroom += 1 - human
  }
  return clusters
}

/** Items by a key, in order of first appearance. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
