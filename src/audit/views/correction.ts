/** From judge scores back to human ones: maps, corrected means, and how far either may be trusted. */
import { calibrate } from '../calibration'
import { conformalSplit } from '../conformal'
import { column, entry, estimate, exhibit, type Exhibit } from '../exhibit'
import { mapped } from '../isotonic'
import { order } from '../pairs'
import { ppi, type PpiEstimate } from '../ppi'
import { transportAudit, type TransportState } from '../support'
import { sortedNames } from '../table'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { FIT_ON, JUDGE, LABEL_SHARE, MARGIN, MISS } from './settings'

/** F29. */
export function* calibration(context: ViewContext): Generator<number, Exhibit[]> {
  const judge = context.name(JUDGE)
  const rows = []
  for (const name of context.judges) {
    const c = calibrate(context.pairsOf(name), context.random(`folds|${name}`))
    if (c) rows.push({ name, c, n: context.pairsOf(name).length })
    yield rows.length / context.judges.length
  }
  const shown = rows.find((r) => r.name === judge)
  if (!shown) return [message('calibration', 'Too few problems', 'Calibration needs pairs on at least two problems.')]
  const pairs = context.pairsOf(shown.name)
  // Reliability: human mean by tenth of the judge's score.
  const bins = Array.from({ length: 10 }, (_, b) => pairs.filter((p) => Math.min(9, Math.floor(p.judge * 10 + 1e-9)) === b)).flatMap((own) => own.length === 0 ? [] : [{ x: own.reduce((s, p) => s + p.judge, 0) / own.length, y: own.reduce((s, p) => s + p.human, 0) / own.length, n: own.length }])
  const most = Math.max(...bins.map((b) => b.n))
  return [
    exhibit({
      id: 'calibration', title: 'Before and after calibration',
      caption: `Isotonic map from judge to human, cross-fitted: each proof is mapped by a fit that never saw its problem (5 folds by problem). ${context.basis} n: proofs.`,
      columns: [column('Judge', 'text'), column('MAE before'), column('MAE after'), column('bias before', 'signed'), column('bias after', 'signed')],
      rows: rows.map(({ name, c, n }) => [entry(name, { n, opens: { judge: name, solver: null, domain: null } }), entry(c.maeBefore), entry(c.maeAfter), entry(c.biasBefore), entry(c.biasAfter)]),
      figure: { kind: 'bars', categories: rows.map((r) => r.name), y: 'mean |score − human|', series: [{ name: 'before', values: rows.map((r) => r.c.maeBefore) }, { name: 'after', values: rows.map((r) => r.c.maeAfter) }] },
    }),
    exhibit({
      id: 'reliability', title: `Judge to human: ${shown.name}`,
      caption: `Line: the isotonic map fitted on all pairs. Points: human mean by tenth of the judge’s score, area by number of proofs. On the diagonal a judge’s score means what the humans’ does.`,
      columns: [column('judge score'), column('calibrated'), column('proofs', 'count')],
      rows: shown.c.map.knots.length > 60 ? Array.from({ length: 21 }, (_, i) => [entry(i / 20), entry(mapped(shown.c.map, i / 20)), entry(null)]) : shown.c.map.knots.map((k) => [entry(k.x), entry(k.y), entry(k.weight)]),
      figure: {
        kind: 'xy', x: 'judge score', y: 'human score', xDomain: [0, 1], yDomain: [0, 1], hasDiagonal: true,
        series: [{ name: 'isotonic map', mark: 'line', points: shown.c.map.knots.map((k) => ({ x: k.x, y: k.y })) }, { name: 'human mean', mark: 'points', points: bins.map((b) => ({ x: b.x, y: b.y, size: 0.5 + (3 * b.n) / most, note: `${b.n} proofs: judge ${b.x.toFixed(3)}, human ${b.y.toFixed(3)}` })) }],
      },
    }),
  ]
}

