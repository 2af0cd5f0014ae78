import { juryGrade, JURY_RULES, type JuryRule } from './jury'
import { icc21, twoWayAnova } from './twoWayAnova'

export interface SelfConsistency {
  readonly proofs: number
  /** Runs each counted proof has. */
  readonly runs: number
  /** √ of the mean within-proof variance. */
  readonly sd: number
  /** ICC(2,1) over runs; null when proofs do not differ. */
  readonly icc: number | null
  /** Share of proofs whose runs do not all decide alike at the threshold. */
  readonly flipRate: number
  /** Mean |grade − human| of one run, and of k runs joined by each rule; null without human grades. */
  readonly error: { readonly single: number; readonly joined: Readonly<Record<JuryRule, number>> } | null
}

/**
 * The same judge, the same prompt, several runs. Proofs with fewer runs than the most common number are left out.
 * @param byProof grades of each proof, in run order
 * @param human reference, where there is one
 * @returns null when no proof has two runs
 * @source ProofGrader, arXiv 2510.13888, Table 4
 */
export function selfConsistency(byProof: ReadonlyMap<string, readonly number[]>, human: ReadonlyMap<string, number>, threshold: number): SelfConsistency | null {
  const sizes = new Map<number, number>()
  for (const grades of byProof.values()) if (grades.length > 1) sizes.set(grades.length, (sizes.get(grades.length) ?? 0) + 1)
  const runs = [...sizes].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0]
  if (runs === undefined) return null
  const kept = [...byProof].filter(([, grades]) => grades.length >= runs).map(([id, grades]) => [id, grades.slice(0, runs)] as const)
  const block = kept.map(([, grades]) => grades)
  const variance = (x: readonly number[]) => {
    const m = x.reduce((a, b) => a + b, 0) / x.length
    return x.reduce((sum, v) => sum + (v - m) ** 2, 0) / (x.length - 1)
  }
  const anova = twoWayAnova(block)
  const flips = block.filter((grades) => new Set(grades.map((g) => g >= threshold - 1e-9)).size > 1).length
  const known = kept.filter(([id]) => human.has(id))
  const meanError = (of: (grades: readonly number[]) => number, id: (k: (typeof known)[number]) => number) => known.reduce((sum, k) => sum + Math.abs(of(k[1]) - id(k)), 0) / known.length
  const truth = (k: (typeof known)[number]) => human.get(k[0])!
  return {
    proofs: block.length, runs, sd: Math.sqrt(block.reduce((sum, x) => sum + variance(x), 0) / block.length),
    icc: anova === null ? null : icc21(anova), flipRate: flips / block.length,
    error: known.length === 0 ? null : {
      single: known.reduce((sum, k) => sum + k[1].reduce((s, g) => s + Math.abs(g - truth(k)), 0) / runs, 0) / known.length,
      joined: Object.fromEntries(JURY_RULES.map((rule) => [rule, meanError((grades) => juryGrade(grades, rule, threshold)!, truth)])) as Record<JuryRule, number>,
    },
  }
}
