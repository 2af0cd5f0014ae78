/** Before the labels are paid for: F43, and F4, F5 on what others published. */
import { checkAnchors } from '../anchors'
import { calibrationSplit } from '../correctedPassRate'
import { column, entry, exhibit, type Exhibit } from '../exhibit'
import { gridTotals } from '../granularity'
import { detectableShift, overlapForKappa, plannedError, problemsFor } from '../planner'
import { PUBLISHED_FACTS } from '../published'
import { DOMAIN_COUNTS } from '../synthetic'
import type { ViewContext } from './context'
import { GRID_MEAN, GRID_N, PLAN_BUDGET, PLAN_KAPPA, PLAN_MARGIN, PLAN_PROOFS, PLAN_RHO, PLAN_SD } from './settings'

/** F43. */
export function* planner(context: ViewContext): Generator<number, Exhibit[]> {
  const [sd, rho, proofsPerProblem, margin, kappa, budget] = [PLAN_SD, PLAN_RHO, PLAN_PROOFS, PLAN_MARGIN, PLAN_KAPPA, PLAN_BUDGET].map((s) => context.number(s)) as [number, number, number, number, number, number]
  const cells: (readonly [string, number])[] = [['all of QEDBench’s size', 272], ...[...DOMAIN_COUNTS].sort((a, b) => b[1] - a[1])]
  const plan = (problems: number) => ({ problems, proofsPerProblem, sd, rho })
  yield 1
  const curve = [2, 4, 6, 10, 15, 20, 30, 40, 60, 90, 130, 190, 272]
  return [
    exhibit({
      id: 'margin', title: `Problems for ±${margin}`, caption: `For a 95 % interval of inflation no wider than ±${margin}, with ${proofsPerProblem} proofs a problem, SD ${sd} and correlation ${rho} within a problem. More problems help; more proofs of the same problem help less.`,
      columns: [column('Question', 'text'), column('problems', 'count'), column('proofs', 'count')],
      rows: [
        [entry(`inflation ± ${margin}`), entry(problemsFor(margin, { proofsPerProblem, sd, rho })), entry(proofsPerProblem * problemsFor(margin, { proofsPerProblem, sd, rho }))],
        [entry(`inflation ± ${margin}, one proof a problem`), entry(problemsFor(margin, { proofsPerProblem: 1, sd, rho })), entry(problemsFor(margin, { proofsPerProblem: 1, sd, rho }))],
        [entry(`human κ ${kappa} ± 0.1, chance agreement 0.3`), entry(null), entry(overlapForKappa(0.1, kappa, 0.3))],
      ],
      figure: { kind: 'xy', x: 'problems', y: 'half width of the 95 % interval', series: [{ name: `${proofsPerProblem} proofs a problem`, mark: 'line', points: curve.map((G) => ({ x: G, y: 1.96 * plannedError(plan(G)) })) }, { name: 'one proof a problem', mark: 'line', isDashed: true, points: curve.map((G) => ({ x: G, y: 1.96 * plannedError({ ...plan(G), proofsPerProblem: 1 }) })) }], lines: [{ axis: 'y', at: margin, label: `±${margin}` }] },
    }),
    exhibit({
      id: 'cells', title: 'What a benchmark of QEDBench’s shape can see', caption: `Standard error of a cell’s inflation and the smallest shift found with 80 % power (two-sided 5 %). Planning figures under the assumptions above.`,
      columns: [column('Cell', 'text'), column('problems', 'count'), column('SE'), column('smallest shift')],
      rows: cells.map(([name, problems]) => [entry(name), entry(problems), entry(plannedError(plan(problems))), entry(detectableShift(plan(problems)))]),
    }),
    exhibit({
      id: 'split', title: `Splitting ${budget} calibration labels`, caption: 'How many of the labels to spend on proofs that fail and that pass, for the smallest error of a corrected pass rate (Neyman), at a true pass rate of 60 %.',
      columns: [column('sensitivity'), column('specificity'), column('failing proofs', 'count'), column('passing proofs', 'count')],
      rows: [[0.95, 0.5], [0.95, 0.7], [0.9, 0.9], [0.7, 0.95]].map(([q1, q0]) => { const s = calibrationSplit(budget, 0.6, q0!, q1!); return [entry(q1!), entry(q0!), entry(s.m0), entry(s.m1)] }),
    }),
  ]
}

