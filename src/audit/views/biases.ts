/** What moves a judge apart from the mathematics. */
import { clusterError, clusterInterval } from '../clusterRobust'
import { clustersOf, grouped } from '../clusters'
import { column, entry, estimate, exhibit, type Exhibit } from '../exhibit'
import { ownSolvers } from '../families'
import { holm } from '../multiplicity'
import { isOriginal, order } from '../pairs'
import { PERTURBATIONS } from '../perturbations'
import { proofStyle, STYLE_NAMES, type ProofStyle } from '../proofStyle'
import { clusteredRegression, coefficientTest } from '../regression'
import { CEILING, selfPreference, type SelfPreference } from '../selfPreference'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { JUDGE, OWN } from './settings'

/** F22. */
export function* ownFamily(context: ViewContext): Generator<number, Exhibit[]> {
  const { judges } = context
  const { own, same, source } = ownSolvers(context.table, judges, context.text(OWN.id))
  if (own.size === 0) return [message('self', 'No judge shares a maker with a solver', 'Makers are read from the columns solver_family and rater_family, else from model names. Name the pairs in “Own solvers”: Judge: Solver, Solver; Judge: Solver.')]
  const found: SelfPreference[] = []
  for (const [judge, solvers] of own) {
    const others = judges.filter((j) => j !== judge && ![...(own.get(j) ?? [])].some((s) => solvers.has(s)))
    const result = selfPreference(context.pairs(), judge, solvers, others, context.bootstrapOptions)
    if (result) found.push(result)
    yield found.length / own.size
  }
  const pick = (judge: string, solver: string | null) => ({ judge, solver, domain: null })
  const ceiling = found.filter((f) => f.isAtCeiling)
  return [exhibit({
    id: 'self', title: 'Own family: difference in differences',
    caption: `(inflation on own solvers − on others) of the judge, less the same averaged over judges of other families. Above 0 the judge favours its own. Makers by ${source === 'setting' ? 'your setting' : source === 'columns' ? 'the family columns' : 'model names'}. ${context.basis} ${context.intervalWords} n: proofs by own solvers.`,
    columns: [column('Judge', 'text'), column('Own solvers', 'text'), column('preference', 'signed'), column('judge, own', 'signed'), column('judge, others', 'signed'), column('other judges, own', 'signed'), column('other judges, others', 'signed'), column('human mean, own')],
    rows: found.map((f) => [
      entry(f.judge), entry(f.own.map((s) => (same.get(f.judge) === s ? `${s} (same model)` : s)).join(', ')), estimate(f.estimate, f.interval, { n: f.ownProofs, opens: pick(f.judge, f.own.length === 1 ? f.own[0]! : null) }),
      entry(f.judgeOwn), entry(f.judgeOther), entry(f.othersOwn), entry(f.othersOther), entry(f.ownHumanMean, { tone: f.isAtCeiling ? 'warn' : undefined }),
    ]),
    figure: { kind: 'forest', axis: 'preference for own family', rows: found.flatMap((f) => (f.estimate === null ? [] : [{ label: f.judge, value: f.estimate, low: f.interval?.low ?? null, high: f.interval?.high ?? null, note: `${f.ownProofs} proofs by ${f.own.join(', ')}` }])) },
    warnings: [
      ...(ceiling.length > 0 ? [`Humans give the own solvers of ${ceiling.map((f) => f.judge).join(', ')} ${CEILING} or more on average: the ceiling hides leniency there, and the preference is understated.`] : []),
      'A judge that is merely better at its family’s style of proof shows the same pattern; this is a difference in scores, not a motive.',
    ],
  })]
}