/** F31. */
export function* fewLabels(context: ViewContext): Generator<number, Exhibit[]> {
  const share = context.number(LABEL_SHARE) / 100
  const problems = context.random(`labels|${context.query.rubric}`).shuffled([...new Set(context.pairs().map((p) => p.problemId))].sort(order))
  const labelled = new Set(problems.slice(0, Math.max(1, Math.round(share * problems.length))))
  const rows = context.judges.flatMap((judge) => {
    const pairs = context.pairsOf(judge)
    const found = ppi(
      pairs.filter((p) => labelled.has(p.problemId)).map((p) => ({ human: p.human, judge: p.judge, cluster: p.problemId })),
      pairs.filter((p) => !labelled.has(p.problemId)).map((p) => ({ judge: p.judge, cluster: p.problemId })),
    )
    return found === null ? [] : [{ judge, found, truth: pairs.reduce((s, p) => s + p.human, 0) / pairs.length, naive: pairs.reduce((s, p) => s + p.judge, 0) / pairs.length }]
  })
  yield 1
  const cell = (e: PpiEstimate) => estimate(e.theta, e)
  const first = rows[0]
  return [exhibit({
    id: 'ppi', title: 'Mean human score from few labels',
    caption: `Human grades of ${labelled.size} of ${problems.length} problems (drawn by the seed) and the judge’s grades of all. Labels only; PPI; PPI++, which weighs the judge by λ. The last column is what the estimates did not see. ${context.basis} Brackets: 95 %, clustered by problem.`,
    columns: [column('Judge', 'text'), column('labels only'), column('PPI'), column('PPI++'), column('λ'), column('labels saved', 'percent', '1 − 1/gain: share of labels that the judge replaces'), column('judge’s own mean'), column('all human grades')],
    rows: rows.map(({ judge, found: f, truth, naive }) => [entry(judge, { n: f.labelled, opens: { judge, solver: null, domain: null } }), cell(f.classical), cell(f.ppi), cell(f.ppiPlus), entry(f.ppiPlus.lambda), entry(f.labelGain === null ? null : 1 - 1 / f.labelGain), entry(naive), entry(truth)]),
    figure: {
      kind: 'forest', axis: 'mean human score', hasZero: false, lines: first ? [{ at: first.truth, label: 'all human grades' }] : [],
      rows: [...(first ? [{ label: 'labels only', value: first.found.classical.theta, low: first.found.classical.low, high: first.found.classical.high, note: `${first.found.labelled} labels`, series: 2 }] : []), ...rows.map(({ judge, found: f }) => ({ label: `PPI++, ${judge}`, value: f.ppiPlus.theta, low: f.ppiPlus.low, high: f.ppiPlus.high, note: `λ ${f.ppiPlus.lambda.toFixed(2)}`, series: 1 }))],
    },
    warnings: ['A judge no more accurate than the model it grades can save at most half of the labels (arXiv 2410.13341).'],
  })]
}

const STATES: Readonly<Record<TransportState, string>> = { PASS: 'PASS', FAIL: 'FAIL', INCONCLUSIVE: 'INCONCLUSIVE', NOT_GRADED: 'NOT_GRADED', NOT_CHECKED: 'NOT_CHECKED' }

