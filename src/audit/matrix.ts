/** The inflation matrix: judge × solver, judge × domain, or judge × solver × domain, margins included. */
import { Random } from '../base/random'
import { agreement, type Agreement } from './agreement'
import { cellStream, ClusterBootstrap, type Interval } from './bootstrap'
import { clustersOf } from './clusters'
import { inflation, type Inflation } from './inflation'
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
  /** Percentile interval of the cluster bootstrap; null for a single problem. */
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

/** The name of a cell's random stream. */
export function cellName({ judge, solver, domain }: CellKey): string {
  return `${judge}|${solver ?? '*'}|${domain ?? '*'}`
}

/** Draws between two chances to report and to stop: about 20 ms. */
const DRAWS_A_STEP = 1_000_000

/**
 * Computes the matrix in steps; each yield says how much is done (0..1), the return value is the matrix.
 * Every cell has its own random stream, named `rubric|judge|solver|domain` with `*` for all, so equal seeds give equal
 * intervals whatever else is shown. Cells without pairs are absent, not 0.
 */
export function* matrixSteps(table: GradeTable, query: MatrixQuery, humans: ReadonlySet<string>): Generator<number, Matrix> {
  const pairs = pairedGrades(table, query.rubric, humans).filter((p) => isIn(p, query))
  const judges = sortedNames(pairs.map((p) => p.judgeId))
  const solvers = sortedNames(pairs.map((p) => p.solver))
  const domains = sortedNames(pairs.map((p) => p.domain).filter((d) => d !== ''))
  const groups = groupsOf(pairs, query)
  const draws = [...groups.values()].reduce((sum, g) => sum + clustersOf(g.pairs).length * query.replicates, 0)
  let drawn = 0
  const cells: Cell[] = []
  for (const { key, pairs: own } of groups.values()) {
    const clusters = clustersOf(own)
    const bootstrap = new ClusterBootstrap(clusters, query.replicates, Random.seed(query.seed, cellStream(`${query.rubric}|${cellName(key)}`)))
    const chunk = Math.max(1, Math.floor(DRAWS_A_STEP / clusters.length))
    while (bootstrap.done < query.replicates) {
      const before = bootstrap.done
      bootstrap.advance(chunk)
      drawn += (bootstrap.done - before) * clusters.length
      yield drawn / draws
    }
    cells.push({ ...key, ...inflation(own)!, interval: bootstrap.inflation(), shareInterval: bootstrap.share() })
  }
  return { query, judges, solvers, domains, humans: [...humans].sort(), cells, summaries: summariesOf(pairs, query.threshold), pairs: pairs.length }
}

/** The same matrix under another pass threshold: cells do not depend on it, so no bootstrap is run again. */
export function atThreshold(table: GradeTable, matrix: Matrix, threshold: number): Matrix {
  if (matrix.query.threshold === threshold) return matrix
  const query = { ...matrix.query, threshold }
  const pairs = pairedGrades(table, query.rubric, new Set(matrix.humans)).filter((p) => isIn(p, query))
  return { ...matrix, query, summaries: summariesOf(pairs, threshold) }
}

function summariesOf(pairs: readonly PairedGrade[], threshold: number): JudgeSummary[] {
  return sortedNames(pairs.map((p) => p.judgeId)).map((judge) => {
    const own = pairs.filter((p) => p.judgeId === judge)
    return { judge, agreement: agreement(own)!, pass: passTable(own, threshold)! }
  })
}

/** The pairs behind one cell, the largest disagreement first. */
export function cellPairs(table: GradeTable, query: Pick<MatrixQuery, 'rubric'>, key: CellKey, humans: ReadonlySet<string>): PairedGrade[] {
  return pairedGrades(table, query.rubric, humans)
    .filter((p) => p.judgeId === key.judge && isIn(p, key))
    .sort((a, b) => Math.abs(b.judge - b.human) - Math.abs(a.judge - a.human))
}

function isIn(pair: PairedGrade, { solver, domain }: Pick<CellKey, 'solver' | 'domain'>): boolean {
  return (solver === null || pair.solver === solver) && (domain === null || pair.domain === domain)
}

/** Pairs by cell. A pair enters its cell and every margin above it; a filter to one name leaves no margin over it. */
function groupsOf(pairs: readonly PairedGrade[], query: MatrixQuery): Map<string, { key: CellKey; pairs: PairedGrade[] }> {
  const groups = new Map<string, { key: CellKey; pairs: PairedGrade[] }>()
  for (const pair of pairs) {
    const solvers = query.solver !== null ? [query.solver] : query.columns === 'domain' ? [null] : [null, pair.solver]
    const domains = query.domain !== null ? [query.domain] : query.columns === 'solver' || pair.domain === '' ? [null] : [null, pair.domain]
    for (const solver of solvers)
      for (const domain of domains) {
        const key: CellKey = { judge: pair.judgeId, solver, domain }
        const id = JSON.stringify([key.judge, solver, domain])
        const group = groups.get(id)
        if (group) group.pairs.push(pair)
        else groups.set(id, { key, pairs: [pair] })
      }
  }
  return groups
}
