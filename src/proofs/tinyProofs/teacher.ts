/** Reasoning traces as a teacher might write them: a short plan, or the same plan buried in repetition. */
import type { Random } from '../../base/random'
import { print } from './formula'
import { derived, type TinyProblem } from './problem'

export type Style = 'concise' | 'verbose'

/** The plan backwards: `Goal $r$. need $q$. have $p$.` */
function plan(problem: TinyProblem): string {
  const steps = derived(problem.proof).slice(0, -1).reverse()
  const first = problem.proof[0]!
  const start = 'suppose' in first ? first.suppose : problem.premises[0]!
  return [`Goal $${print(problem.goal)}$.`, ...steps.map((f) => `need $${print(f)}$.`), `have $${print(start)}$.`].join(' ')
}

/**
 * Reasoning for the reference proof. Verbose traces restate the problem, then plan two to four times in all with dead
 * ends between: a model that imitates them runs into its length limit, as the paper reports of its fine-tuned model.
 */
export function reasoning(problem: TinyProblem, style: Style, random: Random): string {
  const once = plan(problem)
  if (style === 'concise') return once
  const parts = [`Let me restate. ${problem.premises.map((f) => `have $${print(f)}$.`).join(' ')}`, once]
  const rounds = 1 + random.below(3)
  for (let i = 0; i < rounds; i++) {
    if (random.below(2)) parts.push(`try $${print(random.pick(problem.premises))}$. dead end.`)
    parts.push(`Wait, check again. ${once}`)
  }
  return parts.join(' ')
}