/** F23. */
export function* lengthAndFormat(context: ViewContext): Generator<number, Exhibit[]> {
  const proofs = [...new Set(context.pairs().map((p) => p.proofId))]
  const tokens = new Map(context.table.rows.flatMap((r) => (r.extras?.tokens !== undefined && Number.isFinite(Number(r.extras.tokens)) ? [[r.proofId, Number(r.extras.tokens)] as const] : [])))
  const style = new Map<string, Partial<ProofStyle>>()
  let texts = 0
  for (const id of proofs) {
    const { proof } = context.textOf(id)
    if (proof !== null) {
      texts++
      style.set(id, { ...proofStyle(proof), ...(tokens.has(id) ? { logLength: Math.log1p(tokens.get(id)!) } : {}) })
    } else if (tokens.has(id)) style.set(id, { logLength: Math.log1p(tokens.get(id)!) })
  }
  if (style.size === 0) return [message('length', 'No proof texts', 'Length and format need a column with the proof’s text, or its length in tokens (`tokens_proof`).')]
  const features = (Object.keys(STYLE_NAMES) as (keyof typeof STYLE_NAMES)[]).filter((f) => texts > 0 || f === 'logLength')
  const rows: { judge: string; feature: keyof typeof STYLE_NAMES; slope: number; low: number; high: number; p: number; n: number }[] = []
  const { judges } = context
  for (const [i, judge] of judges.entries()) {
    const pairs = context.pairsOf(judge).filter((p) => features.every((f) => style.get(p.proofId)?.[f] !== undefined))
    for (const feature of features) {
      const x = pairs.map((p) => style.get(p.proofId)![feature]!)
      const mean = x.reduce((a, b) => a + b, 0) / x.length
      const sd = Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / Math.max(1, x.length - 1))
      if (!(sd > 1e-9)) continue
      // Human score as its own predictor: leniency that falls towards the ceiling must not pass for a dislike of length.
      const fit = clusteredRegression([x.map((v) => (v - mean) / sd), pairs.map((p) => p.human)], pairs.map((p) => p.judge - p.human), pairs.map((p) => p.problemId))
      const test = fit === null ? null : coefficientTest(fit, 1)
      if (fit && test) rows.push({ judge, feature, slope: fit.coefficients[1]!, ...test, n: pairs.length })
    }
    yield (i + 1) / judges.length
  }
  const adjusted = holm(rows.map((r) => r.p))
  const chosen = context.name(JUDGE)
  return [exhibit({
    id: 'length', title: 'Length and format',
    caption: `Change of (judge − human) when a proof has one standard deviation more of the feature, at the same human score: least squares with errors clustered by problem; one feature at a time. Holm over the ${rows.length} slopes shown. ${tokens.size > 0 ? 'Length in tokens as the table gives it.' : 'Length in words.'} ${context.basis} n: proofs.`,
    columns: [column('Judge', 'text'), column('Feature', 'text'), column('slope per SD', 'signed'), column('p', 'p'), column('p, Holm', 'p')],
    rows: rows.map((r, i) => [entry(r.judge), entry(STYLE_NAMES[r.feature]), estimate(r.slope, r, { n: r.n, opens: { judge: r.judge, solver: null, domain: null } }), entry(r.p), entry(adjusted[i]!, { tone: adjusted[i]! < 0.05 ? 'warn' : undefined })]),
    figure: { kind: 'forest', axis: `slope per SD, ${chosen ?? ''}`, rows: rows.filter((r) => r.judge === chosen).map((r) => ({ label: STYLE_NAMES[r.feature], value: r.slope, low: r.low, high: r.high, note: `${r.n} proofs` })) },
    warnings: ['Longer proofs may be better in ways that the human score does not record; a slope is a lead, not a verdict. Perturbed proofs settle it.'],
  })]
}

