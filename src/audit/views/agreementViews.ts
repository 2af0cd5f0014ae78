/** How closely raters follow each other. */
import { agreementSuite } from '../agreement'
import { baselinePairs, BASELINES } from '../baselines'
import { blandAltman } from '../blandAltman'
import type { TauTies } from '../correlation'
import { column, entry, estimate, exhibit, type Entry, type Exhibit } from '../exhibit'
import { shownNumber } from '../exhibitText'
import { kappa } from '../kappa'
import { krippendorffAlpha } from '../krippendorff'
import { isOriginal, type PairedGrade } from '../pairs'
import { proofStyle } from '../proofStyle'
import { selfConsistency } from '../selfConsistency'
import { JURY_RULES } from '../jury'
import { icc21, icc31, twoWayAnova } from '../twoWayAnova'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { JUDGE, TAU, WITHIN } from './settings'

/** F14 and F41: the suite for every judge, and for judges that read nothing. */
export function* agreementTable(context: ViewContext): Generator<number, Exhibit[]> {
  const [within, ties] = [context.number(WITHIN), context.choice(TAU) as TauTies]
  const { levels } = context
  const rows: { name: string; isBaseline: boolean; pairs: readonly PairedGrade[] }[] = context.judges.map((name) => ({ name, isBaseline: false, pairs: context.pairsOf(name) }))
  // Baselines grade every proof that any judge graded.
  const proofs = [...new Map(context.pairs().map((p) => [p.proofId, p])).values()]
  const lengths = new Map<string, number | null>()
  const lengthOf = (proofId: string) => {
    if (!lengths.has(proofId)) {
      const { proof } = context.textOf(proofId)
      lengths.set(proofId, proof === null ? null : proofStyle(proof).words)
    }
    return lengths.get(proofId)!
  }
  for (const kind of BASELINES) {
    const pairs = baselinePairs(kind, proofs, lengthOf, context.random('baseline'))
    if (pairs) rows.push({ name: kind, isBaseline: true, pairs })
  }
  const suites = []
  for (const [i, row] of rows.entries()) {
    suites.push({ ...row, s: agreementSuite(row.pairs, levels, within, ties)! })
    yield (i + 1) / rows.length
  }
  return [exhibit({
    id: 'agreement', title: 'Agreement with the humans',
    caption: `κ on the rubric’s grid of ${levels.length} levels (scores go to the nearest). Macro values are means over problems: RMSE of each problem, and τ-b within each problem where it is defined. The last rows are judges that read nothing. ${context.basis}`,
    columns: [column('Judge', 'text'), column('bias', 'signed'), column('MAE'), column('RMSE'), column('macro RMSE'), column('exact', 'percent'), column(`within ${within}`, 'percent'), column('Pearson'), column('Spearman'), column('τ-b'), column('macro τ-b'), column('CCC', 'score', 'Lin’s concordance'), column('κ'), column('κ linear'), column('κ quadratic')],
    rows: suites.map(({ name, isBaseline, s }): Entry[] => [
      entry(isBaseline ? `(${name})` : name, { n: s.proofs, ...(isBaseline ? {} : { opens: { judge: name, solver: null, domain: null } }) }),
      ...[s.bias, s.mae, s.rmse, s.macroRmse, s.exact, s.near, s.pearson, s.spearman, s.tau, s.macroTau, s.concordance, s.kappa, s.kappaLinear, s.kappaQuadratic].map((v) => entry(v)),
    ]),
    figure: { kind: 'bars', categories: suites.map((s) => (s.isBaseline ? `(${s.name})` : s.name)), y: 'agreement', series: [{ name: 'κ quadratic', values: suites.map((s) => s.s.kappaQuadratic) }, { name: 'τ-b', values: suites.map((s) => s.s.tau) }] },
  })]
}

