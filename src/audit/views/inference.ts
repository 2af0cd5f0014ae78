/** Tests that are read together: against 0, against each other, against a margin; and cells that are too small alone. */
import { clusterError } from '../clusterRobust'
import { clustersOf, grouped } from '../clusters'
import { equivalence, type Verdict } from '../equivalence'
import { column, entry, estimate, exhibit, type Entry, type Exhibit } from '../exhibit'
import { benjaminiHochberg, holm } from '../multiplicity'
import { order, type PairedGrade } from '../pairs'
import { signFlip } from '../permutation'
import { partialPooling, type PoolCell } from '../pooling'
import { clusterInterval } from '../clusterRobust'
import { studentTCdf } from '../studentT'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { DRAWS, FAMILY_OF_TESTS, MARGIN, POOL_COLUMNS } from './settings'

interface TestCell { readonly judge: string; readonly name: string | null; readonly pairs: readonly PairedGrade[] }

function cellsOf(context: ViewContext, by: string): TestCell[] {
  return context.judges.flatMap((judge): TestCell[] => {
    const own = context.pairsOf(judge)
    if (by === 'judge') return [{ judge, name: null, pairs: own }]
    const key = by === 'solver' ? (p: PairedGrade) => p.solver : (p: PairedGrade) => p.domain
    return [...grouped(own.filter((p) => key(p) !== ''), key)].sort((a, b) => order(a[0], b[0])).map(([name, pairs]) => ({ judge, name, pairs }))
  })
}

function pickOf(cell: TestCell, by: string) {
  return { judge: cell.judge, solver: by === 'solver' ? cell.name : null, domain: by === 'domain' ? cell.name : null }
}

/** F18 and F19. */
export function* tests(context: ViewContext): Generator<number, Exhibit[]> {
  const by = context.choice(FAMILY_OF_TESTS)
  const tested = cellsOf(context, by).flatMap((cell) => {
    const error = clusterError(clustersOf(cell.pairs))
    if (error === null || error.standardError === 0) return []
    const t = error.mean / error.standardError
    return [{ cell, error, interval: clusterInterval(clustersOf(cell.pairs)), p: 2 * (1 - studentTCdf(Math.abs(t), error.clusters - 1)) }]
  })
  const [byHolm, byBh] = [holm(tested.map((t) => t.p)), benjaminiHochberg(tested.map((t) => t.p))]
  const family = `The family is the ${tested.length} cells shown.`
  const few = tested.filter((t) => t.error.clusters < 10).length
  const draws = context.number(DRAWS)
  const pairwise: { a: string; b: string; n: number; difference: number; p: number; isExact: boolean }[] = []
  const { judges } = context
  for (const [i, a] of judges.entries()) {
    const left = new Map(context.pairsOf(a).map((p) => [p.proofId, p]))
    for (const b of judges.slice(i + 1)) {
      const both = context.pairsOf(b).flatMap((p) => (left.has(p.proofId) ? [{ problemId: p.problemId, d: left.get(p.proofId)!.judge - p.judge }] : []))
      const sums = [...grouped(both, (x) => x.problemId)].sort((x, y) => order(x[0], y[0])).map(([, own]) => own.reduce((s, x) => s + x.d, 0))
      const found = signFlip(sums, both.length, context.random(`flip|${a}|${b}`), draws)
      if (found) pairwise.push({ a, b, n: both.length, ...found })
      yield Math.min(1, pairwise.length / Math.max(1, (judges.length * (judges.length - 1)) / 2))
    }
  }
  const adjusted = holm(pairwise.map((p) => p.p))
  const tone = (p: number): Entry['tone'] => (p < 0.05 ? 'warn' : undefined)
  return [
    exhibit({
      id: 'cells', title: 'Does inflation differ from 0?',
      caption: `t-test of each cell with CR1 errors clustered by problem, t with G − 1 degrees of freedom. Holm guards against any false finding, Benjamini–Hochberg against too large a share of them. ${family} ${context.basis} n: proofs.`,
      columns: [column('Judge', 'text'), ...(by === 'judge' ? [] : [column(by, 'text')]), column('inflation', 'signed'), column('problems', 'count'), column('p', 'p'), column('p, Holm', 'p'), column('p, BH', 'p')],
      rows: tested.map(({ cell, error, interval, p }, i) => [entry(cell.judge), ...(by === 'judge' ? [] : [entry(cell.name)]), estimate(error.mean, interval, { n: cell.pairs.length, opens: pickOf(cell, by) }), entry(error.clusters), entry(p), entry(byHolm[i]!, { tone: tone(byHolm[i]!) }), entry(byBh[i]!, { tone: tone(byBh[i]!) })]),
      warnings: few > 0 ? [`${few} cells have fewer than 10 problems; their t-intervals are wide, and normal ones would be too narrow.`] : [],
    }),
    exhibit({
      id: 'pairs', title: 'Do two judges differ?',
      caption: `Sign-flip permutation test by problem on proofs both graded (${draws.toLocaleString('en-US')} flips, all patterns when there are at most 14 problems); Holm over the ${pairwise.length} pairs. ${context.basis} n: proofs.`,
      columns: [column('First', 'text'), column('Second', 'text'), column('first − second', 'signed'), column('p', 'p'), column('p, Holm', 'p')],
      rows: pairwise.map((x, i) => [entry(x.a), entry(x.b), entry(x.difference, { n: x.n }), entry(x.p), entry(adjusted[i]!, { tone: tone(adjusted[i]!) })]),
    }),
  ]
}

