/** What humans and judges give, before they are compared. */
import { grouped, type Cluster } from '../clusters'
import { column, entry, estimate, exhibit, type Entry, type Exhibit, type ProofPick } from '../exhibit'
import { matrixBootstrap } from '../matrixBootstrap'
import { order } from '../pairs'
import { wilson } from '../passTable'
import { scaleUse } from '../scaleUse'
import { sortedNames } from '../table'
import type { ViewContext } from './context'

interface Scored { readonly proofId: string; readonly problemId: string; readonly solver: string; readonly domain: string; readonly score: number }

function scoredBy(context: ViewContext, scores: ReadonlyMap<string, number>): Scored[] {
  const { about } = context.scores()
  return [...scores].map(([proofId, score]) => ({ proofId, ...about.get(proofId)!, score }))
}

function clustersOfScores(of: readonly Scored[]): Cluster[] {
  return [...grouped(of, (s) => s.problemId)].sort((a, b) => order(a[0], b[0])).map(([problemId, own]) => ({ problemId, count: own.length, difference: own.reduce((sum, s) => sum + s.score, 0), headroom: 0 }))
}

/** F6: mean and pass rate of each solver in each domain by the humans alone. */
export function* humanScores(context: ViewContext): Generator<number, Exhibit[]> {
  const scored = scoredBy(context, context.reference())
  const { threshold } = context.query
  const solvers = sortedNames(scored.map((s) => s.solver))
  const domains = sortedNames(scored.map((s) => s.domain).filter((d) => d !== ''))
  const columns: (string | null)[] = [null, ...domains]
  const rows: (string | null)[] = [null, ...solvers]
  const cells = rows.flatMap((solver) => columns.map((domain) => ({ solver, domain, own: scored.filter((s) => (solver === null || s.solver === solver) && (domain === null || s.domain === domain)) })))
  const filled = cells.filter((c) => c.own.length > 0)
  const intervals = yield* matrixBootstrap(filled.map((c) => clustersOfScores(c.own)), { ...context.bootstrapOptions, stream: `human|${context.query.rubric}` })
  const at = new Map(filled.map((c, i) => [c, intervals[i]!.inflation]))
  const pick = (solver: string | null, domain: string | null): ProofPick => ({ judge: null, solver, domain })
  const cellOf = (solver: string | null, domain: string | null) => cells.find((c) => c.solver === solver && c.domain === domain)!
  const mean = (own: readonly Scored[]) => own.reduce((sum, s) => sum + s.score, 0) / own.length
  const name = (solver: string | null) => solver ?? 'All solvers'
  const heads = ['All domains', ...domains]
  return [
    exhibit({
      id: 'human-mean', title: 'Human mean score',
      caption: `Mean score of each solver’s proofs by the humans, 0 to 1. ${context.basis} ${context.intervalWords} n: proofs.`,
      columns: [column('Solver', 'text'), ...heads.map((h) => column(h))],
      rows: rows.map((solver) => [entry(name(solver)), ...columns.map((domain) => {
        const cell = cellOf(solver, domain)
        return cell.own.length === 0 ? entry(null) : estimate(mean(cell.own), at.get(cell) ?? null, { n: cell.own.length, opens: pick(solver, domain) })
      })]),
      figure: {
        kind: 'heat', scale: 'share', rows: rows.map(name), columns: heads,
        cells: rows.map((solver) => columns.map((domain) => {
          const { own } = cellOf(solver, domain)
          return own.length === 0 ? null : { value: mean(own), note: `${own.length} proofs`, opens: pick(solver, domain) }
        })),
      },
    }),
    exhibit({
      id: 'human-pass', title: 'Human pass rate',
      caption: `Share of proofs whose human score is at least ${threshold}. ${context.basis} Brackets: Wilson 95 %, proofs taken as independent. n: proofs.`,
      columns: [column('Solver', 'text'), ...heads.map((h) => column(h, 'percent'))],
      rows: rows.map((solver) => [entry(name(solver)), ...columns.map((domain) => {
        const { own } = cellOf(solver, domain)
        return own.length === 0 ? entry(null) : passEntry(own.map((s) => s.score), threshold, pick(solver, domain))
      })]),
    }),
  ]
}

function passEntry(scores: readonly number[], threshold: number, opens: ProofPick): Entry {
  const { rate, low, high } = wilson(scores.filter((s) => s >= threshold - 1e-9).length, scores.length)
  return estimate(rate, { low, high }, { n: scores.length, opens })
}