/** F4. */
export function* anchors(context: ViewContext): Generator<number, Exhibit[]> {
  const checks = checkAnchors(context.table, context.humans, context.query.threshold)
  yield 1
  const isNone = checks.every((c) => c.verdict === 'not computable')
  return [
    exhibit({
      id: 'anchors', title: 'Published anchors against this table', caption: 'Reproduced: some reading prints as the published figure under either rounding rule. Contradicted: it can be computed and none does. “Up to” does not say over what, so all readings are tried.',
      columns: [column('Anchor', 'text'), column('Quantity', 'text'), column('published'), column('source', 'text'), column('verdict', 'text'), column('readings that match', 'text')],
      rows: checks.map((c) => [entry(c.id), entry(c.quantity), entry(c.published), entry(c.source), entry(c.verdict, { tone: c.verdict === 'reproduced' ? 'good' : c.verdict === 'contradicted' ? 'bad' : undefined }), entry(c.readings.filter((r) => r.matches).map((r) => `${r.name}, ${r.rubric}`).join('; ') || null)]),
      warnings: isNone ? ['No name of this table is one of the paper’s judges or solvers, so nothing can be compared. The benchmark’s own grades are evaluation-only and are not part of the lab: drop your copy.'] : [],
    }),
    exhibit({
      id: 'readings', title: 'All readings', caption: 'Every quantity that an anchor may mean, as this table has it. n: proofs.',
      columns: [column('Anchor', 'text'), column('Reading', 'text'), column('Rubric', 'text'), column('value'), column('matches', 'text')],
      rows: checks.flatMap((c) => c.readings.map((r) => [entry(c.id), entry(r.name), entry(r.rubric), entry(r.value, { n: r.n }), entry(r.matches ? 'yes' : 'no', { tone: r.matches ? 'good' : undefined })])),
    }),
  ].filter((e) => e.id !== 'readings' || e.rows.length > 0)
}

const GRIDS: readonly (readonly [string, number])[] = [['0 or 1', 1], ['halves', 2], ['quarters', 4], ['tenths', 10], ['sevenths', 7]]

/** F5. */
export function* granularity(context: ViewContext): Generator<number, Exhibit[]> {
  const [value, n] = [context.number(GRID_MEAN), context.number(GRID_N)]
  const cases: (readonly [string, number, number])[] = [[`your figure`, value, n], ...PUBLISHED_FACTS.filter((f) => f.unit === 'score' && /Discrete|Graph/.test(f.quantity)).map((f) => [f.quantity, f.value, f.quantity.includes('Graph') ? 19 : 36] as const)]
  yield 1
  const say = (v: number, size: number, steps: number) => {
    const { numerators, halfEven } = gridTotals(v, size, steps)
    const shown = numerators.length === 0 ? 'impossible' : numerators.length > 6 ? `${numerators[0]} to ${numerators.at(-1)}` : numerators.join(', ')
    return { text: `${shown}${halfEven === null ? '' : ` (${halfEven} if halves round to even)`}${steps === 1 || numerators.length === 0 ? '' : ` /${steps}`}`, isPossible: numerators.length > 0 || halfEven !== null }
  }
  return [exhibit({
    id: 'granularity', title: 'Which totals round to the published mean?', caption: 'If N proofs are graded in whole steps, their mean is a total over N. A published mean that no total rounds to rules the scale out, given one grade a proof and none missing.',
    columns: [column('Figure', 'text'), column('mean'), column('N', 'count'), ...GRIDS.map(([name]) => column(name, 'text'))],
    rows: cases.map(([name, v, size]) => [entry(name), entry(v), entry(size), ...GRIDS.map(([, steps]) => { const s = say(v, size, steps); return entry(s.text, { tone: s.isPossible ? undefined : 'bad' }) })]),
  })]
}
