/** The reference prover: what the rules give on the formulas in play, then suppositions, then only the lines needed. */
import type { Formula } from './formula'
import type { Line, TinyStatement } from './problem'
import type { OpenRule } from './rules'
import { inPlay, type InPlay } from './inPlay'

/** Suppositions inside suppositions, and how often suppositions are tried anew with what they gave. */
const MAX_DEPTH = 3
const MAX_ROUNDS = 3

/** How a formula was derived: by a rule from others, or by a supposition that led to `ends`. */
type Reason =
  | { readonly rule: OpenRule; readonly from: readonly number[] }
  | { readonly box: State; readonly hypothesis: number; readonly ends: readonly number[] }

interface State {
  /**
   * Lines that a formula costs at most, by id, each use of a lemma counted anew; 0 for what is given. What a supposition
   * takes from outside keeps its cost: a reason then always rests on cheaper formulas, and no two rest on one another.
   */
  readonly cost: Map<number, number>
  readonly reason: Map<number, Reason>
  readonly outer: State | null
}

/**
 * A short proof without a superfluous line, or null when none is found within the caps. Its lines use only formulas
 * that occur in the statement, their negations, and equations of its terms.
 */
export function proveStatement({ premises, goal }: TinyStatement): Line[] | null {
  const world = inPlay(premises, goal)
  const state: State = { cost: new Map(premises.map((f) => [world.id(f), 0])), reason: new Map(), outer: null }
  const target = world.id(goal)
  if (!reach(world, state, (s) => s.cost.has(target), target, MAX_DEPTH)) return null
  const lines: Line[] = []
  write(world, state, target, lines, new Set())
  return lines
}

/** Derives until `isDone`; suppositions are opened only when the rules alone do not get there. */
function reach(world: InPlay, state: State, isDone: (state: State) => boolean, target: number, depth: number): boolean {
  saturate(world, state)
  for (let round = 0; round < MAX_ROUNDS && !isDone(state) && depth > 0; round++) {
    let isNew = false
    for (const { hypothesis, conclusion, isNegation } of world.boxesFor(target)) {
      if (state.cost.has(conclusion)) continue
      const inner: State = { cost: new Map(state.cost), reason: new Map(), outer: state }
      inner.cost.set(hypothesis, 0)
      const right = isNegation ? -1 : world.right(conclusion)
      const ends = (s: State): readonly number[] | null => (isNegation ? clash(world, s) : s.cost.has(right) ? [right] : null)
      if (!reach(world, inner, (s) => ends(s) !== null, right, depth - 1)) continue
      const reached = ends(inner)!
      state.cost.set(conclusion, 1 + reached.reduce((sum, id) => sum + inner.cost.get(id)!, 0))
      state.reason.set(conclusion, { box: inner, hypothesis, ends: reached })
      isNew = true
      saturate(world, state)
      if (isDone(state)) return true
    }
    if (!isNew) break
  }
  return isDone(state)
}

/** The cheapest pair of a formula and its negation that contradict one another, or null. */
function clash(world: InPlay, { cost }: State): readonly number[] | null {
  let best: readonly number[] | null = null
  let least = Infinity
  for (const [plain, denied] of world.opposites) {
    const sum = (cost.get(plain) ?? Infinity) + (cost.get(denied) ?? Infinity)
    if (sum >= least) continue
    least = sum
    best = [plain, denied]
  }
  return best
}

/** Least costs under all rules: cost = 1 + Σ of the costs it needs, repeated until nothing gets cheaper (Knuth 1977). */
function saturate(world: InPlay, { cost, reason }: State): void {
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const { rule, from, to } of world.steps) {
      let sum = 1
      for (const id of from) sum += cost.get(id) ?? Infinity
      if (sum >= (cost.get(to) ?? Infinity)) continue
      cost.set(to, sum)
      reason.set(to, { rule, from })
      isChanged = true
    }
  }
}

/** Adds the lines that derive `id` to `lines`, once; `written` holds what stands already. */
function write(world: InPlay, state: State, id: number, lines: Line[], written: Set<number>): void {
  if (written.has(id)) return
  const reason = state.reason.get(id)
  if (!reason) {
    if (state.outer) write(world, state.outer, id, lines, written)
    return
  }
  if ('rule' in reason) {
    for (const from of reason.from) write(world, state, from, lines, written)
    written.add(id)
    lines.push({ formula: world.formula(id), rule: reason.rule })
    return
  }
  // What the supposition needs from outside stands before it, where it holds after the supposition is closed.
  for (const outside of needsOutside(reason.box, reason.ends, reason.hypothesis)) write(world, state, outside, lines, written)
  lines.push({ suppose: world.formula(reason.hypothesis) })
  const inside = new Set([...written, reason.hypothesis])
  for (const end of reason.ends) write(world, reason.box, end, lines, inside)
  written.add(id) // and not before: inside, the same formula may have been derived from the supposition
  const formula: Formula = world.formula(id)
  lines.push({ formula, rule: formula.kind === 'not' ? 'negation introduction' : 'implication introduction' })
}

function needsOutside(box: State, ends: readonly number[], hypothesis: number): number[] {
  const found: number[] = []
  const seen = new Set<number>([hypothesis])
  const visit = (state: State, id: number) => {
    if (seen.has(id)) return
    seen.add(id)
    const reason = state.reason.get(id)
    if (!reason) {
      if (state === box) found.push(id)
      else visit(state.outer!, id)
    } else if ('rule' in reason) reason.from.forEach((from) => visit(state, from))
    else {
      seen.add(reason.hypothesis)
      reason.ends.forEach((end) => visit(reason.box, end))
    }
  }
  ends.forEach((end) => visit(box, end))
  return found
}
