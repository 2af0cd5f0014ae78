/** Invented olympiad-like problems of any number, and copies of them as forums retype them. For tests and benchmarks. */
import { Random } from '../../base/random'

const SUBJECTS = ['a positive integer $n$', 'a prime $p$', 'an acute triangle $ABC$', 'a polynomial $P(x)$ with integer coefficients', 'a sequence $(a_k)_{k \\ge 1}$ of reals', 'a finite graph $G$', 'a function $f\\colon \\mathbb{R} \\to \\mathbb{R}$', 'a convex polygon with $m$ sides', 'an $8 \\times 8$ board', 'a permutation $\\sigma$ of $\\{1, \\dots, n\\}$']
const PARTS = ['such that its digits sum to', 'whose square leaves remainder', 'meeting the circumcircle again at', 'with exactly as many roots as', 'bounded above by', 'coloured with at most', 'satisfying $f(x+y) \\le f(x) + f(y) +', 'divisible by every number below', 'tangent to the incircle at distance', 'dividing the sum of all']
const GOALS = ['Prove that infinitely many of them exist.', 'Determine all possible values.', 'Show that the three lines are concurrent.', 'Find the largest constant for which this holds.', 'Prove that no such arrangement is possible.', 'Show that equality holds only for the constant case.']

export function inventedProblems(count: number, seed: number): string[] {
  const random = Random.seed(seed)
  const pick = <T>(list: readonly T[]) => list[random.below(list.length)]!
  const number = () => random.below(9000) + 2
  return Array.from({ length: count }, () => {
    const clauses = Array.from({ length: 3 + random.below(4) }, () => `${pick(SUBJECTS)} ${pick(PARTS)} $${number()}^{${random.below(30)}} + ${number()}$`)
    return `Let ${clauses.join(', and let ')} be given. ${pick(GOALS)}`
  })
}

/** The problem retyped: other spacing and layout commands, and one or two words or numbers changed. */
export function retyped(problem: string, random: Random): string {
  const words = problem.split(' ')
  for (let change = 0; change <= random.below(2); change++) words[random.below(words.length)] = ['given', 'suppose', '$x$', String(random.below(99))][random.below(4)]!
  return words.join(random.below(2) ? ' ' : '  ').replaceAll('\\le ', '\\leq ').replaceAll('$', () => (random.below(4) ? '$' : '$\\,'))
}
