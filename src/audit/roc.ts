import type { PairedGrade } from './pairs'
import { passTable, type PassTable } from './passTable'

/**
 * Pass tables at every threshold from 0 to 1 in steps of 1/`steps`; judge and humans are held to the same threshold.
 * @source the pass mark differs between studies (0.9, 5/7, 6/7), so every conclusion is read over all of them
 */
export function thresholdSweep(pairs: readonly PairedGrade[], steps = 20): PassTable[] {
  return Array.from({ length: steps + 1 }, (_, i) => passTable(pairs, i / steps)).filter((t) => t !== null)
}

export interface RocPoint {
  /** The judge passes at scores ≥ this; Infinity for the start. */
  readonly cut: number
  readonly falseHigh: number
  readonly trueHigh: number
}

export interface Roc {
  /** From (0, 0) to (1, 1), one a distinct judge score. */
  readonly points: readonly RocPoint[]
  /** P(judge higher on a passing proof than on a failing one), ties half. */
  readonly auc: number
  readonly passing: number
  readonly failing: number
}

/**
 * ROC of the judge's score against the human decision at one threshold.
 *   AUC = (Σ ranks of passing proofs − n₁(n₁+1)/2) / n₁n₀, the tie-corrected concordance
 * @returns null unless humans pass some and fail some
 * @source Hanley and McNeil 1982
 */
export function roc(pairs: readonly PairedGrade[], threshold: number): Roc | null {
  const sorted = [...pairs].sort((a, b) => b.judge - a.judge)
  const isPass = (p: PairedGrade) => p.human >= threshold - 1e-9
  const passing = sorted.filter(isPass).length
  const failing = sorted.length - passing
  if (passing === 0 || failing === 0) return null
  const points: RocPoint[] = [{ cut: Infinity, falseHigh: 0, trueHigh: 0 }]
  let tp = 0
  let fp = 0
  let area = 0
  for (let i = 0; i < sorted.length; ) {
    const cut = sorted[i]!.judge
    const [tpBefore, fpBefore] = [tp, fp]
    while (i < sorted.length && cut - sorted[i]!.judge <= 1e-9) {
      if (isPass(sorted[i]!)) tp++
      else fp++
      i++
    }
    area += ((fp - fpBefore) * (tp + tpBefore)) / 2
    points.push({ cut, falseHigh: fp / failing, trueHigh: tp / passing })
  }
  return { points, auc: area / (passing * failing), passing, failing }
}
