import type { PairedGrade } from './pairs'
import { incompleteBeta } from './studentT'

export interface PassTable {
  readonly threshold: number
  /** Judge passes and humans pass, judge only, humans only, neither. */
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
  readonly judgeRate: Rate
  readonly humanRate: Rate
  /** TP / (TP + FN); null when humans pass nothing. */
  readonly sensitivity: number | null
  /** TN / (TN + FP); null when humans pass everything. */
  readonly specificity: number | null
  /** TP / (TP + FP); null when the judge passes nothing. */
  readonly precision: number | null
  readonly f1: number | null
  /** Cohen's κ of the two decisions; null when chance agreement is already 1. */
  readonly kappa: number | null
  /** sensitivity + specificity − 1. */
  readonly youden: number | null
  /** Matthews correlation; null when a margin is empty. */
  readonly mcc: number | null
  /** Exact two-sided McNemar p of FP against FN: do judge and humans pass equally many? 1 when they never differ. */
  readonly mcnemar: number
}

export interface Rate {
  readonly rate: number
  readonly low: number
  readonly high: number
}

/**
 * Pass decisions at a threshold: a proof passes with score ≥ threshold (to 1e-9); humans are the truth. Null for no pairs.
 * @source QEDBench passes at 0.9; the Open Proof Corpus at 5/7: the threshold is always shown and editable
 */
export function passTable(pairs: readonly PairedGrade[], threshold: number): PassTable | null {
  const n = pairs.length
  if (n === 0) return null
  let tp = 0, fp = 0, fn = 0, tn = 0
  for (const { judge, human } of pairs) {
    const said = judge >= threshold - 1e-9
    const truth = human >= threshold - 1e-9
    if (said && truth) tp++
    else if (said) fp++
    else if (truth) fn++
    else tn++
  }
  const sensitivity = ratio(tp, tp + fn)
  const specificity = ratio(tn, tn + fp)
  const margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
  const chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / (n * n)
  return {
    threshold, tp, fp, fn, tn, sensitivity, specificity,
    judgeRate: wilson(tp + fp, n), humanRate: wilson(tp + fn, n),
    precision: ratio(tp, tp + fp), f1: ratio(2 * tp, 2 * tp + fp + fn),
    kappa: chance > 1 - 1e-12 ? null : ((tp + tn) / n - chance) / (1 - chance),
    youden: sensitivity === null || specificity === null ? null : sensitivity + specificity - 1,
    mcc: margins === 0 ? null : (tp * tn - fp * fn) / Math.sqrt(margins),
    mcnemar: binomialTwoSided(Math.min(fp, fn), fp + fn),
  }
}

/**
 * Wilson's 95 % interval of a proportion: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
 * It treats proofs as independent, so it is narrower than a clustered one. Edges: n = 0 throws.
 * @source Wilson 1927; z = 1.959963984540054
 */
export function wilson(successes: number, n: number): Rate {
  if (!(n > 0)) throw new RangeError('wilson: n must be positive')
  const z = 1.959963984540054
  const p = successes / n
  const centre = p + (z * z) / (2 * n)
  const margin = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return { rate: p, low: Math.max(0, (centre - margin) / scale), high: Math.min(1, (centre + margin) / scale) }
}

/**
 * Exact two-sided p of k or fewer of n under a fair coin: min(1, 2 · P(X ≤ k)), k ≤ n/2.
 *   P(X ≤ k) = I_{1/2}(n − k, k + 1)
 * Edges: n = 0 gives 1.
 * @source McNemar 1947, exact form
 */
export function binomialTwoSided(k: number, n: number): number {
  return n === 0 ? 1 : Math.min(1, 2 * incompleteBeta(0.5, n - k, k + 1))
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
