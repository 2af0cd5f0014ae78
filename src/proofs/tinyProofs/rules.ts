/** The inference rules: names, and what each needs. */
import { print, printTerm, type Formula } from './formula'

export const RULES = [
  'modus ponens',
  'conjunction introduction',
  'conjunction elimination',
  'disjunction introduction',
  'case analysis',
  'implication introduction',
  'symmetry',
  'transitivity',
  'congruence',
] as const
export type Rule = (typeof RULES)[number]

/** Formulas that may be used, by their printed form. */
export type Available = ReadonlyMap<string, Formula>

/**
 * True when `formula` follows from `available` by one use of `rule`. Implication introduction is not here: it needs the
 * open supposition (check.ts).
 */
export function follows(formula: Formula, rule: Exclude<Rule, 'implication introduction'>, available: Available): boolean {
  const has = (f: Formula) => available.has(print(f))
  const key = print(formula)
  const some = (test: (f: Formula) => boolean) => {
    for (const f of available.values()) if (test(f)) return true
    return false
  }
  switch (rule) {
    case 'modus ponens':
      return some((f) => f.kind === 'to' && print(f.right) === key && has(f.left))
    case 'conjunction introduction':
      return formula.kind === 'land' && has(formula.left) && has(formula.right)
    case 'conjunction elimination':
      return some((f) => f.kind === 'land' && (print(f.left) === key || print(f.right) === key))
    case 'disjunction introduction':
      return formula.kind === 'lor' && (has(formula.left) || has(formula.right))
    case 'case analysis':
      return some(
        (f) => f.kind === 'lor' && has({ kind: 'to', left: f.left, right: formula }) && has({ kind: 'to', left: f.right, right: formula }),
      )
    case 'symmetry':
      return formula.kind === 'equals' && has({ kind: 'equals', left: formula.right, right: formula.left })
    case 'transitivity':
      return (
        formula.kind === 'equals' &&
        some(
          (f) =>
            f.kind === 'equals' &&
            printTerm(f.left) === printTerm(formula.left) &&
            has({ kind: 'equals', left: f.right, right: formula.right }),
        )
      )
    case 'congruence':
      return (
        formula.kind === 'equals' &&
        formula.left.kind === 'apply' &&
        formula.right.kind === 'apply' &&
        formula.left.name === formula.right.name &&
        has({ kind: 'equals', left: formula.left.argument, right: formula.right.argument })
      )
  }
}
