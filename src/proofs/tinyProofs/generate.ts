/**
 * Seeded problems at eight levels: a random derivation, letters for its names, premises that lead nowhere, and the
 * shortest proof that either the derivation or the reference prover has.
 */
import type { Random } from '../../base/random'
import { Deriver, isWithoutRepetition } from './derivation'
import { join, print, printTerm, subformulas, type Formula } from './formula'
import { Naming } from './names'
import { kindOf } from './kind'
import { derived, type Line, type TinyProblem, type TinyStatement } from './problem'
import { proveStatement } from './prove'
import { rubricFor } from './rubricFor'
import { trimmed } from './trim'
import { isSatisfiable } from './truth'

/** Lines of the reference proof at each level, suppositions not counted: fewest and most. */
export const LEVEL_LINES = { 1: [1, 1], 2: [2, 2], 3: [3, 3], 4: [4, 4], 5: [5, 6], 6: [7, 8], 7: [9, 10], 8: [11, 13] } as const
export type Level = keyof typeof LEVEL_LINES
export const LEVELS: readonly Level[] = [1, 2, 3, 4, 5, 6, 7, 8]

/** The level of a problem whose reference proof has this many lines; beyond the last level, the last. */
export function levelOf(lines: number): Level {
  return LEVELS.find((level) => lines <= LEVEL_LINES[level][1]) ?? 8
}

/** Longest statement, in characters of its formulas: a prompt must leave a small model room to think. */
const MAX_CHARACTERS = 220
/** Most variety of rules and formulas at each level: short problems are mostly plain, so that a small model has a beginning. */
const VARIETY = { 1: 0.4, 2: 0.4, 3: 0.6, 4: 0.8, 5: 1, 6: 1, 7: 1, 8: 1 } as const
/** Share of problems from level 3 on that have two routes to one of their lemmas. */
const TWO_ROUTES = 0.2
/** Draws of letters for one derivation: long ones have more names than there are letters, and many draws fall together. */
const NAMINGS = 6
/** Draws after which a problem need not have two routes. */
const PATIENCE = 100

/**
 * A problem of the given level. Its reference proof is the shortest known: none shorter is found by `proveStatement`.
 * Nearly all have premises that no proof needs from level 3 on, fewer below.
 */
export function generateProblem(random: Random, level: Level): TinyProblem {
  const routes = level >= 3 && random.unit() < TWO_ROUTES ? 2 : 1
  for (let tries = 0; ; tries++) {
    const problem = tryProblem(random, level, tries < PATIENCE ? routes : 1)
    if (problem?.level === level) return problem
  }
}

/** One draw; null when it came to nothing, and of another level when a shorter proof was found. */
function tryProblem(random: Random, level: Level, routes: 1 | 2): TinyProblem | null {
  const [fewest, most] = LEVEL_LINES[level]
  const count = fewest + random.below(most - fewest + 1)
  const variety = random.unit() ** 2 * VARIETY[level]
  const deriver = new Deriver(random, variety)
  const draft = routes === 2 ? draftTwoRoutes(deriver, random, count) : draftOne(deriver, count)
  const named = draft && inLetters(draft, random, level, variety)
  if (!named) return null
  const { premises, goal, proofs, naming } = named
  const statement = { premises: withDistractors(random, naming, level, premises, goal, proofs[0]!), goal }
  if (!isPresentable(statement)) return null

  const found = proveStatement(statement)
  if (!found) return null
  proofs.sort((a, b) => derived(a).length - derived(b).length)
  if (derived(found).length < derived(proofs[0]!).length) {
    if (proofs.length > 1) return null
    proofs[0] = found
  }
  if (!isSatisfiable(statement.premises)) return null
  const [proof, alternative = null] = proofs.map((lines) => trimmed(statement, lines)) as [readonly Line[], (readonly Line[])?]
  const problem = { ...statement, level: levelOf(derived(proof).length), kind: kindOf(proof, alternative), proof, alternative }
  return alternative && rubricFor(problem).chains.length === 0 ? null : problem // routes without lemmas of their own are one route
}

/** The draft with letters for its names; null when every draw of letters made two lines or premises the same. */
function inLetters(draft: Draft, random: Random, level: Level, variety: number) {
  for (let tries = 0; tries < NAMINGS; tries++) {
    const naming = new Naming(random, 0.15 * variety, (level <= 2 ? 0.25 : 0.1) * variety)
    const premises = random.shuffled(draft.premises.map((f) => naming.formula(f)))
    const goal = naming.formula(draft.goal)
    const proofs = draft.proofs.map((lines): readonly Line[] => lines.map((line) => naming.line(line)))
    if (proofs.every((lines) => isWithoutRepetition(premises, lines))) return { premises, goal, proofs, naming }
  }
  return null
}

/** Short enough, no premise twice or equal to the goal, and no formula that says nothing. */
function isPresentable({ premises, goal }: TinyStatement): boolean {
  const all = [goal, ...premises]
  const texts = all.map(print)
  return new Set(texts).size === all.length && texts.join('').length <= MAX_CHARACTERS && !all.some(isDull)
}

interface Draft {
  readonly premises: readonly Formula[]
  readonly goal: Formula
  readonly proofs: readonly (readonly Line[])[]
}

function draftOne(deriver: Deriver, count: number): Draft | null {
  const goal = deriver.goal(count)
  const lines = deriver.derive(goal, count)
  return lines && { premises: deriver.premises, goal, proofs: [lines] }
}

/** A lemma with two derivations, and a goal that needs the lemma. */
function draftTwoRoutes(deriver: Deriver, random: Random, count: number): Draft | null {
  const lemma = deriver.atom()
  const after = random.below(count - 1)
  const first = deriver.derive(lemma, count - after, 'eliminated')
  const second = deriver.derive(lemma, Math.max(2, count - after + random.below(3) - 1), 'eliminated')
  const goal = after === 0 ? lemma : deriver.goal(after)
  const rest = after === 0 ? [] : deriver.derive(goal, after, 'any', lemma)
  return first && second && rest && { premises: deriver.premises, goal, proofs: [[...first, ...rest], [...second, ...rest]] }
}

/** Premises that no proof needs: a step that leads nowhere, a way to the goal with no beginning, or something beside the point. */
function withDistractors(random: Random, naming: Naming, level: Level, needed: readonly Formula[], goal: Formula, proof: readonly Line[]): Formula[] {
  const count = random.below(level <= 2 ? 3 : 5) === 0 ? 0 : 1 + random.below(2)
  const reached = [...needed.filter((f) => f.kind === 'atom'), ...derived(proof).slice(0, -1)].filter((f) => f.kind === 'atom')
  const premises = [...needed]
  for (let i = 0; i < count; i++) {
    const roll = random.below(6)
    const stray = naming.letter()
    if (roll < 3 && reached.length > 0) premises.push(join('to', random.pick(reached), stray))
    else if (roll < 4) premises.push(join('to', stray, goal.kind === 'atom' && random.below(2) ? goal : naming.letter()))
    else if (roll < 5) premises.push(stray)
    else premises.push(join(random.pick(['lor', 'land', 'to'] as const), stray, naming.letter()))
  }
  return random.shuffled(premises)
}

/** True for p ∧ p, p → p, a = a, and three negations in a row, anywhere inside. */
function isDull(formula: Formula): boolean {
  return subformulas(formula).some((f) => {
    if (f.kind === 'atom') return false
    if (f.kind === 'not') return f.inner.kind === 'not' && f.inner.inner.kind === 'not'
    return f.kind === 'equals' ? printTerm(f.left) === printTerm(f.right) : print(f.left) === print(f.right)
  })
}
