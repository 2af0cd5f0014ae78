/** Models of raters and of what they rate. */
import { column, entry, estimate, exhibit, type Exhibit } from '../exhibit'
import { solverRanking } from '../ranking'
import { gradedResponse } from '../gradedResponse'
import { additiveSeverity, connectedRaters, manyFacetRasch, type Rating } from '../severity'
import { sortedNames } from '../table'
import { dependability, twoWayAnova } from '../twoWayAnova'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { JUDGE } from './settings'

/** F34. */
export function* severityView(context: ViewContext): Generator<number, Exhibit[]> {
  const { byRater } = context.scores()
  const ratings: Rating[] = [...byRater].flatMap(([rater, grades]) => [...grades].map(([proof, score]) => ({ proof, rater, score })))
  const groups = connectedRaters(ratings)
  if (ratings.length === 0) return [message('severity', 'No grades', 'No rater has a grade under this rubric.')]
  if (groups.length > 1) return [message('severity', 'Raters share no proofs', `Severities can be compared only between raters linked by proofs that both graded. These groups are not linked: ${groups.map((g) => g.join(', ')).join(' | ')}.`)]
  const additive = additiveSeverity(ratings)
  yield 0.3
  const fit = manyFacetRasch(ratings, context.levels)
  yield 0.6
  const graded = gradedResponse(ratings, context.levels)
  yield 1
  const sharp = [...graded.raters].sort((a, b) => b.discrimination - a.discrimination)
  const rows = [...fit.raters].sort((a, b) => b.severity - a.severity)
  const thetas = [...fit.proofs.values()]
  const bins = Array.from({ length: 17 }, (_, i) => -4 + i * 0.5)
  const opens = (rater: string) => ({ judge: context.humans.has(rater) ? null : rater, solver: null, domain: null })
  return [
    exhibit({
      id: 'severity', title: 'Severity of raters',
      caption: `Leniency in score units from score = proof + rater, centred over raters; severity in logits from the many-facet Rasch model on ${context.levels.length} levels, centred, positive is strict: on the logit scale the ceiling at full marks no longer squeezes. Infit and outfit: 1 as expected, above 1.3 erratic, below 0.7 too regular. ${context.basis} n: grades.`,
      columns: [column('Rater', 'text'), column('leniency, score units', 'signed'), column('severity, logits', 'signed'), column('infit'), column('outfit')],
      rows: rows.map((r) => [entry(r.rater, { n: r.ratings, opens: opens(r.rater) }), entry(additive.byRater.get(r.rater) ?? null), estimate(r.severity, { low: r.severity - 1.96 * r.standardError, high: r.severity + 1.96 * r.standardError }), entry(r.infit, { tone: r.infit > 1.3 || r.infit < 0.7 ? 'warn' : undefined }), entry(r.outfit, { tone: r.outfit > 1.3 || r.outfit < 0.7 ? 'warn' : undefined })]),
      figure: { kind: 'forest', axis: 'severity, logits (strict to the right)', rows: rows.map((r) => ({ label: r.rater, value: r.severity, low: r.severity - 1.96 * r.standardError, high: r.severity + 1.96 * r.standardError, note: `${r.ratings} grades, infit ${r.infit.toFixed(2)}`, series: context.humans.has(r.rater) ? 3 : 1, opens: opens(r.rater) })) },
      warnings: fit.isConverged ? [] : ['The Rasch fit did not settle within its iterations; read its order, not its digits.'],
    }),
    exhibit({
      id: 'graded-response', title: 'Which rater tells good proofs from bad',
      caption: `Graded response model: each rater with its own discrimination (rise of the log odds of a higher grade for one SD of a proof’s quality) and thresholds (the quality at which the next grade becomes likelier than not), quality normal over proofs. Severity: mean threshold; a dash where a rater hardly discriminates, since it then has none. ${context.basis} n: grades.`,
      columns: [column('Rater', 'text'), column('discrimination'), column('severity, SD of quality', 'signed'), ...context.levels.slice(1).map((level) => column(`reaches ${Number(level.toFixed(3))}`, 'signed'))],
      rows: sharp.map((r) => {
        const isBlind = !(r.discrimination > LEAST_DISCRIMINATION)
        const margin = 1.96 * r.discriminationError
        return [entry(r.rater, { n: r.ratings, opens: opens(r.rater) }), estimate(r.discrimination, Number.isFinite(margin) ? { low: r.discrimination - margin, high: r.discrimination + margin } : null), entry(isBlind ? null : r.severity), ...r.thresholds.map((t) => entry(isBlind ? null : t))]
      }),
      figure: { kind: 'forest', axis: 'discrimination', rows: sharp.filter((r) => r.discrimination <= MOST_DISCRIMINATION).map((r) => ({ label: r.rater, value: r.discrimination, low: r.discrimination - 1.96 * r.discriminationError, high: r.discrimination + 1.96 * r.discriminationError, note: `${r.ratings} grades`, series: context.humans.has(r.rater) ? 3 : 1, opens: opens(r.rater) })) },
      warnings: [...(graded.isConverged ? [] : ['The fit did not settle within its iterations; read its order, not its digits.']), 'The intervals take the qualities of the proofs as known: they are too narrow (in simulation they held the truth in 83 of 100 cases, not 95).', ...(sharp.some((r) => r.discrimination > MOST_DISCRIMINATION) ? [`Above ${MOST_DISCRIMINATION}, left out of the figure: such a rater orders the proofs as their quality does, without error; how far above says nothing.`] : [])],
    }),
    exhibit({
      id: 'proof-map', title: 'Proofs on the same scale', caption: `Number of proofs by quality in logits: rows that no rater’s severity comes near are graded alike by everyone.`,
      columns: [column('from, logits'), column('proofs', 'count')],
      rows: bins.map((b) => [entry(b), entry(thetas.filter((t) => t >= b && t < b + 0.5).length)]),
      figure: { kind: 'bars', categories: bins.map((b) => b.toFixed(1).replace('-', '−')), y: 'proofs', series: [{ name: 'proofs', values: bins.map((b) => thetas.filter((t) => t >= b && t < b + 0.5).length) }] },
    }),
  ]
}