/** F24: grades of perturbed proofs against the grades of the same proofs as written. */
export function* perturbedProofs(context: ViewContext): Generator<number, Exhibit[]> {
  const { rubric, solver, domain } = context.query
  const rows = context.table.rows.filter((r) => r.rubric === rubric && !context.humans.has(r.rater) && r.score !== null && (solver === null || r.solver === solver) && (domain === null || r.domain === domain))
  const variants = [...new Set(rows.flatMap((r) => (r.extras?.variant !== undefined && !isOriginal(r.extras.variant) ? [r.extras.variant] : [])))].sort()
  const catalogue = exhibit({
    id: 'probe-catalogue', title: 'The probes', caption: 'What is done to a proof, and what an honest judge does then. Run a judge with *Perturbed proofs too*, or give grades made elsewhere a column `variant` with these names.',
    columns: [column('Variant', 'text'), column('What is done', 'text'), column('An honest judge', 'text')],
    rows: PERTURBATIONS.map((p) => [entry(p.id), entry(p.what), entry(p.expected === 'same' ? 'gives the same' : p.expected === 'lower' ? 'gives less' : 'gives 0')]),
  })
  if (variants.length === 0) return [message('probes', 'No perturbed proofs in this table', 'Grades of perturbed proofs carry a column `variant`; rows without one, or with `original`, are the proofs as written.'), catalogue]
  const original = new Map<string, number[]>()
  for (const r of rows) if (r.extras?.variant === undefined || isOriginal(r.extras.variant)) original.set(`${r.rater}\u0000${r.proofId}`, [...(original.get(`${r.rater}\u0000${r.proofId}`) ?? []), r.score!])
  yield 0.5
  const found = [...grouped(rows.filter((r) => r.extras?.variant !== undefined && variants.includes(r.extras.variant)), (r) => `${r.rater}\u0000${r.extras!.variant!}`)].sort((a, b) => order(a[0], b[0])).flatMap(([, own]) => {
    const shifts = own.flatMap((r) => {
      const before = original.get(`${r.rater}\u0000${r.proofId}`)
      return before ? [{ proofId: r.proofId, problemId: r.problemId, domain: r.domain, solver: r.solver, judgeId: r.rater, judge: r.score!, human: before.reduce((a, b) => a + b, 0) / before.length }] : []
    })
    if (shifts.length === 0) return []
    const clusters = clustersOf(shifts)
    const shift = shifts.reduce((s, p) => s + p.judge - p.human, 0) / shifts.length
    const variant = own[0]!.extras!.variant!
    const rule = PERTURBATIONS.find((p) => p.id === variant.toLowerCase())
    const interval = clusterError(clusters) === null ? null : clusterInterval(clusters)
    const mean = shifts.reduce((s, p) => s + p.judge, 0) / shifts.length
    const held = !rule ? null : rule.expected === 'zero' ? mean < 0.05 : rule.expected === 'same' ? (interval ? interval.low <= 0 && interval.high >= 0 : shift === 0) : (interval ? interval.high < 0 : shift < 0)
    return [{ judge: own[0]!.rater, variant, shift, interval, mean, n: shifts.length, expected: rule?.expected ?? null, held }]
  })
  return [exhibit({
    id: 'probes', title: 'Perturbed proofs', caption: `Mean change of the judge’s score from the proof as written to its perturbed form. Brackets: 95 %, t with CR1 errors by problem. ${context.basis} n: proofs.`,
    columns: [column('Judge', 'text'), column('Variant', 'text'), column('change', 'signed'), column('mean score after'), column('expected', 'text'), column('verdict', 'text')],
    rows: found.map((f) => [entry(f.judge), entry(f.variant), estimate(f.shift, f.interval, { n: f.n }), entry(f.mean), entry(f.expected === null ? '—' : f.expected === 'same' ? 'no change' : f.expected === 'lower' ? 'lower' : 'zero'), entry(f.held === null ? '—' : f.held ? 'as it should' : 'fooled', { tone: f.held === null ? undefined : f.held ? 'good' : 'bad' })]),
    figure: { kind: 'forest', axis: 'change of score', rows: found.map((f) => ({ label: `${f.judge}, ${f.variant}`, value: f.shift, low: f.interval?.low ?? null, high: f.interval?.high ?? null, note: `${f.n} proofs` })) },
  }), catalogue]
}
