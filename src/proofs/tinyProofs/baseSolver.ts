/**
 * A weak solver whose graded attempts are what the sample's difficulty columns report. It knows some problems well and
 * most hardly: its strength differs from problem to problem as a base model's does, and falls with the level.
 */
import { Random } from '../../base/random'
import { canonicalForm, hashOf } from './canonical'
import { proofText, type Line, type TinyProblem } from './problem'

/** One attempt in so many ends without its Qed where the solver knows nothing. */
const FORGETS = 8

/**
 * Log-odds of a line at the middle and their spread over problems. Fitted so that mean, deviation, median and the shares
 * above 0 and at 1 of `reward_mean` come near those published for FineProofs-RL (0.399, 0.358, 0.290, 96.7 %, 2.3 %).
 */
const STRENGTH = { middle: -0.9, spread: 3.7, most: 0.997 } as const

/**
 * How strong the solver is at a problem, fixed for each canonical form:
 *   s = most / (1 + exp(−(middle + spread·z))),  z standard normal from the form
 */
export function strengthAt(problem: TinyProblem): number {
  const z = Random.seed(hashOf(canonicalForm(problem)), 31).normal()
  return STRENGTH.most / (1 + Math.exp(-(STRENGTH.middle + STRENGTH.spread * z)))
}

/**
 * One attempt, as the text of a proof. Of n lines each is got right with probability s^(1/√n), so that the whole proof,
 * s^√n, gets rarer with its length. A line that is not got right ends the attempt three times in four; else the solver
 * goes on without it, half the time asserting the goal.
 * @param strength of `strengthAt`: K attempts at a problem share it
 */
export function attempt(problem: TinyProblem, strength: number, random: Random): string {
  const route = problem.alternative && random.below(3) === 0 ? problem.alternative : problem.proof
  const perLine = strength ** (1 / Math.sqrt(route.length))
  const lines: Line[] = []
  for (const line of route) {
    if (random.unit() < perLine) lines.push(line)
    else if (random.below(4) > 0) break
    else if (random.below(2)) lines.push({ formula: problem.goal, rule: 'modus ponens' })
  }
  const text = proofText(lines)
  return random.unit() < (1 - strength) / FORGETS ? text.replace(/\s*Qed\.$/, '') : text
}
