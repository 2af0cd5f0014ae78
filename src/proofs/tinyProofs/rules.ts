/** The inference rules: names, and what each needs. */
import { equals, join, not, print, printTerm, type Formula } from './formula'

/** Rules of the first vocabulary; their tokens keep their ids. */
export const FIRST_RULES = [
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
export const NEGATION_RULES = ['modus tollens', 'disjunctive syllogism', 'double negation', 'negation introduction'] as const
export const RULES = [...FIRST_RULES, ...NEGATION_RULES] as const
export type Rule = (typeof RULES)[number]

/** The rules that close a supposition. */
export type ClosingRule = 'implication introduction' | 'negation introduction'
export type OpenRule = Exclude<Rule, ClosingRule>

export function closes(rule: Rule): rule is ClosingRule {
  return rule === 'implication introduction' || rule === 'negation introduction'
}

/** Formulas that may be used, by their printed form. */
export type Available = ReadonlyMap<string, Formula>

/**
 * The formulas that `formula` follows from by one use of `rule`, the one that says the most first (the implication of
 * modus ponens, the disjunction of a case analysis); null when it does not follow.
 */
export function support(formula: Formula, rule: OpenRule, available: Available): readonly Formula[] | null {
  const key = print(formula)
  const all = (...needed: Formula[]) => (needed.every((f) => available.has(print(f))) ? needed : null)
  const first = (test: (f: Formula) => readonly Formula[] | null) => {
    for (const f of available.values()) {
      const found = test(f)
      if (found) return found
    }
    return null
  }
  switch (rule) {
    case 'modus ponens':
      return first((f) => (f.kind === 'to' && print(f.right) === key ? all(f, f.left) : null))
    case 'conjunction introduction':
      return formula.kind === 'land' ? all(formula.left, formula.right) : null
    case 'conjunction elimination':
      return first((f) => (f.kind === 'land' && (print(f.left) === key || print(f.right) === key) ? [f] : null))
    case 'disjunction introduction':
      return formula.kind === 'lor' ? (all(formula.left) ?? all(formula.right)) : null
    case 'case analysis':
      return first((f) => (f.kind === 'lor' ? all(f, join('to', f.left, formula), join('to', f.right, formula)) : null))
    case 'modus tollens':
      if (formula.kind !== 'not') return null
      return first((f) => (f.kind === 'to' && print(f.left) === print(formula.inner) ? all(f, not(f.right)) : null))
    case 'disjunctive syllogism':
      return first((f) => {
        if (f.kind !== 'lor') return null
        return (print(f.right) === key ? all(f, not(f.left)) : null) ?? (print(f.left) === key ? all(f, not(f.right)) : null)
      })
    case 'double negation':
      return all(not(not(formula)))
    case 'symmetry':
      return formula.kind === 'equals' ? all(equals(formula.right, formula.left)) : null
    case 'transitivity':
      if (formula.kind !== 'equals') return null
      return first((f) =>
        f.kind === 'equals' && printTerm(f.left) === printTerm(formula.left) ? all(f, equals(f.right, formula.right)) : null,
      )
    case 'congruence':
      if (formula.kind !== 'equals' || formula.left.kind !== 'apply' || formula.right.kind !== 'apply') return null
      return formula.left.name === formula.right.name ? all(equals(formula.left.argument, formula.right.argument)) : null
  }
}

/** True when `formula` follows from `available` by one use of `rule`. */
export function follows(formula: Formula, rule: OpenRule, available: Available): boolean {
  return support(formula, rule, available) !== null
}

/** A formula that is available together with its negation, or null. */
export function contradiction(available: Available): Formula | null {
  for (const f of available.values()) if (f.kind === 'not' && available.has(print(f.inner))) return f.inner
  return null
}

/**
 * Whether `rule` closes the supposition of `hypothesis` with `formula`: an implication from it to something available, or
 * its negation where two available formulas contradict one another.
 */
export function closesWith(formula: Formula, rule: ClosingRule, hypothesis: Formula, available: Available): boolean {
  if (rule === 'implication introduction')
    return formula.kind === 'to' && print(formula.left) === print(hypothesis) && available.has(print(formula.right))
  return formula.kind === 'not' && print(formula.inner) === print(hypothesis) && contradiction(available) !== null
}
