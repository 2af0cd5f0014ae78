/** Seeded problems at six levels; level is the number and kind of steps. */
import type { Random } from '../../base/random'
import { apply, atom, ATOMS, constant, CONSTANTS, equals, FUNCTIONS, join, type Formula } from './formula'
import type { Line, TinyProblem } from './problem'
import type { Rule } from './rules'

export const LEVELS = [1, 2, 3, 4, 5, 6] as const

/** Draws fresh names, so that renamings are as likely as one another. */
class Names {
  private readonly atoms: string[]
  private readonly constants: string[]
  readonly functions: string[]
  constructor(random: Random) {
    this.atoms = random.shuffled(ATOMS)
    this.constants = random.shuffled(CONSTANTS)
    this.functions = random.shuffled(FUNCTIONS)
  }
  atom(): Formula {
    return atom(this.atoms.pop()!)
  }
  constant() {
    return constant(this.constants.pop()!)
  }
}

interface Draft {
  readonly premises: Formula[]
  readonly goal: Formula
  readonly proof: Line[]
  readonly alternative?: Line[]
  readonly kind: string
}

const by = (formula: Formula, rule: Rule): Line => ({ formula, rule })
const to = (a: Formula, b: Formula) => join('to', a, b)
const and = (a: Formula, b: Formula) => join('land', a, b)
const or = (a: Formula, b: Formula) => join('lor', a, b)

function chain(names: Names, steps: number): Draft {
  const first = names.atom()
  const premises = [first]
  const proof: Line[] = []
  let last = first
  for (let i = 0; i < steps; i++) {
    const next = names.atom()
    premises.push(to(last, next))
    proof.push(by(next, 'modus ponens'))
    last = next
  }
  return { premises, goal: last, proof, kind: 'Implication' }
}

function conjunctionGoal(names: Names): Draft {
  const [a, b] = [names.atom(), names.atom()]
  return { premises: [a, b], goal: and(a, b), proof: [by(and(a, b), 'conjunction introduction')], kind: 'Conjunction' }
}

function takeApart(names: Names, random: Random): Draft {
  const [a, b] = [names.atom(), names.atom()]
  const goal = random.below(2) ? a : b
  return { premises: [and(a, b)], goal, proof: [by(goal, 'conjunction elimination')], kind: 'Conjunction' }
}

/** a ∧ b, b → c ⊢ c */
function apartThenChain(names: Names, random: Random, steps: number): Draft {
  const part = takeApart(names, random)
  let last = part.goal
  const premises = [...part.premises]
  const proof = [...part.proof]
  for (let i = 0; i < steps; i++) {
    const next = names.atom()
    premises.push(to(last, next))
    proof.push(by(next, 'modus ponens'))
    last = next
  }
  return { premises, goal: last, proof, kind: 'Conjunction' }
}

/** a, b, (a ∧ b) → c ⊢ c */
function together(names: Names): Draft {
  const [a, b, c] = [names.atom(), names.atom(), names.atom()]
  return {
    premises: [a, b, to(and(a, b), c)],
    goal: c,
    proof: [by(and(a, b), 'conjunction introduction'), by(c, 'modus ponens')],
    kind: 'Conjunction',
  }
}

/** a, a → b, b → g, a → c, c → g ⊢ g: two routes. */
function twoRoutes(names: Names): Draft {
  const [a, b, c, g] = [names.atom(), names.atom(), names.atom(), names.atom()]
  const route = (middle: Formula) => [by(middle, 'modus ponens'), by(g, 'modus ponens')]
  return { premises: [a, to(a, b), to(b, g), to(a, c), to(c, g)], goal: g, proof: route(b), alternative: route(c), kind: 'Two routes' }
}

/** a → b, b → c ⊢ a → c */
function hypothetical(names: Names, steps: number): Draft {
  const start = names.atom()
  const premises: Formula[] = []
  const proof: Line[] = [{ suppose: start }]
  let last = start
  for (let i = 0; i < steps; i++) {
    const next = names.atom()
    premises.push(to(last, next))
    proof.push(by(next, 'modus ponens'))
    last = next
  }
  proof.push(by(to(start, last), 'implication introduction'))
  return { premises, goal: to(start, last), proof, kind: 'Supposition' }
}

