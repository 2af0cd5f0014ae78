/** How many labels a question needs, before they are paid for. */
import { normalQuantile } from './normal'

export interface StudyPlan {
  readonly problems: number
  readonly proofsPerProblem: number
  /** Standard deviation of judge − human. */
  readonly sd: number
  /** Correlation of the differences within a problem. */
  readonly rho: number
}

/**
 * Standard error of a mean over G problems with m proofs each.
 *   SE = sd · √((1 + (m − 1) ρ) / (G m))
 * @source Kish 1965, design effect; planning figures of QEDBench's cells use sd 0.30 and ρ 0.30
 */
export function plannedError({ problems, proofsPerProblem: m, sd, rho }: StudyPlan): number {
  return sd * Math.sqrt((1 + (m - 1) * rho) / (problems * m))
}

/** Smallest shift found with the given power by a two-sided 5 % test: (z₀.₉₇₅ + z_power) · SE. */
export function detectableShift(plan: StudyPlan, power = 0.8): number {
  return (normalQuantile(0.975) + normalQuantile(power)) * plannedError(plan)
}

/** Problems needed for a 95 % interval of ±margin, at least 2. */
export function problemsFor(margin: number, { proofsPerProblem: m, sd, rho }: Omit<StudyPlan, 'problems'>): number {
  if (!(margin > 0)) throw new RangeError('problemsFor: the margin must be positive')
  return Math.max(2, Math.ceil(((normalQuantile(0.975) * sd) / margin) ** 2 * ((1 + (m - 1) * rho) / m) - 1e-9))
}

/**
 * Doubly graded proofs needed for κ ± margin at 95 %.
 *   SE(κ) ≈ √(p_o (1 − p_o)) / ((1 − p_e) √n),   p_o = p_e + κ (1 − p_e)
 * @param chance p_e: agreement expected by chance
 * @source Fleiss, Levin and Paik 2003, eq. 18.13 in its simple form
 */
export function overlapForKappa(margin: number, kappa: number, chance: number): number {
  if (!(margin > 0)) throw new RangeError('overlapForKappa: the margin must be positive')
  const observed = chance + kappa * (1 - chance)
  return Math.max(2, Math.ceil((normalQuantile(0.975) ** 2 * observed * (1 - observed)) / ((1 - chance) * margin) ** 2 - 1e-9))
}