/** F32. */
export function* transport(context: ViewContext): Generator<number, Exhibit[]> {
  const [judge, from, margin] = [context.name(JUDGE), context.name(FIT_ON), context.number(MARGIN)]
  if (judge === null || from === null) return [message('transport', 'No judge', 'No judge has a pair under this rubric.')]
  const pairs = context.pairsOf(judge)
  const source = pairs.filter((p) => p.solver === from)
  const reference = context.reference()
  const { about, byRater } = context.scores()
  const all = [...(byRater.get(judge) ?? [])].map(([proofId, score]) => ({ proofId, ...about.get(proofId)!, judgeId: judge, judge: score, human: reference.get(proofId) ?? null }))
  const targets: { name: string; of: typeof all }[] = [
    ...sortedNames(all.map((p) => p.solver)).filter((s) => s !== from).map((s) => ({ name: s, of: all.filter((p) => p.solver === s) })),
    ...sortedNames(all.map((p) => p.domain).filter((d) => d !== '')).map((d) => ({ name: d, of: all.filter((p) => p.domain === d && p.solver !== from) })),
  ].filter((t) => t.of.length > 0)
  const rows = targets.map((t) => ({ ...t, audit: transportAudit(source, t.of, margin) }))
  yield 1
  return [exhibit({
    id: 'transport', title: `${judge}: calibrated on ${from}, used elsewhere`,
    caption: `The map is fitted on ${source.length} proofs by ${from}. Residual: mean(human − calibrated judge) on the target, 95 % by problem. PASS when its interval lies within ±${margin}, FAIL when it lies on one side of 0 and its mean beyond the margin. REFUSE-LEVEL: more than 5 % of the target’s scores outside the labelled range, or fewer than 10 labels. ${context.basis}`,
    columns: [column('Target', 'text'), column('badge', 'text'), column('outside range', 'percent'), column('state', 'text'), column('residual', 'signed')],
    rows: rows.map(({ name, audit: a }) => [entry(name), entry(a.badge, { tone: a.badge === 'REFUSE-LEVEL' ? 'bad' : a.badge === 'edge' ? 'warn' : 'good' }), entry(a.outside), entry(STATES[a.state], { tone: a.state === 'PASS' ? 'good' : a.state === 'FAIL' ? 'bad' : undefined }), estimate(a.residual, a.low === null || a.high === null ? null : { low: a.low, high: a.high }, { n: a.targetLabels })]),
    figure: { kind: 'forest', axis: 'human − calibrated judge', lines: [{ at: -margin, label: `−${margin}` }, { at: margin, label: `+${margin}` }], rows: rows.flatMap(({ name, audit: a }) => (a.residual === null ? [] : [{ label: name, value: a.residual, low: a.low, high: a.high, note: `${a.state}, ${a.targetLabels} labels` }])) },
  })]
}

/** F33. */
export function* scoreIntervals(context: ViewContext): Generator<number, Exhibit[]> {
  const [judge, miss] = [context.name(JUDGE), context.number(MISS)]
  const rows = context.judges.flatMap((name) => {
    const split = conformalSplit(context.pairsOf(name), miss, context.levels, context.random(`conformal|${name}`))
    return split === null ? [] : [{ name, split }]
  })
  yield 1
  const shown = rows.find((r) => r.name === judge)
  if (!shown) return [message('conformal', 'Too few proofs', `Half of the problems must hold at least ${Math.ceil(1 / miss) - 1} proofs for intervals that miss at most ${(100 * miss).toFixed(0)} %.`)]
  const widest = [...shown.split.intervals].sort((a, b) => b.high - b.low - (a.high - a.low) || order(a.pair.proofId, b.pair.proofId)).slice(0, 200)
  return [
    exhibit({
      id: 'conformal', title: 'Split conformal intervals',
      caption: `Half of the problems set the width, the other half check it: an interval of judge ∓ width, cut to 0..1 and widened to the grades a human can give, should hold the human grade in at least ${(100 * (1 - miss)).toFixed(0)} % of unseen proofs. ${context.basis} n: held-out proofs.`,
      columns: [column('Judge', 'text'), column('width ±'), column('held', 'percent'), column('mean interval')],
      rows: rows.map(({ name, split: s }) => [entry(name, { opens: { judge: name, solver: null, domain: null } }), entry(s.width), entry(s.coverage, { n: s.testProofs, tone: s.coverage < 1 - miss - 0.05 ? 'warn' : undefined }), entry(s.meanWidth)]),
      figure: { kind: 'bars', categories: rows.map((r) => r.name), y: 'share', isPercent: true, series: [{ name: 'human grade held', values: rows.map((r) => r.split.coverage) }, { name: 'mean width of the interval', values: rows.map((r) => r.split.meanWidth) }] },
    }),
    exhibit({
      id: 'widest', title: `Proofs to look at first: ${shown.name}`, caption: `The widest intervals among held-out proofs: where the judge’s grade says least.`,
      columns: [column('Proof', 'text'), column('judge'), column('low'), column('high')],
      rows: widest.slice(0, 50).map(({ pair, low, high }) => [entry(`${pair.problemId} · ${pair.solver}`, { opens: { judge: shown.name, solver: pair.solver, domain: pair.domain || null } }), entry(pair.judge), entry(low), entry(high)]),
    }),
  ]
}
