/** Several judges together, and a judge in a human's place. */
import { altTest } from '../altTest'
import { agreement } from '../agreement'
import { column, entry, exhibit, type Exhibit } from '../exhibit'
import { calibratedJury, effectiveJudges, errorCorrelations, juryGrade, JURY_RULES, needsRerun } from '../jury'
import { order, type PairedGrade } from '../pairs'
import { passTable } from '../passTable'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { EPSILON, JURORS, LEAST, SPREAD } from './settings'

/** F36. */
export function* juryView(context: ViewContext): Generator<number, Exhibit[]> {
  const chosen = context.names(JURORS.id).filter((j) => context.judges.includes(j))
  const members = chosen.length > 0 ? chosen : context.judges
  if (members.length < 2) return [message('jury', 'A jury needs two', 'Fewer than two judges have pairs under this rubric.')]
  const { threshold } = context.query
  const of = new Map(members.map((j) => [j, new Map(context.pairsOf(j).map((p) => [p.proofId, p]))]))
  const proofs = [...new Set(members.flatMap((j) => [...of.get(j)!.keys()]))].sort(order)
  const first = (id: string): PairedGrade => members.map((j) => of.get(j)!.get(id)).find((p) => p !== undefined)!
  const complete = proofs.filter((id) => members.every((j) => of.get(j)!.has(id)))
  const graded = complete.length > 0 ? complete : proofs
  const grades = (id: string) => members.flatMap((j) => of.get(j)!.get(id)?.judge ?? [])
  yield 0.3
  const problems = context.random('jury folds').shuffled([...new Set(graded.map((id) => first(id).problemId))].sort(order))
  const half = new Set(problems.slice(0, Math.floor(problems.length / 2)))
  const inHalf = (id: string) => half.has(first(id).problemId)
  const human = new Map(graded.map((id) => [id, first(id).human]))
  const scores = new Map(members.map((j) => [j, new Map([...of.get(j)!].map(([id, p]) => [id, p.judge]))]))
  // Two-fold by problem: every proof is graded by a jury whose maps and weights never saw its problem.
  const [a, b] = [calibratedJury(scores, human, new Set(graded.filter(inHalf))), calibratedJury(scores, human, new Set(graded.filter((id) => !inHalf(id))))]
  const pairsOf = (name: string, grade: (id: string) => number | null): PairedGrade[] => graded.flatMap((id) => { const g = grade(id); return g === null ? [] : [{ ...first(id), judgeId: name, judge: g }] })
  const rows = [
    ...members.map((j) => ({ name: j, isJury: false, pairs: pairsOf(j, (id) => of.get(j)!.get(id)?.judge ?? null) })),
    ...JURY_RULES.map((rule) => ({ name: rule, isJury: true, pairs: pairsOf(rule, (id) => juryGrade(grades(id), rule, threshold)) })),
    { name: 'calibrated', isJury: true, pairs: pairsOf('calibrated', (id) => (inHalf(id) ? b : a).grade(id)) },
  ].filter((r) => r.pairs.length > 0)
  yield 0.6
  const measured = rows.map((r) => ({ ...r, a: agreement(r.pairs)!, t: passTable(r.pairs, threshold)!, bias: r.pairs.reduce((s, p) => s + p.judge - p.human, 0) / r.pairs.length }))
  const correlations = errorCorrelations(new Map(members.map((j) => [j, new Map([...of.get(j)!].map(([id, p]) => [id, p.judge - p.human]))])))
  const known = correlations.flatMap((c) => (c.r === null ? [] : [c.r]))
  const r = known.length === 0 ? null : known.reduce((s, v) => s + v, 0) / known.length
  const spread = context.number(SPREAD)
  const rerun = graded.filter((id) => needsRerun(grades(id), spread)).length
  const at = (x: string, y: string) => correlations.find((c) => (c.a === x && c.b === y) || (c.a === y && c.b === x))?.r ?? null
  return [
    exhibit({
      id: 'jury', title: 'Members and juries', caption: `On ${graded.length} proofs graded by ${complete.length > 0 ? 'all members' : 'any member'}. Calibrated: each member’s isotonic map to the human scale, weighted by 1/MSE, fitted on one half of the problems and used on the other. ${context.basis} Pass at ≥ ${threshold}.`,
      columns: [column('Judge or rule', 'text'), column('bias', 'signed'), column('MAE'), column('RMSE'), column('Pearson'), column('sensitivity'), column('specificity'), column('Youden J')],
      rows: measured.map((m) => [entry(m.isJury ? `Jury: ${m.name}` : m.name, { n: m.pairs.length, ...(m.isJury ? {} : { opens: { judge: m.name, solver: null, domain: null } }) }), entry(m.bias), entry(m.a.mae), entry(m.a.rmse), entry(m.a.pearson), entry(m.t.sensitivity), entry(m.t.specificity), entry(m.t.youden)]),
      figure: { kind: 'bars', categories: measured.map((m) => (m.isJury ? `Jury: ${m.name}` : m.name)), y: 'mean |grade − human|', series: [{ name: 'MAE', values: measured.map((m) => m.a.mae) }] },
      warnings: [`${rerun} of ${graded.length} proofs have grades more than ${spread} apart: grade them again before they are joined.`],
    }),
    exhibit({
      id: 'errors', title: 'Do the members err together?', caption: `Pearson correlation of (judge − human) on common proofs. ${r === null ? '' : `Mean ${r.toFixed(3)}: these ${members.length} judges are worth ${effectiveJudges(members.length, r).toFixed(2)} independent ones.`}`,
      columns: [column('Judge', 'text'), ...members.map((m) => column(m))],
      rows: members.map((x) => [entry(x), ...members.map((y) => entry(x === y ? 1 : at(x, y)))]),
      figure: { kind: 'heat', scale: 'diverging', rows: members, columns: members, cells: members.map((x) => members.map((y) => { const v = x === y ? 1 : at(x, y); return v === null ? null : { value: v, note: 'correlation of errors' } })) },
    }),
    exhibit({
      id: 'n-eff', title: 'Effective number of judges', caption: 'n_eff = k / (1 + (k − 1) r), r the mean correlation of errors; k when r ≤ 0.',
      columns: [column('judges', 'count'), column('mean correlation'), column('worth')], rows: [[entry(members.length), entry(r), entry(r === null ? null : effectiveJudges(members.length, r))]],
    }),
  ]
}

