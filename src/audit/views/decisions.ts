/** Pass decisions: confusion, thresholds, and the pass rate with the judge's errors taken out. */
import { correctedPassRate } from '../correctedPassRate'
import { column, entry, estimate, exhibit, type Exhibit } from '../exhibit'
import { order } from '../pairs'
import { passTable, wilson } from '../passTable'
import { roc, thresholdSweep } from '../roc'
import { sortedNames } from '../table'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { CALIBRATION, JUDGE, LABEL_SHARE } from './settings'

/** F12. */
export function* passDecisions(context: ViewContext): Generator<number, Exhibit[]> {
  const { threshold } = context.query
  const rows = context.judges.map((judge) => ({ judge, t: passTable(context.pairsOf(judge), threshold)! }))
  yield 1
  const pick = (judge: string, outcome?: 'tp' | 'fp' | 'fn' | 'tn') => ({ judge, solver: null, domain: null, ...(outcome ? { outcome } : {}) })
  return [exhibit({
    id: 'pass', title: `Pass decisions at ≥ ${threshold}`,
    caption: `A proof passes with a score of at least ${threshold}; the humans are the truth. TP both pass, FP the judge alone, FN the humans alone. McNemar: exact p of FP = FN. ${context.basis} Brackets: Wilson 95 %, proofs taken as independent. Press a count to read its proofs.`,
    columns: [column('Judge', 'text'), column('judge passes', 'percent'), column('humans pass', 'percent'), column('TP', 'count'), column('FP', 'count'), column('FN', 'count'), column('TN', 'count'),
      column('sensitivity'), column('specificity'), column('precision'), column('F1'), column('MCC'), column('κ'), column('Youden J'), column('McNemar p', 'p')],
    rows: rows.map(({ judge, t }) => [
      entry(judge, { opens: pick(judge) }), estimate(t.judgeRate.rate, t.judgeRate, { n: t.tp + t.fp + t.fn + t.tn }), estimate(t.humanRate.rate, t.humanRate),
      ...(['tp', 'fp', 'fn', 'tn'] as const).map((o) => entry(t[o], { opens: pick(judge, o) })),
      interval(t.sensitivity, t.tp, t.tp + t.fn), interval(t.specificity, t.tn, t.tn + t.fp), entry(t.precision), entry(t.f1), entry(t.mcc), entry(t.kappa), entry(t.youden, { tone: t.youden !== null && t.youden < 0.2 ? 'warn' : undefined }), entry(t.mcnemar),
    ]),
    figure: { kind: 'bars', categories: rows.map((r) => r.judge), y: 'rate', isPercent: true, series: [{ name: 'sensitivity', values: rows.map((r) => r.t.sensitivity) }, { name: 'specificity', values: rows.map((r) => r.t.specificity) }] },
    warnings: rows.some((r) => r.t.youden !== null && r.t.youden < 0.2) ? ['A judge with Youden J below 0.2 tells passing and failing proofs hardly apart; its accuracy alone would hide that.'] : [],
  })]
}

function interval(rate: number | null, k: number, n: number) {
  return rate === null ? entry(null) : estimate(rate, wilson(k, n))
}

/** F13. */
export function* thresholds(context: ViewContext): Generator<number, Exhibit[]> {
  const judge = context.name(JUDGE)
  if (judge === null) return [message('sweep', 'No judge', 'No judge has a pair under this rubric.')]
  const pairs = context.pairsOf(judge)
  const sweep = thresholdSweep(pairs, 40)
  const { threshold } = context.query
  const curves = context.judges.map((name) => ({ name, curve: roc(context.pairsOf(name), threshold) }))
  yield 1
  const line = (name: string, of: (t: (typeof sweep)[number]) => number | null) => ({ name, mark: 'line' as const, points: sweep.flatMap((t) => { const y = of(t); return y === null ? [] : [{ x: t.threshold, y }] }) })
  return [
    exhibit({
      id: 'roc', title: `ROC at human pass ≥ ${threshold}`,
      caption: `True-high against false-high rate as the judge’s cut moves; AUC is the chance that a passing proof gets more than a failing one, ties half. ${context.basis}`,
      columns: [column('Judge', 'text'), column('AUC'), column('passing', 'count'), column('failing', 'count')],
      rows: curves.map(({ name, curve }) => [entry(name, { opens: { judge: name, solver: null, domain: null } }), entry(curve?.auc ?? null), entry(curve?.passing ?? null), entry(curve?.failing ?? null)]),
      figure: {
        kind: 'xy', x: 'false-high rate (humans fail, judge passes)', y: 'true-high rate', xDomain: [0, 1], yDomain: [0, 1], hasDiagonal: true,
        series: curves.flatMap(({ name, curve }) => (curve ? [{ name, mark: 'line' as const, points: curve.points.map((p) => ({ x: p.falseHigh, y: p.trueHigh })) }] : [])),
      },
      warnings: curves.some((c) => c.curve === null) ? ['Humans pass every proof, or none: there is no curve to draw.'] : [],
    }),
    exhibit({
      id: 'sweep', title: `${judge} at every threshold`,
      caption: `Judge and humans are held to the same threshold. ${context.basis} QEDBench passes at 0.9, the Open Proof Corpus at 5/7.`,
      columns: [column('threshold', 'score'), column('judge passes', 'percent'), column('humans pass', 'percent'), column('sensitivity'), column('specificity'), column('precision'), column('F1'), column('MCC'), column('κ'), column('Youden J')],
      rows: sweep.map((t) => [entry(t.threshold), entry(t.judgeRate.rate), entry(t.humanRate.rate), entry(t.sensitivity), entry(t.specificity), entry(t.precision), entry(t.f1), entry(t.mcc), entry(t.kappa), entry(t.youden)]),
      figure: {
        kind: 'xy', x: 'threshold', y: 'rate', xDomain: [0, 1], yDomain: [0, 1],
        series: [line('judge passes', (t) => t.judgeRate.rate), line('humans pass', (t) => t.humanRate.rate), line('sensitivity', (t) => t.sensitivity), line('specificity', (t) => t.specificity), line('Youden J', (t) => (t.youden === null || t.youden < 0 ? null : t.youden))],
        lines: [{ axis: 'x', at: 0.9, label: '0.9' }, { axis: 'x', at: 5 / 7, label: '5/7' }],
      },
    }),
  ]
}