/** F9: how well humans agree, where there are several. */
export function* humansAmongThemselves(context: ViewContext): Generator<number, Exhibit[]> {
  const scores = context.scores()
  const names = context.humanNames.filter((h) => (scores.byRater.get(h)?.size ?? 0) > 0)
  const proofs = [...context.reference().keys()].sort()
  const units = proofs.map((id) => names.map((h) => scores.byRater.get(h)!.get(id) ?? null))
  const doubly = units.filter((u) => u.filter((v) => v !== null).length > 1).length
  yield 1
  if (doubly === 0)
    return [message('humans', 'Human error is not separable', `Each of the ${proofs.length.toLocaleString('en-US')} proofs has one human grade. How much two humans would differ cannot be told from this table, so a judge’s error here includes the human’s. Nothing is widened silently for it.`)]
  const { levels } = context
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => {
    const both = proofs.filter((id) => scores.byRater.get(a)!.has(id) && scores.byRater.get(b)!.has(id))
    const [x, y] = [both.map((id) => scores.byRater.get(a)!.get(id)!), both.map((id) => scores.byRater.get(b)!.get(id)!)]
    const anova = twoWayAnova(both.map((_, k) => [x[k]!, y[k]!]))
    return { a, b, n: both.length, exact: both.length === 0 ? null : x.filter((v, k) => Math.abs(v - y[k]!) <= 1e-9).length / both.length, k: kappa(x, y, levels), linear: kappa(x, y, levels, 'linear'), quadratic: kappa(x, y, levels, 'quadratic'), icc2: anova && icc21(anova), icc3: anova && icc31(anova) }
  })).filter((p) => p.n > 0)
  return [
    exhibit({
      id: 'alpha', title: 'All humans together', caption: `Krippendorff’s α over ${names.length} humans, absent grades allowed; ${doubly} of ${proofs.length} proofs have more than one grade. ${context.basis}`,
      columns: [column('Scale', 'text'), column('α')],
      rows: (['nominal', 'ordinal', 'interval'] as const).map((m) => [entry(m), entry(krippendorffAlpha(units, m), { n: doubly })]),
      warnings: doubly < proofs.length ? [`${proofs.length - doubly} proofs have a single human grade and say nothing about agreement.`] : [],
    }),
    exhibit({
      id: 'human-pairs', title: 'Pair by pair', caption: `On the proofs both graded; κ on ${levels.length} levels. ICC(2,1): absolute agreement; ICC(3,1): consistency.`,
      columns: [column('First', 'text'), column('Second', 'text'), column('exact', 'percent'), column('κ'), column('κ linear'), column('κ quadratic'), column('ICC(2,1)'), column('ICC(3,1)')],
      rows: pairs.map((p) => [entry(p.a), entry(p.b), entry(p.exact, { n: p.n }), entry(p.k), entry(p.linear), entry(p.quadratic), entry(p.icc2), entry(p.icc3)]),
    }),
  ]
}

/** F28. */
export function* blandAltmanView(context: ViewContext): Generator<number, Exhibit[]> {
  const judge = context.name(JUDGE)
  const rows = context.judges.flatMap((name) => {
    const b = blandAltman(context.pairsOf(name))
    return b === null ? [] : [{ name, b }]
  })
  yield 1
  const shown = rows.find((r) => r.name === judge)
  if (!shown) return [message('bland-altman', 'No judge', 'No judge has two pairs under this rubric.')]
  const { b } = shown
  // Proofs on one spot are one point whose area says how many.
  const spots = new Map<string, { x: number; y: number; count: number }>()
  for (const p of context.pairsOf(shown.name)) {
    const [x, y] = [Math.round(50 * (p.judge + p.human)) / 100, Math.round(100 * (p.judge - p.human)) / 100]
    const spot = spots.get(`${x} ${y}`)
    if (spot) spot.count++
    else spots.set(`${x} ${y}`, { x, y, count: 1 })
  }
  const most = Math.max(...[...spots.values()].map((s) => s.count))
  const margin = (m: number | null, v: number) => (m === null ? null : { low: v - m, high: v + m })
  return [exhibit({
    id: 'bland-altman', title: `Difference against mean: ${shown.name}`,
    caption: `Each point: proofs with that mean of judge and human, and that difference; area by number. Lines: mean difference and mean ± 1.96 SD. Slope: change of the difference per unit of the mean. Brackets 95 %, errors clustered by problem. ${context.basis}`,
    columns: [column('Judge', 'text'), column('bias', 'signed'), column('SD'), column('lower limit', 'signed'), column('upper limit', 'signed'), column('slope', 'signed'), column('intercept', 'signed')],
    rows: rows.map(({ name, b: r }) => [entry(name, { n: r.proofs, opens: { judge: name, solver: null, domain: null } }), estimate(r.bias, margin(r.biasMargin, r.bias)), entry(r.sd), estimate(r.low, margin(r.limitMargin, r.low)), estimate(r.high, margin(r.limitMargin, r.high)), estimate(r.slope, r.slope === null || r.slopeError === null ? null : margin(1.96 * r.slopeError, r.slope)), entry(r.intercept)]),
    figure: {
      kind: 'xy', x: '(judge + human) / 2', y: 'judge − human', xDomain: [0, 1],
      series: [
        { name: 'proofs', mark: 'points', points: [...spots.values()].map((s) => ({ x: s.x, y: s.y, size: 0.4 + (3.2 * s.count) / most, note: s.count === 1 ? '1 proof' : `${s.count} proofs` })) },
        ...(b.slope === null || b.intercept === null ? [] : [{ name: 'regression', mark: 'line' as const, isDashed: true, points: [0, 1].map((x) => ({ x, y: b.intercept! + b.slope! * x })) }]),
      ],
      lines: [{ axis: 'y', at: b.bias, label: `mean ${shownNumber(b.bias, 'signed', 2)}` }, { axis: 'y', at: b.low, label: shownNumber(b.low, 'signed', 2) }, { axis: 'y', at: b.high, label: shownNumber(b.high, 'signed', 2) }],
    },
    warnings: ['Scores end at 0 and 1, so a slope below 0 is partly the ceiling: a proof near full marks cannot be inflated.'],
  })]
}