/** F37. */
export function* altTestView(context: ViewContext): Generator<number, Exhibit[]> {
  const { byRater } = context.scores()
  const humans = new Map(context.humanNames.flatMap((h) => { const g = byRater.get(h); return g ? [[h, g] as const] : [] }))
  yield 0.5
  if (humans.size < 2) return [message('alt', 'Needs two humans', 'The alt-test leaves one human out at a time: it needs at least two human raters on the same proofs.')]
  const [epsilon, leastItems] = [context.number(EPSILON), context.number(LEAST)]
  const rows = context.judges.flatMap((judge) => { const t = altTest(byRater.get(judge)!, humans, { epsilon, leastItems }); return t ? [{ judge, t }] : [] })
  if (rows.length === 0) return [message('alt', 'Too few common proofs', `At least two humans need ${leastItems} proofs each that another human and the judge graded too. Lower the bound to see what little there is.`)]
  return [
    exhibit({
      id: 'alt', title: 'May the judge replace a human?', caption: `Each human in turn is left out and compared with the judge by closeness (−RMSE) to the others; one-sided t-test against ε = ${epsilon}, Benjamini–Yekutieli at 0.05. ω: share of humans the judge may stand in for; passed at ω ≥ 0.5. ρ: mean chance that the judge is at least as close. ${context.basis}`,
      columns: [column('Judge', 'text'), column('ω', 'percent'), column('ρ'), column('verdict', 'text')],
      rows: rows.map(({ judge, t }) => [entry(judge), entry(t.winningRate), entry(t.advantage), entry(t.isPassed ? 'passed' : 'not passed', { tone: t.isPassed ? 'good' : 'warn' })]),
      figure: { kind: 'bars', categories: rows.map((r) => r.judge), y: 'share', isPercent: true, series: [{ name: 'ω', values: rows.map((r) => r.t.winningRate) }, { name: 'ρ', values: rows.map((r) => r.t.advantage) }] },
      warnings: [...new Set(rows.flatMap((r) => r.t.tooFew))].map((h) => `${h} has fewer than ${leastItems} common proofs and was left out.`),
    }),
    exhibit({
      id: 'alt-humans', title: 'Human by human', caption: 'Advantage: share of proofs on which the judge is at least as close to the other humans as this human is.',
      columns: [column('Judge', 'text'), column('Human', 'text'), column('advantage'), column('p', 'p'), column('judge may stand in', 'text')],
      rows: rows.flatMap(({ judge, t }) => t.humans.map((h) => [entry(judge), entry(h.human, { n: h.items }), entry(h.advantage), entry(h.p), entry(h.isRejected ? 'yes' : 'no', { tone: h.isRejected ? 'good' : undefined })])),
    }),
  ]
}
