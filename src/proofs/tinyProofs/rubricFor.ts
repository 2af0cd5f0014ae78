/** The 7-point rubric of a problem with its reference proof, in the three-part grammar of FineProofs-RL. */
import type { CheckpointItem, Rubric } from '../records'
import { formatRubric } from '../rubric'
import { print, type Formula } from './formula'
import { derived, proofText, type Line, type TinyProblem } from './problem'
import { verifyProof } from './verify'

const FULL = 7
/** Lemmas that earn a point beside the goal, in a rubric without chains. */
const MOST_LEMMAS = 5
/** Lemmas that both routes share and that earn a point. */
const MOST_SHARED = 2

/**
 * Checkpoints are the lemmas of the reference proof and its goal; of a long proof, lemmas at even distances. Where there
 * is another route, each route is a chain of the lemmas that only it has, and what both have counts for either.
 * Edges: lemmas inside a supposition that the goal does not discharge are no checkpoints, as they do not hold outright.
 */
export function rubricFor(problem: TinyProblem): Rubric {
  const goal = print(problem.goal)
  const here = lemmas(problem, problem.proof, goal)
  const there = problem.alternative && lemmas(problem, problem.alternative, goal)
  const rows = there && chained(here, there, problem.goal)
  const rubric: Rubric = {
    ...(rows ?? { common: priced([...spaced(here, MOST_LEMMAS), problem.goal], FULL, problem.goal), chains: [] }),
    zeroCredit: [
      'Repeating premises without using them',
      'Stating the goal without a rule that gives it',
      'A plan that is not carried out in the proof',
      ...deadEnds(problem).map((f) => `Deriving $${print(f)}$, which leads nowhere`),
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

/** Null when one of the routes has no lemma of its own. */
function chained(here: readonly Formula[], there: readonly Formula[], goal: Formula): Pick<Rubric, 'common' | 'chains'> | null {
  const [ours, theirs] = [here, there].map((all) => new Set(all.map(print))) as [Set<string>, Set<string>]
  const shared = spaced(here.filter((f) => theirs.has(print(f))), MOST_SHARED)
  const routes = [here.filter((f) => !theirs.has(print(f))), there.filter((f) => !ours.has(print(f)))]
  if (routes.some((route) => route.length === 0)) return null
  const forGoal = shared.length > 0 ? 2 : 3
  const forRoute = FULL - shared.length - forGoal
  return {
    common: [...priced(shared, shared.length, null), ...priced([goal], forGoal, goal)],
    chains: routes.map((route, i) => ({ name: `Chain ${'AB'[i]!}`, items: priced(spaced(route, forRoute), forRoute, null) })),
  }
}

/** Formulas other than the goal that a proof derives for good, in order. */
function lemmas(problem: TinyProblem, lines: readonly Line[], goal: string): Formula[] {
  const counting = new Set(verifyProof(problem, proofText(lines)).lines.flatMap((line) => (line.counts ? [line.formula] : [])))
  return derived(lines).filter((f) => print(f) !== goal && counting.has(print(f)))
}

/** At most `most` of the items, at even distances. */
function spaced<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return items.slice()
  return Array.from({ length: most }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / most)]!)
}

/** Equal shares of `total` points, the later formulas taking what is left over. */
function priced(formulas: readonly Formula[], total: number, goal: Formula | null): CheckpointItem[] {
  const n = formulas.length
  const base = n === 0 ? 0 : Math.floor(total / n)
  return formulas.map((f, i) => ({
    title: f === goal ? `Derives the goal $${print(f)}$ from what precedes it` : `Derives $${print(f)}$ by a rule that applies`,
    points: base + (i >= n - (total - base * n) ? 1 : 0),
    description: '',
  }))
}

/** What premises that no route needs give in one step from premises or lemmas. */
function deadEnds({ premises, goal, proof, alternative }: TinyProblem): Formula[] {
  const wanted = new Set([...premises, ...derived(proof), ...derived(alternative ?? []), goal].map(print))
  return premises.flatMap((f) => (f.kind === 'to' && wanted.has(print(f.left)) && !wanted.has(print(f.right)) ? [f.right] : []))
}
