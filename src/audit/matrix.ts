/** The inflation matrix: judge × solver, judge × domain, or judge × solver × domain, margins included. */
import { agreement, type Agreement } from './agreement'
import { clustersOf } from './clusters'
import { inflation, type Inflation } from './inflation'
import type { Interval, IntervalMethod } from './intervals'
import { matrixBootstrap } from './matrixBootstrap'
import { pairedGrades, type PairedGrade } from './pairs'
import { passTable, type PassTable } from './passTable'
import { sortedNames, type GradeTable } from './table'

export type Columns = 'solver' | 'domain' | 'both'

export interface MatrixQuery {
  readonly rubric: string
  /** `both` opens every judge into its solvers, with domains as columns. */
  readonly columns: Columns
  /** Keep one domain or one solver only; null for all. */
  readonly domain: string | null
  readonly solver: string | null
  readonly threshold: number
  readonly replicates: number
  readonly seed: number
  readonly method: IntervalMethod
  /** Unparsed replies count as 0: only when asked for, and then said on the table. */
  readonly isUnparsedZero?: boolean
  /** Raters that stand for the human reference; empty for those that the table calls human. */
  readonly humans: readonly string[]
}

/** Which pairs a cell holds; null means all of them. */
export interface CellKey {
  readonly judge: string
  readonly solver: string | null
  readonly domain: string | null
}

export interface Cell extends CellKey, Inflation {
  /** Cluster bootstrap by the query's method; null for a single problem. */
  readonly interval: Interval | null
  /** The same for the share of headroom. */
  readonly shareInterval: Interval | null
}

export interface JudgeSummary {
  readonly judge: string
  readonly agreement: Agreement
  readonly pass: PassTable
}

export interface Matrix {
  readonly query: MatrixQuery
  readonly judges: readonly string[]
  readonly solvers: readonly string[]
  readonly domains: readonly string[]
  readonly humans: readonly string[]
  /** Cells that hold at least one pair. */
  readonly cells: readonly Cell[]
  readonly summaries: readonly JudgeSummary[]
  readonly pairs: number
}

/**
 * Computes the matrix in steps; each yield says how much is done (0..1), the return value is the matrix.
 * A cell's random stream is named by the rubric and the cell's own problems, so equal seeds give equal intervals whatever
 * else is shown, and cells over the same problems share their draws. Cells without pairs are absent, not 0.
 */
export function* matrixSteps(table: GradeTable, query: MatrixQuery, humans: ReadonlySet<string>): Generator<number, Matrix> {
  const pairs = pairedGrades(table, query.rubric, humans, query.isUnparsedZero).filter((p) => isIn(p, query))
  const judges = sortedNames(pairs.map((p) => p.judgeId))
  const solvers = sortedNames(pairs.map((p) => p.solver))
  const domains = sortedNames(pairs.map((p) => p.domain).filter((d) => d !== ''))
  const groups = [...groupsOf(pairs, query).values()]
  yield 0
  const intervals = yield* matrixBootstrap(groups.map((g) => clustersOf(g.pairs)), { ...query, stream: query.rubric })
  const cells = groups.map(({ key, pairs: own }, i): Cell => ({
    ...key, ...inflation(own)!, interval: intervals[i]!.inflation, shareInterval: intervals[i]!.share,
  }))
  return { query, judges, solvers, domains, humans: [...humans].sort(), cells, summaries: summariesOf(pairs, query.threshold), pairs: pairs.length }
}

/** The same matrix under another pass threshold: cells do not depend on it, so no bootstrap is run again. */
export function atThreshold(table: GradeTable, matrix: Matrix, threshold: number): Matrix {
  if (matrix.query.threshold === threshold) return matrix
  const query = { ...matrix.query, threshold }
  const pairs = pairedGrades(table, query.rubric, new Set(matrix.humans), query.isUnparsedZero).filter((p) => isIn(p, query))
  return { ...matrix, query, summaries: summariesOf(pairs, threshold) }
}

function summariesOf(pairs: readonly PairedGrade[], threshold: number): JudgeSummary[] {
  return sortedNames(pairs.map((p) => p.judgeId)).map((judge) => {
    const own = pairs.filter((p) => p.judgeId === judge)
    return { judge, agreement: agreement(own)!, pass: passTable(own, threshold)! }
  })
}

function isIn(pair: PairedGrade, { solver, domain }: Pick<CellKey, 'solver' | 'domain'>): boolean {
  return (solver === null || pair.solver === solver) && (domain === null || pair.domain === domain)
}

/** Pairs by cell. A pair enters its cell and every margin above it; a filter to one name leaves no margin over it. */
function groupsOf(pairs: readonly PairedGrade[], query: MatrixQuery): Map<string, { key: CellKey; pairs: PairedGrade[] }> {
  const groups = new Map<string, { key: CellKey; pairs: PairedGrade[] }>()
  const put = (pair: PairedGrade, solver: string | null, domain: string | null) => {
    const id = `${pair.judgeId}\u0000${solver ?? '\u0001'}\u0000${domain ?? '\u0001'}`
    const group = groups.get(id)
    if (group) group.pairs.push(pair)
    else groups.set(id, { key: { judge: pair.judgeId, solver, domain }, pairs: [pair] })
  }
  const hasSolverMargin = query.solver === null
  const hasDomainMargin = query.domain === null
  for (const pair of pairs) {
    const solver = query.solver ?? (query.columns === 'domain' ? null : pair.solver)
    const domain = query.domain ?? (query.columns === 'solver' || pair.domain === '' ? null : pair.domain)
    const [overSolvers, overDomains] = [hasSolverMargin && solver !== null, hasDomainMargin && domain !== null]
    if (overSolvers && overDomains) put(pair, null, null)
    if (overSolvers) put(pair, null, domain)
    if (overDomains) put(pair, solver, null)
    put(pair, solver, domain)
  }
  return groups
}
