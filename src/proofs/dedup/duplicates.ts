/** Duplicates of a set: exact, near, and copies of benchmark problems; which rows stay when they are taken out. */
import type { Stop } from '../../base/stop'
import { NearIndex } from './minhash'
import { RunIndex } from './overlap'
import { canonicalText } from './tokens'

export interface DuplicatePair {
  readonly row: number
  /** Row of the same set, or of the benchmark `against`. */
  readonly other: number
  readonly against: string | null
  /** `exact`: equal but for typesetting; `near`: Jaccard ≥ threshold; `run`: 13 tokens in a row are shared. */
  readonly kind: 'exact' | 'near' | 'run'
  readonly similarity: number
}

export interface Benchmark {
  readonly name: string
  readonly problems: readonly (string | null)[]
}

export interface Duplicates {
  readonly pairs: readonly DuplicatePair[]
  /** Rows to take out: of each group of duplicates all but the first, and every row that a benchmark holds. */
  readonly removed: Uint32Array
}

/** Steps between two looks at `stop` and two words on progress. */
const STEP = 250

/**
 * @param threshold Jaccard similarity of token triples from which two problems are near, 0..1
 * @returns null when stopped
 */
export async function findDuplicates(
  problems: readonly (string | null)[], benchmarks: readonly Benchmark[], threshold: number,
  onDone: (done: number, total: number) => void | Promise<void>, stop: Stop,
): Promise<Duplicates | null> {
  const pairs: DuplicatePair[] = []
  const removed = new Set<number>()
  const total = problems.length + benchmarks.reduce((sum, b) => sum + b.problems.length, 0)
  let done = 0
  const breathe = async () => {
    if (++done % STEP === 0 || done === total) await onDone(done, total)
    return stop.aborted
  }

  const known: { name: string; exact: Map<string, number>; near: NearIndex; runs: RunIndex; rowOf: number[] }[] = []
  for (const { name, problems: texts } of benchmarks) {
    const one = { name, exact: new Map<string, number>(), near: new NearIndex(threshold), runs: new RunIndex(), rowOf: [] as number[] }
    for (const [row, text] of texts.entries()) {
      if (text !== null) {
        one.exact.set(canonicalText(text), row)
        one.near.pairs(text)
        one.runs.add(text, row)
        one.rowOf.push(row)
      }
      if (await breathe()) return null
    }
    known.push(one)
  }

  const exact = new Map<string, number>()
  const near = new NearIndex(threshold)
  const rowOf: number[] = []
  for (const [row, text] of problems.entries()) {
    if (text !== null && text.trim() !== '') {
      const canonical = canonicalText(text)
      for (const { name, exact: theirs, near: theirNear, runs, rowOf: theirRows } of known) {
        const same = theirs.get(canonical)
        const found = same !== undefined ? [] : theirNear.pairs(text, false)
        const run = same !== undefined || found.length > 0 ? null : runs.find(text)
        if (same !== undefined) pairs.push({ row, other: same, against: name, kind: 'exact', similarity: 1 })
        for (const { of, similarity } of found) pairs.push({ row, other: theirRows[of]!, against: name, kind: 'near', similarity })
        if (run) pairs.push({ row, other: run.id, against: name, kind: 'run', similarity: 0 })
        if (same !== undefined || found.length > 0 || run) removed.add(row)
      }
      const first = exact.get(canonical)
      if (first !== undefined) {
        pairs.push({ row, other: first, against: null, kind: 'exact', similarity: 1 })
        removed.add(row)
      } else {
        exact.set(canonical, row)
        const found = near.pairs(text)
        rowOf.push(row)
        for (const { of, similarity } of found) pairs.push({ row, other: rowOf[of]!, against: null, kind: 'near', similarity })
        // A row near to one that stays goes; near only to rows that went, it stays.
        if (found.some(({ of }) => !removed.has(rowOf[of]!))) removed.add(row)
      }
    }
    if (await breathe()) return null
  }
  return { pairs, removed: Uint32Array.from(removed).sort() }
}
