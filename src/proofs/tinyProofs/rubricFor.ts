/** The 7-point rubric of a generated problem, in the three-part grammar of FineProofs-RL. */
import type { CheckpointItem, Rubric } from '../records'
import { formatRubric } from '../rubric'
import { print, type Formula } from './formula'
import { derived, type TinyProblem } from './problem'

/** Seven points over n steps: equal shares, the later steps taking what is left over. */
function shares(n: number, total: number): number[] {
  const base = Math.floor(total / n)
  return Array.from({ length: n }, (_, i) => base + (i >= n - (total - base * n) ? 1 : 0))
}

function item(formula: Formula, points: number, isGoal: boolean): CheckpointItem {
  return {
    title: isGoal ? `Derives the goal $${print(formula)}$ from what precedes it` : `Derives $${print(formula)}$ by a rule that applies`,
    points,
    description: '',
  }
}

export function rubricFor(problem: TinyProblem): Rubric {
  const steps = derived(problem.proof)
  const other = problem.alternative && derived(problem.alternative)
  let common: CheckpointItem[]
  let chains: Rubric['chains'] = []
  if (other) {
    const route = (lemmas: readonly Formula[]) => shares(lemmas.length, 4).map((points, i) => item(lemmas[i]!, points, false))
    chains = [
      { name: 'Chain A', items: route(steps.slice(0, -1)) },
      { name: 'Chain B', items: route(other.slice(0, -1)) },
    ]
    common = [item(problem.goal, 3, true)]
  } else common = shares(steps.length, 7).map((points, i) => item(steps[i]!, points, i === steps.length - 1))
  const rubric: Rubric = {
    common,
    chains,
    zeroCredit: [
      'Repeating premises without using them',
      'Stating the goal without a rule that gives it',
      'A plan that is not carried out in the proof',
    ],
    deductions: [
      { description: 'A line that does not follow by the rule it names', minus: 1, capAt: null },
      { description: 'The proof does not end with Qed', minus: 1, capAt: null },
      { description: 'The goal is never derived', minus: null, capAt: 3 },
    ],
    unparsed: [],
    raw: '',
  }
  return { ...rubric, raw: formatRubric(rubric) }
}
