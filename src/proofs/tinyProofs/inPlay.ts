/** The finite world in which the reference prover works: formulas as numbers, and every use of a rule among them. */
import { equals, join, not, print, printTerm, subformulas, type Formula, type Term } from './formula'
import type { OpenRule } from './rules'

/** One use of a rule: `to` follows from `from`. */
export interface Step {
  readonly rule: OpenRule
  readonly from: readonly number[]
  readonly to: number
}

/** A supposition worth trying. */
export interface Box {
  readonly hypothesis: number
  readonly conclusion: number
  readonly isNegation: boolean
}

export interface InPlay {
  readonly steps: readonly Step[]
  /** Pairs of a formula and its negation. */
  readonly opposites: readonly (readonly [number, number])[]
  id(formula: Formula): number
  formula(id: number): Formula
  /** Right side of an implication. */
  right(id: number): number
  /** Suppositions by nearness to the target, which comes first. */
  boxesFor(target: number): readonly Box[]
}

/** Rules whose first formula is taken apart. */
const TAKES_APART = new Set<OpenRule>(['modus ponens', 'modus tollens', 'conjunction elimination', 'disjunctive syllogism'])

/** More terms than this make the equations of a statement too many; it then keeps those that occur. */
const MAX_TERMS = 14

/**
 * Formulas in play: all parts of premises and goal; negations that modus tollens can give; for each disjunction the
 * implications that a case analysis towards the goal or towards a known right side needs; equations among all terms.
 */
export function inPlay(premises: readonly Formula[], goal: Formula): InPlay {
  const ids = new Map<string, number>()
  const formulas: Formula[] = []
  const id = (f: Formula): number => {
    const key = print(f)
    let known = ids.get(key)
    if (known === undefined) {
      known = formulas.push(f) - 1
      ids.set(key, known)
    }
    return known
  }
  for (const f of [...premises, goal]) for (const part of subformulas(f)) id(part)
  const parts = formulas.slice()
  if (parts.some((f) => f.kind === 'not')) for (const f of parts) if (f.kind === 'to') id(not(f.left))
  const rightSides = parts.flatMap((f) => (f.kind === 'to' ? [f.right] : []))
  for (const f of parts) {
    if (f.kind !== 'lor') continue
    for (const c of [goal, ...rightSides]) {
      const [left, right] = [join('to', f.left, c), join('to', f.right, c)]
      if (c === goal || ids.has(print(left)) || ids.has(print(right))) [left, right].forEach(id)
    }
  }
  const terms = termsOf(parts)
  if (terms.length > 0 && terms.length <= MAX_TERMS) for (const s of terms) for (const t of terms) if (s !== t) id(equals(s, t))

  const steps: Step[] = []
  const step = (rule: OpenRule, to: Formula | number, ...from: readonly (Formula | number)[]) => {
    const number = (x: Formula | number) => (typeof x === 'number' ? x : id(x))
    steps.push({ rule, from: from.map(number), to: number(to) })
  }
  const has = (f: Formula) => ids.has(print(f))
  const known = formulas.slice()
  const equations = known.filter((f) => f.kind === 'equals')
  for (const f of known) {
    if (f.kind === 'to') {
      step('modus ponens', f.right, f, f.left)
      if (has(not(f.left)) && has(not(f.right))) step('modus tollens', not(f.left), f, not(f.right))
    } else if (f.kind === 'land') {
      step('conjunction introduction', f, f.left, f.right)
      step('conjunction elimination', f.left, f)
      step('conjunction elimination', f.right, f)
    } else if (f.kind === 'lor') {
      step('disjunction introduction', f, f.left)
      step('disjunction introduction', f, f.right)
      if (has(not(f.left))) step('disjunctive syllogism', f.right, f, not(f.left))
      if (has(not(f.right))) step('disjunctive syllogism', f.left, f, not(f.right))
      for (const left of known)
        if (left.kind === 'to' && print(left.left) === print(f.left)) {
          const right = join('to', f.right, left.right)
          if (has(right)) step('case analysis', left.right, f, left, right)
        }
    } else if (f.kind === 'not' && f.inner.kind === 'not') step('double negation', f.inner.inner, f)
    else if (f.kind === 'equals') {
      if (has(equals(f.right, f.left))) step('symmetry', f, equals(f.right, f.left))
      if (f.left.kind === 'apply' && f.right.kind === 'apply' && f.left.name === f.right.name) {
        const inside = equals(f.left.argument, f.right.argument)
        if (has(inside)) step('congruence', f, inside)
      }
      for (const g of equations)
        if (printTerm(g.left) === printTerm(f.right) && has(equals(f.left, g.right))) step('transitivity', equals(f.left, g.right), f, g)
    }
  }

  // A formula that is only ever taken apart is not worth a supposition: what comes out of it was there before.
  const needed = new Set(steps.flatMap(({ rule, from }) => (TAKES_APART.has(rule) ? from.slice(1) : from)))
  const boxes: Box[] = []
  for (const f of known) {
    if (f.kind === 'to') boxes.push({ hypothesis: id(f.left), conclusion: id(f), isNegation: false })
    if (f.kind === 'not') boxes.push({ hypothesis: id(f.inner), conclusion: id(f), isNegation: true })
  }
  return {
    steps,
    opposites: known.flatMap((f) => (f.kind === 'not' ? [[id(f.inner), id(f)] as const] : [])),
    id,
    formula: (at) => formulas[at]!,
    right: (at) => {
      const f = formulas[at]!
      if (f.kind !== 'to') throw new Error('Only an implication has a right side')
      return id(f.right)
    },
    boxesFor: (target) => [...boxes.filter((b) => b.conclusion === target), ...boxes.filter((b) => b.conclusion !== target && needed.has(b.conclusion))],
  }
}

/** Distinct terms of the equations among `formulas`, with the terms inside them. */
function termsOf(formulas: readonly Formula[]): Term[] {
  const found = new Map<string, Term>()
  const visit = (term: Term) => {
    found.set(printTerm(term), term)
    if (term.kind === 'apply') visit(term.argument)
  }
  for (const f of formulas)
    if (f.kind === 'equals') {
      visit(f.left)
      visit(f.right)
    }
  return [...found.values()]
}