/** a ∨ b, a → c, b → c ⊢ c, then one step more on demand */
function cases(names: Names, more: boolean): Draft {
  const [a, b, c] = [names.atom(), names.atom(), names.atom()]
  const premises = [or(a, b), to(a, c), to(b, c)]
  const proof: Line[] = [by(c, 'case analysis')]
  if (!more) return { premises, goal: c, proof, kind: 'Cases' }
  const d = names.atom()
  return { premises: [...premises, to(c, d)], goal: d, proof: [...proof, by(d, 'modus ponens')], kind: 'Cases' }
}

/** a = b, c = b ⊢ a = c and the like, under a function on demand */
function equational(names: Names, random: Random, wrap: boolean): Draft {
  const [a, b, c] = [names.constant(), names.constant(), names.constant()]
  const isTurned = random.below(2) === 1
  const premises = [equals(a, b), isTurned ? equals(c, b) : equals(b, c)]
  const proof: Line[] = isTurned ? [by(equals(b, c), 'symmetry')] : []
  proof.push(by(equals(a, c), 'transitivity'))
  if (!wrap) return { premises, goal: equals(a, c), proof, kind: 'Equations' }
  const f = names.functions[0]!
  const goal = equals(apply(f, a), apply(f, c))
  return { premises, goal, proof: [...proof, by(goal, 'congruence')], kind: 'Equations' }
}

/** c ∧ d from two chains: the longest kind. */
function joined(names: Names, random: Random): Draft {
  const left = chain(names, 2)
  const right = chain(names, 1 + random.below(2))
  const goal = and(left.goal, right.goal)
  return {
    premises: [...left.premises, ...right.premises],
    goal,
    proof: [...left.proof, ...right.proof, by(goal, 'conjunction introduction')],
    kind: 'Conjunction',
  }
}

function draft(random: Random, names: Names, level: number): Draft {
  const kinds: Record<number, (() => Draft)[]> = {
    1: [() => chain(names, 1), () => conjunctionGoal(names), () => takeApart(names, random)],
    2: [() => chain(names, 2), () => together(names), () => apartThenChain(names, random, 1)],
    3: [() => chain(names, 3), () => chain(names, 2), () => apartThenChain(names, random, 2)],
    4: [() => twoRoutes(names), () => apartThenChain(names, random, 3)],
    5: [() => hypothetical(names, 2), () => cases(names, random.below(2) === 1), () => equational(names, random, random.below(2) === 1)],
    6: [() => joined(names, random), () => chain(names, 5), () => hypothetical(names, 3)],
  }
  return random.pick(kinds[level]!)()
}

/** A premise that no proof can use: its left side is fresh and stays underivable. */
function distractor(names: Names, random: Random, premises: readonly Formula[]): Formula {
  const fresh = names.atom()
  const atoms = premises.filter((f) => f.kind === 'atom')
  const other = atoms.length > 0 && random.below(2) ? random.pick(atoms) : names.atom()
  return to(fresh, other)
}

/**
 * A problem of the given level. Level 1: one step; 2: two, premises in order; 3: two or three, shuffled, with a
 * distractor; 4: two routes or longer chains; 5: suppositions, cases, equations; 6: four or five steps, mixed.
 */
export function generateProblem(random: Random, level: number): TinyProblem {
  const names = new Names(random)
  const made = draft(random, names, level)
  let premises: Formula[] = made.premises
  const isPropositional = premises.every((f) => f.kind !== 'equals')
  const room = made.kind !== 'Two routes' && premises.length <= 4
  if (isPropositional && room && (level >= 3 || random.below(3) === 0)) premises = [...premises, distractor(names, random, premises)]
  if (level >= 3) premises = random.shuffled(premises)
  return { premises, goal: made.goal, level, kind: made.kind, proof: made.proof, alternative: made.alternative ?? null }
}
