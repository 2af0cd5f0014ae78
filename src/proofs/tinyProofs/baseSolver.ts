/**
 * A weak solver that proves by trying: it takes random steps that apply, sometimes one that does not, and may forget to
 * finish. Its graded attempts are what the sample's difficulty columns report.
 */
import type { Random } from '../../base/random'
import { equals, print, type Formula } from './formula'
import { proofText, type Line, type TinyStatement } from './problem'
import { follows, type Rule } from './rules'

/** Chance that a step is asserted although it does not follow, and that the closing Qed is left out. */
const SLIP = 0.15
const FORGET = 0.1
const MAX_STEPS = 6

export function attempt(statement: TinyStatement, random: Random): string {
  const lines: Line[] = []
  const available = new Map(statement.premises.map((f) => [print(f), f]))
  const { goal } = statement
  const goalKey = print(goal)
  const supposed = goal.kind === 'to' ? goal : null
  if (supposed && random.unit() < 0.6) {
    lines.push({ suppose: supposed.left })
    available.set(print(supposed.left), supposed.left)
  }
  for (let i = 0; i < MAX_STEPS && !available.has(goalKey); i++) {
    if (random.unit() < SLIP) {
      lines.push({ formula: goal, rule: 'modus ponens' })
      continue
    }
    if (supposed && lines.length > 0 && available.has(print(supposed.right))) {
      lines.push({ formula: goal, rule: 'implication introduction' })
      break
    }
    const steps = applicable(available, goal)
    if (steps.length === 0) break
    const step = random.pick(steps)
    lines.push(step)
    available.set(print(step.formula), step.formula)
  }
  const text = proofText(lines)
  return random.unit() < FORGET ? text.replace(/\s*Qed\.$/, '') : text
}

interface Step {
  readonly formula: Formula
  readonly rule: Exclude<Rule, 'implication introduction'>
}

/** Steps that follow now and are new; conjunctions only where a premise or the goal wants them. */
export function applicable(available: ReadonlyMap<string, Formula>, goal: Formula): Step[] {
  const steps = new Map<string, Step>()
  const offer = (formula: Formula, rule: Exclude<Rule, 'implication introduction'>) => {
    const key = print(formula)
    if (!available.has(key) && !steps.has(key) && follows(formula, rule, available)) steps.set(key, { formula, rule })
  }
  const all = [...available.values()]
  for (const f of all) {
    if (f.kind === 'to') {
      offer(f.right, 'modus ponens')
      offer(f.right, 'case analysis')
      if (f.left.kind === 'land') offer(f.left, 'conjunction introduction')
    }
    if (f.kind === 'land') for (const part of [f.left, f.right]) offer(part, 'conjunction elimination')
    if (f.kind === 'equals') {
      offer(equals(f.right, f.left), 'symmetry')
      for (const g of all) if (g.kind === 'equals') offer(equals(f.left, g.right), 'transitivity')
    }
  }
  if (goal.kind === 'land') offer(goal, 'conjunction introduction')
  if (goal.kind === 'equals') offer(goal, 'congruence')
  return [...steps.values()]
}