const VERDICTS: Readonly<Record<Verdict, string>> = { equivalent: 'surely within the margin', different: 'differs from 0', cannotTell: 'cannot tell' }

/** F20. */
export function* equivalenceView(context: ViewContext): Generator<number, Exhibit[]> {
  const [margin, by] = [context.number(MARGIN), context.choice(FAMILY_OF_TESTS)]
  const rows = cellsOf(context, by).flatMap((cell) => {
    const e = equivalence(clustersOf(cell.pairs), margin)
    return e === null ? [] : [{ cell, e }]
  })
  yield 1
  const label = (c: TestCell) => (c.name === null ? c.judge : `${c.judge}, ${c.name}`)
  return [exhibit({
    id: 'equivalence', title: `Is |inflation| below ${margin}?`,
    caption: `Two one-sided t-tests at 5 %, errors clustered by problem; brackets are the 90 % interval that they read. ${context.basis} n: proofs.`,
    columns: [column('Judge', 'text'), ...(by === 'judge' ? [] : [column(by, 'text')]), column('inflation', 'signed'), column('p of equivalence', 'p'), column('p of 0', 'p'), column('verdict', 'text')],
    rows: rows.map(({ cell, e }) => [entry(cell.judge), ...(by === 'judge' ? [] : [entry(cell.name)]), estimate(e.mean, e, { n: cell.pairs.length, opens: pickOf(cell, by) }), entry(e.p), entry(e.pZero), entry(VERDICTS[e.verdict], { tone: e.verdict === 'equivalent' ? 'good' : e.verdict === 'different' ? 'warn' : undefined })]),
    figure: { kind: 'forest', axis: 'inflation, 90 % interval', rows: rows.slice(0, 80).map(({ cell, e }) => ({ label: label(cell), value: e.mean, low: e.low, high: e.high, note: `${VERDICTS[e.verdict]}, ${cell.pairs.length} proofs`, opens: pickOf(cell, by) })), lines: [{ at: -margin, label: `−${margin}` }, { at: margin, label: `+${margin}` }] },
  })]
}

/** F21. */
export function* pooling(context: ViewContext): Generator<number, Exhibit[]> {
  const by = context.choice(POOL_COLUMNS)
  const cells = cellsOf(context, by).filter((c) => c.name !== null)
  const pooled = partialPooling(cells.map((cell): PoolCell => {
    const means = [...grouped([...cell.pairs], (p) => p.problemId)].map(([, own]) => own.reduce((s, p) => s + p.judge - p.human, 0) / own.length)
    const mean = means.reduce((a, b) => a + b, 0) / means.length
    return { row: cell.judge, column: cell.name!, mean, problems: means.length, variance: means.length < 2 ? null : means.reduce((s, m) => s + (m - mean) ** 2, 0) / (means.length - 1) }
  }))
  yield 1
  if (pooled === null) return [message('pooling', 'Not enough cells', 'Pooling needs several judges and several columns, with two problems in some cell.')]
  const smallest = [...pooled.cells].sort((a, b) => a.problems - b.problems || order(a.row, b.row)).slice(0, 21)
  const opens = (c: { row: string; column: string }) => ({ judge: c.row, solver: by === 'solver' ? c.column : null, domain: by === 'domain' ? c.column : null })
  return [exhibit({
    id: 'pooling', title: 'Raw and pooled cells',
    caption: `Each cell is judge + ${by} + interaction, problems random and equal in weight; the pooled value is the raw one drawn towards judge + ${by} by how little the cell’s own problems say. Interaction SD ${pooled.tau.toFixed(3)}, SD between problems ${pooled.sigma.toFixed(3)}. ${context.basis} The figure shows the smallest cells.`,
    columns: [column('Judge', 'text'), column(by, 'text'), column('problems', 'count'), column('raw', 'signed'), column('judge + column', 'signed'), column('pooled', 'signed'), column('own weight')],
    rows: pooled.cells.map((c) => [entry(c.row), entry(c.column), entry(c.problems), entry(c.mean, { opens: opens(c) }), entry(c.fitted), estimate(c.shrunk, c), entry(c.weight)]),
    figure: { kind: 'forest', axis: 'pooled inflation, 95 %', rows: smallest.map((c) => ({ label: `${c.row}, ${c.column}`, value: c.shrunk, low: c.low, high: c.high, note: `raw ${c.mean.toFixed(3)}, ${c.problems} problems`, opens: opens(c) })) },
  })]
}