/** F27. */
export function* repeatedRuns(context: ViewContext): Generator<number, Exhibit[]> {
  const { rubric, threshold, solver, domain } = context.query
  const human = context.reference()
  const byRater = new Map<string, Map<string, { run: number; score: number }[]>>()
  for (const r of context.table.rows) {
    if (r.extras?.variant !== undefined && !isOriginal(r.extras.variant)) continue // a perturbed proof is another proof
    if (r.score === null || r.rubric !== rubric || context.humans.has(r.rater) || (solver !== null && r.solver !== solver) || (domain !== null && r.domain !== domain)) continue
    const proofs = byRater.get(r.rater) ?? new Map<string, { run: number; score: number }[]>()
    byRater.set(r.rater, proofs)
    proofs.set(r.proofId, [...(proofs.get(r.proofId) ?? []), { run: r.run, score: r.score }])
  }
  yield 0.5
  const rows = [...byRater].sort((a, b) => (a[0] < b[0] ? -1 : 1)).flatMap(([judge, proofs]) => {
    const found = selfConsistency(new Map([...proofs].map(([id, runs]) => [id, runs.sort((a, b) => a.run - b.run).map((r) => r.score)])), human, threshold)
    return found === null ? [] : [{ judge, found }]
  })
  if (rows.length === 0) return [message('consistency', 'One run a proof', 'No judge of this table graded a proof more than once. Add a column `run` and one row a run.')]
  return [exhibit({
    id: 'consistency', title: 'Repeated runs of the same judge',
    caption: `SD within a proof over runs; ICC(2,1) over runs; pass flips: share of proofs whose runs do not all decide alike at ≥ ${threshold}. Then the mean |grade − human| of one run and of all runs joined. ${context.basis}`,
    columns: [column('Judge', 'text'), column('runs', 'count'), column('SD'), column('ICC'), column('pass flips', 'percent'), column('MAE of one run'), ...JURY_RULES.map((r) => column(`MAE, ${r}`))],
    rows: rows.map(({ judge, found: f }) => [entry(judge, { n: f.proofs, opens: { judge, solver: null, domain: null } }), entry(f.runs), entry(f.sd), entry(f.icc), entry(f.flipRate), entry(f.error?.single ?? null), ...JURY_RULES.map((r) => entry(f.error?.joined[r] ?? null))]),
    figure: { kind: 'bars', categories: rows.map((r) => r.judge), y: 'mean |grade − human|', series: [{ name: 'one run', values: rows.map((r) => r.found.error?.single ?? null) }, { name: 'median', values: rows.map((r) => r.found.error?.joined.median ?? null) }, { name: 'min', values: rows.map((r) => r.found.error?.joined.min ?? null) }] },
  })]
}
