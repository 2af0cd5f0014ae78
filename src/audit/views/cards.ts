/** One page a judge (F44). */
import { bootstrapped } from '../bootstrap'
import { certificate } from '../certificate'
import { grouped } from '../clusters'
import { clustersOf } from '../clusters'
import { agreementSuite } from '../agreement'
import { column, entry, estimate, exhibit, type Exhibit } from '../exhibit'
import { ownSolvers } from '../families'
import { inflation } from '../inflation'
import { passTable, wilson } from '../passTable'
import { selfConsistency } from '../selfConsistency'
import { selfPreference } from '../selfPreference'
import { sortedNames } from '../table'
import type { ViewContext } from './context'
import { BAR, OWN } from './settings'

export function* judgeCards(context: ViewContext): Generator<number, Exhibit[]> {
  const { judges } = context
  const { threshold, rubric } = context.query
  const bar = context.number(BAR)
  const { own } = ownSolvers(context.table, judges, context.text(OWN.id))
  const cards: Exhibit[] = []
  const rows = context.table.rows.filter((r) => r.rubric === rubric)
  for (const [i, judge] of judges.entries()) {
    const pairs = context.pairsOf(judge)
    const all = inflation(pairs)!
    const clusters = clustersOf(pairs)
    const [mean, share] = bootstrapped(
      [Float64Array.from(clusters, (c) => c.difference), Float64Array.from(clusters, (c) => c.count), Float64Array.from(clusters, (c) => c.headroom)],
      [(s) => s(0) / s(1), (s) => (s(2) > 1e-12 ? s(0) / s(2) : NaN)], { ...context.bootstrapOptions, stream: `${rubric}|${clusters.map((c) => c.problemId).join('|')}` })
    const pass = passTable(pairs, threshold)!
    const suite = agreementSuite(pairs, context.levels)!
    const domains = [...grouped(pairs.filter((p) => p.domain !== ''), (p) => p.domain)].map(([name, of]) => ({ name, i: inflation(of)! })).sort((a, b) => Math.abs(b.i.mean) - Math.abs(a.i.mean))
    const worst = domains[0]
    const mine = own.get(judge)
    const others = judges.filter((j) => j !== judge && ![...(own.get(j) ?? [])].some((s) => mine?.has(s)))
    const preference = mine ? selfPreference(context.pairs(), judge, mine, others, { ...context.bootstrapOptions, replicates: Math.min(2000, context.query.replicates) }) : null
    const runs = new Map<string, number[]>()
    let cost = 0
    let priced = 0
    let gaps = 0
    for (const r of rows) {
      if (r.rater !== judge) continue
      if (r.score !== null) runs.set(r.proofId, [...(runs.get(r.proofId) ?? []), r.score])
      else gaps++
      const price = Number(r.extras?.cost)
      if (r.extras?.cost !== undefined && Number.isFinite(price)) {
        cost += price
        priced++
      }
    }
    const stable = selfConsistency(runs, context.reference(), threshold)
    const c = certificate(pass, bar)
    const opens = { judge, solver: null, domain: null }
    cards.push(exhibit({
      id: `card-${judge}`, title: judge,
      caption: `${context.basis} Pass at ≥ ${threshold}. ${context.intervalWords} Rates: Wilson 95 %.`,
      columns: [column('Measure', 'text'), column('value', 'score'), column('note', 'text')],
      rows: [
        [entry('inflation'), estimate(all.mean, mean!.interval, { n: all.proofs, opens }), entry(`${all.problems} problems`)],
        [entry('share of headroom'), estimate(all.share, share!.interval), entry('inflation / (1 − human mean)')],
        [entry('sensitivity'), pass.sensitivity === null ? entry(null) : estimate(pass.sensitivity, wilson(pass.tp, pass.tp + pass.fn), { opens: { ...opens, outcome: 'fn' } }), entry(`${pass.fn} passing proofs failed`)],
        [entry('specificity'), pass.specificity === null ? entry(null) : estimate(pass.specificity, wilson(pass.tn, pass.tn + pass.fp), { opens: { ...opens, outcome: 'fp' } }), entry(`${pass.fp} failing proofs passed`)],
        [entry('κ quadratic'), entry(suite.kappaQuadratic), entry(`Spearman ${suite.spearman?.toFixed(3) ?? '—'}, MAE ${suite.mae.toFixed(3)}`)],
        [entry('worst domain'), worst ? estimate(worst.i.mean, worst.i.robust, { n: worst.i.proofs, opens: { judge, solver: null, domain: worst.name } }) : entry(null), entry(worst ? `${worst.name}, ${worst.i.problems} problems` : 'no domains named')],
        [entry('own family'), preference ? estimate(preference.estimate, preference.interval, { n: preference.ownProofs }) : entry(null), entry(preference ? `on ${preference.own.join(', ')}` : 'no solver of its family')],
        [entry('stability'), entry(stable?.sd ?? null), entry(stable ? `SD over ${stable.runs} runs; ${(100 * stable.flipRate).toFixed(1)} % pass flips` : 'one run a proof')],
        [entry('cost of a grade'), entry(priced > 0 ? cost / priced : null), entry(priced > 0 ? `$${cost.toFixed(2)} for ${priced} grades` : 'no cost column')],
        [entry('grades without a score'), entry(gaps / Math.max(1, gaps + [...runs.values()].reduce((s, r) => s + r.length, 0))), entry(`${gaps} rows missing, refused, unparsed or out of range`)],
        [entry('certificate'), entry(c.isCertified ? 'certified' : 'not certified', { tone: c.isCertified ? 'good' : 'warn' }), entry(`lower bounds: sensitivity ${c.sensitivityLow?.toFixed(3) ?? '—'}, specificity ${c.specificityLow?.toFixed(3) ?? '—'}; both must reach ${bar}`)],
      ],
      figure: domains.length < 2 ? null : { kind: 'forest', axis: 'inflation by domain', rows: sortedNames(domains.map((d) => d.name)).map((name) => { const d = domains.find((x) => x.name === name)!; return { label: name, value: d.i.mean, low: d.i.robust?.low ?? null, high: d.i.robust?.high ?? null, note: `${d.i.proofs} proofs, ${d.i.problems} problems`, opens: { judge, solver: null, domain: name } } }) },
    }))
    yield (i + 1) / judges.length
  }
  return cards
}