/** F30. */
export function* corrected(context: ViewContext): Generator<number, Exhibit[]> {
  const { threshold, rubric } = context.query
  const share = context.number(LABEL_SHARE) / 100
  const isPerSolver = context.choice(CALIBRATION) === 'solver'
  const problems = context.random(`labels|${rubric}`).shuffled([...new Set(context.pairs().map((p) => p.problemId))].sort(order))
  const labelled = new Set(problems.slice(0, Math.max(1, Math.round(share * problems.length))))
  const isPass = (s: number) => s >= threshold - 1e-9
  const solvers = sortedNames(context.pairs().map((p) => p.solver))
  const rateOf = (judge: string, solver: string | null) => {
    const own = context.pairsOf(judge).filter((p) => solver === null || p.solver === solver)
    const calibration = own.filter((p) => labelled.has(p.problemId))
    const shared = isPerSolver || solver === null ? calibration : context.pairsOf(judge).filter((p) => labelled.has(p.problemId))
    const unlabelled = own.filter((p) => !labelled.has(p.problemId))
    const table = shared.length === 0 ? null : passTable(shared, threshold)
    const p = unlabelled.length === 0 ? null : unlabelled.filter((x) => isPass(x.judge)).length / unlabelled.length
    const truth = unlabelled.length === 0 ? null : unlabelled.filter((x) => isPass(x.human)).length / unlabelled.length
    const m1 = table ? table.tp + table.fn : 0
    const m0 = table ? table.tn + table.fp : 0
    const rate = p === null || !table || table.sensitivity === null || table.specificity === null ? null : correctedPassRate(p, unlabelled.length, { q1: table.sensitivity, q0: table.specificity, m0, m1 })
    return { p, truth, rate, n: unlabelled.length, m0, m1, youden: table?.youden ?? null }
  }
  yield 0.5
  const rows = context.judges.flatMap((judge) => [null, ...solvers].map((solver) => ({ judge, solver, ...rateOf(judge, solver) })))
  const flips = isPerSolver ? [] : context.judges.filter((judge) => {
    const of = rows.filter((r) => r.judge === judge && r.solver !== null && r.p !== null && r.rate !== null)
    return of.some((a) => of.some((b) => (a.p! - b.p!) * (a.truth! - b.truth!) < -1e-12 && (a.rate!.theta - b.rate!.theta) * (a.truth! - b.truth!) < -1e-12))
  })
  const weak = [...new Set(rows.filter((r) => r.solver === null && r.youden !== null && r.youden < 0.2).map((r) => r.judge))]
  const top = rows.filter((r) => r.solver === null)
  return [exhibit({
    id: 'corrected', title: 'Corrected pass rate',
    caption: `Pass rate at ≥ ${threshold} of the unlabelled problems: as the judge gives it, corrected by the judge’s sensitivity and specificity on the labelled ${Math.round(100 * share)} % of problems (${isPerSolver ? 'each solver its own' : 'shared by all solvers'}), and as the humans have it, which the estimate did not see. ${context.basis} Interval of Lee et al.: it counts the error of the labels too, but takes proofs as independent.`,
    columns: [column('Judge', 'text'), column('Solver', 'text'), column('raw', 'percent'), column('corrected', 'percent'), column('humans', 'percent'), column('J'), column('labels failing', 'count'), column('labels passing', 'count')],
    rows: rows.map((r) => [entry(r.judge), entry(r.solver ?? 'all'), entry(r.p, { n: r.n, opens: { judge: r.judge, solver: r.solver, domain: null } }), r.rate ? estimate(r.rate.theta, r.rate) : entry(null), entry(r.truth), entry(r.youden, { tone: r.youden !== null && r.youden < 0.2 ? 'warn' : undefined }), entry(r.m0), entry(r.m1)]),
    figure: { kind: 'bars', categories: top.map((r) => r.judge), y: 'pass rate', isPercent: true, series: [{ name: 'raw', values: top.map((r) => r.p) }, { name: 'corrected', values: top.map((r) => r.rate?.theta ?? null) }, { name: 'humans', values: top.map((r) => r.truth) }] },
    warnings: [
      ...(weak.length > 0 ? [`Youden J below 0.2 for ${weak.join(', ')}: the correction divides by J, so its interval is wide and its point unstable.`] : []),
      ...(flips.length > 0 ? [`One calibration shared by all solvers leaves two solvers in the wrong order under ${flips.join(', ')}. Calibrate per solver.`] : []),
    ],
  })]
}