/** F7: what each judge gives, by solver, domain and rubric. */
export function* judgeScores(context: ViewContext): Generator<number, Exhibit[]> {
  const { threshold } = context.query
  const by = (key: 'solver' | 'domain', title: string): Exhibit | null => {
    const scores = context.scores()
    const judges = sortedNames([...scores.byRater.keys()].filter((r) => !context.humans.has(r)))
    const names = sortedNames([...scores.about.values()].map((a) => a[key]).filter((n) => n !== ''))
    if (names.length === 0) return null
    const of = new Map(judges.map((j) => [j, scoredBy(context, scores.byRater.get(j)!)]))
    const cell = (judge: string, name: string | null): Entry[] => {
      const own = of.get(judge)!.filter((s) => name === null || s[key] === name)
      const opens: ProofPick = { judge, solver: key === 'solver' ? name : null, domain: key === 'domain' ? name : null }
      if (own.length === 0) return [entry(null), entry(null)]
      return [entry(own.reduce((sum, s) => sum + s.score, 0) / own.length, { n: own.length, opens }), entry(own.filter((s) => s.score >= threshold - 1e-9).length / own.length, { opens })]
    }
    return exhibit({
      id: `judge-by-${key}`, title, caption: `Mean score, and share at ≥ ${threshold}, of every graded proof, with or without a human grade. ${context.basis} n: proofs.`,
      columns: [column('Judge', 'text'), ...['All', ...names].flatMap((n) => [column(n), column(`${n}: passes`, 'percent')])],
      rows: judges.map((judge) => [entry(judge), ...[null, ...names].flatMap((n) => cell(judge, n))]),
      figure: {
        kind: 'heat', scale: 'share', rows: judges, columns: ['All', ...names],
        cells: judges.map((judge) => [null, ...names].map((n) => {
          const [mean] = cell(judge, n)
          return typeof mean!.value === 'number' ? { value: mean!.value, note: `${mean!.n} proofs`, opens: mean!.opens } : null
        })),
      },
    })
  }
  const { rubrics } = context.table
  const judges = sortedNames(rubrics.flatMap((r) => [...context.scores(r).byRater.keys()]).filter((r) => !context.humans.has(r)))
  const raters = [...context.humanNames, ...judges]
  const byRubric = exhibit({
    id: 'judge-by-rubric', title: 'By rubric', caption: `Mean score under each rubric, of whatever was graded under it. n: proofs.`,
    columns: [column('Rater', 'text'), ...rubrics.map((r) => column(r))],
    rows: raters.map((rater) => [entry(rater), ...rubrics.map((r) => {
      const own = [...(context.scores(r).byRater.get(rater)?.values() ?? [])]
      return own.length === 0 ? entry(null) : entry(own.reduce((a, b) => a + b, 0) / own.length, { n: own.length, opens: { judge: context.humans.has(rater) ? null : rater, solver: null, domain: null, rubric: r } })
    })]),
    figure: { kind: 'bars', categories: raters, y: 'mean score', series: rubrics.map((r) => ({ name: r, values: raters.map((rater) => {
      const own = [...(context.scores(r).byRater.get(rater)?.values() ?? [])]
      return own.length === 0 ? null : own.reduce((a, b) => a + b, 0) / own.length
    }) })) },
  })
  yield 1
  return [by('domain', 'By domain'), by('solver', 'By solver'), ...(rubrics.length > 1 ? [byRubric] : [])].filter((e): e is Exhibit => e !== null)
}

/** F26: histogram, share at the ends, entropy. */
export function* useOfScale(context: ViewContext): Generator<number, Exhibit[]> {
  const scores = context.scores()
  const raters = [...context.humanNames, ...sortedNames([...scores.byRater.keys()].filter((r) => !context.humans.has(r)))]
  const uses = raters.flatMap((rater) => {
    const use = scaleUse([...(scores.byRater.get(rater)?.values() ?? [])])
    return use === null ? [] : [{ rater, use }]
  })
  yield 1
  const bins = ['0–', '.1–', '.2–', '.3–', '.4–', '.5–', '.6–', '.7–', '.8–', '.9–1']
  return [exhibit({
    id: 'scale', title: 'Use of the scale',
    caption: `How often each rater gives which scores. Entropy of the ten-bin histogram in bits: 0 when every proof gets the same, 3.32 when all bins are used alike. ${context.basis}`,
    columns: [column('Rater', 'text'), column('n', 'count'), column('mean'), column('SD'), column('at 0', 'percent'), column('at full marks', 'percent'), column('entropy, bits'), ...bins.map((b) => column(b, 'percent'))],
    rows: uses.map(({ rater, use }) => [
      entry(rater, { opens: { judge: context.humans.has(rater) ? null : rater, solver: null, domain: null } }),
      ...[use.grades, use.mean, use.sd, use.atZero, use.atFull, use.entropy, ...use.histogram].map((v) => entry(v)),
    ]),
    figure: { kind: 'heat', scale: 'share', rows: uses.map((u) => u.rater), columns: bins, cells: uses.map(({ use }) => use.histogram.map((value) => ({ value, note: `${(100 * value).toFixed(1)} % of ${use.grades} grades` }))) },
  })]
}
