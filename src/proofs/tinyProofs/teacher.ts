/** Reasoning traces as a teacher might write them: step after step, or the same steps buried in repetition. */
import type { Random } from '../../base/random'
import { print, type Formula } from './formula'
import type { Line, TinyProblem, TinyStatement } from './problem'
import { closes, support } from './rules'

export type Style = 'concise' | 'verbose'

/**
 * The lines of a proof as thoughts, one sentence a line: the formula it rests on, then what it gives
 * (`$p \to q$ so $q$.`). A conjunction put together and a supposition closed rest on what was just derived: `so $p \land q$.`
 */
export function thoughts(premises: readonly Formula[], lines: readonly Line[]): string[] {
  let available = new Map(premises.map((f) => [print(f), f]))
  const outside: Map<string, Formula>[] = []
  return lines.map((line) => {
    if ('suppose' in line) {
      outside.push(available)
      available = new Map(available).set(print(line.suppose), line.suppose)
      return `Suppose $${print(line.suppose)}$.`
    }
    const { formula, rule } = line
    let cited = ''
    if (closes(rule)) available = outside.pop() ?? available
    else if (rule !== 'conjunction introduction') {
      const from = support(formula, rule, available)?.[0]
      if (from) cited = `$${print(from)}$ `
    }
    available = new Map(available).set(print(formula), formula)
    return `${cited}so $${print(formula)}$.`
  })
}

/**
 * Reasoning for the reference proof. Verbose traces restate the problem, try premises that lead nowhere, and go over
 * their steps two or three times: a model that imitates them runs into its length limit, as the paper reports of its
 * fine-tuned model.
 */
export function reasoning(problem: TinyProblem, style: Style, random: Random): string {
  const steps = thoughts(problem.premises, problem.proof)
  const goal = `Goal $${print(problem.goal)}$.`
  if (style === 'concise') return [goal, ...steps].join(' ')
  const parts = [`Let me restate. ${restated(problem)}`, goal]
  const rounds = 1 + random.below(2)
  for (let round = 0; round <= rounds; round++) {
    if (round > 0) parts.push('Wait, check again.')
    if (random.below(2)) parts.push(`try $${print(random.pick(problem.premises))}$. dead end.`)
    parts.push(...steps)
  }
  return parts.join(' ')
}

function restated({ premises }: TinyStatement): string {
  return premises.map((f) => `have $${print(f)}$.`).join(' ')
}
