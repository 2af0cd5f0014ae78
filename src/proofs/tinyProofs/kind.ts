import type { Line } from './problem'
import type { Rule } from './rules'

/** What a proof is known for, by its least common rule. */
export function kindOf(proof: readonly Line[], alternative: readonly Line[] | null): string {
  const rules = new Set(proof.flatMap((line): Rule[] => ('suppose' in line ? [] : [line.rule])))
  const uses = (...of: readonly Rule[]) => of.some((rule) => rules.has(rule))
  if (alternative) return 'Two routes'
  if (uses('negation introduction', 'implication introduction')) return 'Supposition'
  if (uses('symmetry', 'transitivity', 'congruence')) return 'Equations'
  if (uses('case analysis')) return 'Cases'
  if (uses('modus tollens', 'disjunctive syllogism', 'double negation')) return 'Negation'
  if (uses('disjunction introduction')) return 'Disjunction'
  if (uses('conjunction introduction', 'conjunction elimination')) return 'Conjunction'
  return 'Implication'
}
