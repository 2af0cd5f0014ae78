import { isotonic, mapped } from './isotonic'
import { pearson } from './correlation'

/** How several grades of one proof become one. */
export type JuryRule = 'mean' | 'median' | 'majority' | 'min' | 'trimmed'
export const JURY_RULES: readonly JuryRule[] = ['mean', 'median', 'majority', 'min', 'trimmed']

/**
 * One grade from several.
 *   median: mean of the two middle ones when even;   min: the strictest;   trimmed: mean without the lowest and highest
 *   (from 3 up);   majority: share above half passing → the mean of those who pass, else the mean of those who do not, so
 *   that the jury's decision is the majority's (a tie fails)
 * @returns null for no grades
 * @source MathArena takes the minimum; ProofGrader, arXiv 2510.13888, Table 4, compares mean, median, majority and minimum
 */
export function juryGrade(grades: readonly number[], rule: JuryRule, threshold = 0.9): number | null {
  if (grades.length === 0) return null
  const sorted = [...grades].sort((a, b) => a - b)
  const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length
  switch (rule) {
    case 'mean': return mean(sorted)
    case 'median': return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
    case 'min': return sorted[0]!
    case 'trimmed': return mean(sorted.length < 3 ? sorted : sorted.slice(1, -1))
    case 'majority': {
      const pass = sorted.filter((g) => g >= threshold - 1e-9)
      return pass.length * 2 > sorted.length ? mean(pass) : mean(sorted.filter((g) => g < threshold - 1e-9))
    }
  }
}

/** Proofs whose grades differ by more than `spread` and should be graded again. @source MathArena re-runs above 2 of 7 */
export function needsRerun(grades: readonly number[], spread: number): boolean {
  return grades.length > 1 && Math.max(...grades) - Math.min(...grades) > spread + 1e-9
}

/**
 * Effective number of independent judges.
 *   n_eff = k / (1 + (k − 1) r),   r the mean correlation of their errors;   k when r ≤ 0
 * @source Kish 1965; for judges arXiv 2609.22512: ten judges at r = 0.21 are worth 3.5
 */
export function effectiveJudges(k: number, r: number): number {
  return r <= 0 ? k : k / (1 + (k - 1) * r)
}

export interface ErrorCorrelation {
  readonly a: string
  readonly b: string
  readonly proofs: number
  /** Pearson of (judge − human) over common proofs; null when undefined. */
  readonly r: number | null
}

/** Correlation of errors of every pair of judges over their common proofs. @param errors judge → proof → judge − human */
export function errorCorrelations(errors: ReadonlyMap<string, ReadonlyMap<string, number>>): ErrorCorrelation[] {
  const judges = [...errors.keys()]
  const out: ErrorCorrelation[] = []
  for (let i = 0; i < judges.length; i++)
    for (let j = i + 1; j < judges.length; j++) {
      const [x, y] = [errors.get(judges[i]!)!, errors.get(judges[j]!)!]
      const both = [...x.keys()].filter((id) => y.has(id)).sort()
      out.push({ a: judges[i]!, b: judges[j]!, proofs: both.length, r: pearson(both.map((id) => x.get(id)!), both.map((id) => y.get(id)!)) })
    }
  return out
}

/**
 * Jury of calibrated judges: each judge's isotonic map to the human scale, then the mean weighted by 1/MSE after
 * calibration. Fitted on `train` proofs, applied to any.
 * @param scores judge → proof → score
 * @returns proof's grade from whichever judges graded it; null when none did
 * @source inverse-variance weights; calibration as in CJE, arXiv 2512.11150
 */
export function calibratedJury(
  scores: ReadonlyMap<string, ReadonlyMap<string, number>>, human: ReadonlyMap<string, number>, train: ReadonlySet<string>,
): { readonly weights: ReadonlyMap<string, number>; grade(proof: string): number | null } {
  const maps = new Map<string, { weight: number; map: (x: number) => number }>()
  for (const [judge, grades] of scores) {
    const known = [...grades].filter(([id]) => train.has(id) && human.has(id))
    if (known.length < 2) continue
    const map = isotonic(known.map(([, s]) => s), known.map(([id]) => human.get(id)!))
    const mse = known.reduce((sum, [id, s]) => sum + (mapped(map, s) - human.get(id)!) ** 2, 0) / known.length
    maps.set(judge, { weight: 1 / Math.max(1e-6, mse), map: (x) => mapped(map, x) })
  }
  const whole = [...maps.values()].reduce((sum, m) => sum + m.weight, 0)
  return {
    weights: new Map([...maps].map(([judge, { weight }]) => [judge, weight / whole])),
    grade(proof) {
      let total = 0
      let weights = 0
      for (const [judge, { weight, map }] of maps) {
        const score = scores.get(judge)!.get(proof)
        if (score === undefined) continue
        total += weight * map(score)
        weights += weight
      }
      return weights === 0 ? null : total / weights
    },
  }
}
