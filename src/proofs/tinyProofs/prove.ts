/** The reference prover: breadth-first over what the rules give, then only the lines that the goal needs. */
import { applicable } from './baseSolver'
import { print, type Formula } from './formula'
import type { Line, TinyStatement } from './problem'
import { follows, type Rule } from './rules'

const MAX_ROUNDS = 8
const MAX_FORMULAS = 400

/**
 * A proof without a superfluous line, or null when none is found within the caps. An implication is proved by
 * supposing its left side when it is not available otherwise.
 */
export function proveStatement({ premises, goal }: TinyStatement): Line[] | null {
  const direct = saturate(premises, goal)
  if (direct) return direct
  if (goal.kind !== 'to') return null
  const inner = saturate([...premises, goal.left], goal.right)
  return inner && [{ suppose: goal.left }, ...inner, { formula: goal, rule: 'implication introduction' }]
}

function saturate(premises: readonly Formula[], goal: Formula): Line[] | null {
  const goalKey = print(goal)
  const available = new Map(premises.map((f) => [print(f), f]))
  const steps: { formula: Formula; rule: Exclude<Rule, 'implication introduction'> }[] = []
  for (let round = 0; round < MAX_ROUNDS && !available.has(goalKey); round++) {
    const found = applicable(available, goal)
    if (found.length === 0 || available.size + found.length > MAX_FORMULAS) return null
    for (const step of found) {
      available.set(print(step.formula), step.formula)
      steps.push(step)
    }
  }
  if (!available.has(goalKey)) return null
  return trim(premises, goalKey, steps)
}

/** Drops, from the last to the first, every line without which the goal is still derived. */
function trim(
  premises: readonly Formula[],
  goalKey: string,
  steps: readonly { formula: Formula; rule: Exclude<Rule, 'implication introduction'> }[],
): Line[] {
  const valid = (lines: typeof steps) => {
    const available = new Map(premises.map((f) => [print(f), f]))
    for (const { formula, rule } of lines) {
      if (!follows(formula, rule, available)) return false
      available.set(print(formula), formula)
    }
    return available.has(goalKey)
  }
  let kept = steps.slice()
  for (let i = kept.length - 1; i >= 0; i--) {
    const without = kept.filter((_, at) => at !== i)
    if (valid(without)) kept = without
  }
  return kept.map(({ formula, rule }) => ({ formula, rule }))
}