/** Below this a threshold is a ratio of noise. */
const LEAST_DISCRIMINATION = 0.2
/** From here on a rater’s steps are sheer. */
const MOST_DISCRIMINATION = 10

/** F35. */
export function* generalizability(context: ViewContext): Generator<number, Exhibit[]> {
  const { byRater } = context.scores()
  const blocks = [{ name: 'judges', raters: sortedNames([...byRater.keys()].filter((r) => !context.humans.has(r))) }, { name: 'all raters', raters: sortedNames(byRater.keys()) }, { name: 'humans', raters: context.humanNames }]
  const found = blocks.flatMap(({ name, raters }) => {
    if (raters.length < 2) return []
    const proofs = [...(byRater.get(raters[0]!)?.keys() ?? [])].filter((id) => raters.every((r) => byRater.get(r)?.has(id)))
    const anova = twoWayAnova(proofs.map((id) => raters.map((r) => byRater.get(r)!.get(id)!)))
    return anova === null ? [] : [{ name, anova }]
  })
  yield 1
  if (found.length === 0) return [message('g-study', 'No complete block', 'A study of variance needs proofs that several raters have all graded.')]
  const sizes = [1, 2, 3, 4, 5, 7, 10, 15]
  const judges = found.find((f) => f.name === 'judges') ?? found[0]!
  return [
    exhibit({
      id: 'g-study', title: 'Where the variance comes from', caption: `Proof × rater table without gaps, one grade a cell. Variance of proofs is what one wants; of raters, their severity; the rest is interaction and error together. ${context.basis} n: proofs graded by all.`,
      columns: [column('Raters', 'text'), column('raters', 'count'), column('proofs: variance'), column('raters: variance'), column('rest: variance'), column('share of proofs', 'percent')],
      rows: found.map(({ name, anova: a }) => [entry(name, { n: a.proofs }), entry(a.raters), entry(a.varProof), entry(a.varRater), entry(a.varResidual), entry(a.varProof / (a.varProof + a.varRater + a.varResidual))]),
    }),
    exhibit({
      id: 'd-study', title: `How many ${judges.name} are enough`, caption: 'Reliability of the mean of m raters: relative (order of proofs) and absolute (the score itself, severity included).',
      columns: [column('m', 'count'), column('relative'), column('absolute')],
      rows: sizes.map((m) => { const d = dependability(judges.anova, m); return [entry(m), entry(d.relative), entry(d.absolute)] }),
      figure: { kind: 'xy', x: 'raters', y: 'reliability', yDomain: [0, 1], series: (['relative', 'absolute'] as const).map((key) => ({ name: key, mark: 'both', points: sizes.flatMap((m) => { const y = dependability(judges.anova, m)[key]; return y === null ? [] : [{ x: m, y }] }) })), lines: [{ axis: 'y', at: 0.8, label: '0.8' }] },
      warnings: ['More judges of the same kind share their errors: see the effective number under Juries before buying more.'],
    }),
  ]
}

/** F38. */
export function* ranking(context: ViewContext): Generator<number, Exhibit[]> {
  const judge = context.name(JUDGE)
  const rows = []
  for (const name of context.judges) {
    const r = solverRanking(context.pairsOf(name), context.query.replicates, context.query.seed)
    if (r) rows.push({ name, r })
    yield rows.length / context.judges.length
  }
  const shown = rows.find((r) => r.name === judge)
  if (!shown) return [message('ranking', 'One solver', 'A ranking needs at least two solvers.')]
  const byHuman = [...shown.r.human].sort((a, b) => a.rank - b.rank)
  const places = byHuman.map((_, i) => `place ${i + 1}`)
  return [
    exhibit({
      id: 'ranking', title: 'Does the judge keep the order?', caption: `Solvers ranked by mean score under each judge and by the humans, on the same proofs. τ-b of the means; the chance that both put the same solver first, over ${context.query.replicates.toLocaleString('en-US')} cluster bootstrap draws. ${context.basis}`,
      columns: [column('Judge', 'text'), column('τ-b'), column('same first', 'text'), column('chance of same first', 'percent'), column('judge’s first', 'text'), column('humans’ first', 'text')],
      rows: rows.map(({ name, r }) => [entry(name, { opens: { judge: name, solver: null, domain: null } }), entry(r.tau), entry(r.isTopSame ? 'yes' : 'no', { tone: r.isTopSame ? 'good' : 'warn' }), entry(r.topAgreement), entry(r.judge.find((s) => s.rank === 1)?.solver ?? null), entry(r.human.find((s) => s.rank === 1)?.solver ?? null)]),
      warnings: ['A judge can inflate every solver and keep their order, or be right on average and still swap two solvers: read this beside the matrix.'],
    }),
    exhibit({
      id: 'places', title: `Chances of each place under ${shown.name}`, caption: 'Share of bootstrap draws (whole problems) in which the solver takes each place.',
      columns: [column('Solver', 'text'), column('judge mean'), column('judge rank', 'count'), column('human mean'), column('human rank', 'count'), ...places.map((p) => column(p, 'percent'))],
      rows: byHuman.map((h) => { const j = shown.r.judge.find((x) => x.solver === h.solver)!; return [entry(h.solver, { n: h.proofs, opens: { judge: shown.name, solver: h.solver, domain: null } }), entry(j.mean), entry(j.rank), entry(h.mean), entry(h.rank), ...j.chances.map((c) => entry(c))] }),
      figure: { kind: 'heat', scale: 'share', rows: byHuman.map((h) => h.solver), columns: places, cells: byHuman.map((h) => shown.r.judge.find((x) => x.solver === h.solver)!.chances.map((value) => ({ value, note: 'of bootstrap draws' }))) },
    }),
  ]
}
