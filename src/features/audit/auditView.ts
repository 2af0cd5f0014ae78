/** The audit's part of the URL: everything that decides what is shown, so that a link shows the same. */
import type { CellKey, Columns, MatrixQuery } from '../../audit/matrix'
import { SYNTHETIC_ID, type AuditTable } from '../../../workers/stats/protocol'

export type UrlView = Readonly<Record<string, string | undefined>>

export interface AuditView {
  readonly tableId: string
  /** Raters chosen as the human reference; empty for the table's own. */
  readonly humans: readonly string[]
  readonly query: MatrixQuery
  /** Show inflation as a share of headroom. */
  readonly isShare: boolean
  /** Column of the chart; null for all. */
  readonly chartColumn: string | null
  readonly cell: CellKey | null
  readonly proofId: string | null
}

export const DEFAULTS = { threshold: 0.9, replicates: 10_000, seed: 1 } as const
export const MOST_REPLICATES = 100_000

/** The tables' own part: known before a table is open. */
export function tableInView(view: UrlView): { tableId: string; humans: readonly string[] } {
  return { tableId: view['audit'] || SYNTHETIC_ID, humans: namesIn(view['humans']) }
}

/** The view, with names that the table does not have replaced by its defaults. */
export function auditView(view: UrlView, table: AuditTable): AuditView {
  const { tableId, humans } = tableInView(view)
  const rubric = oneOf(view['rubric'], table.rubrics) ?? (table.rubrics.includes('expert') ? 'expert' : (table.rubrics[0] ?? ''))
  const by = view['by']
  // Without domains, solvers are all there is to compare.
  const columns: Columns = table.domains.length === 0 ? 'solver' : by === 'solver' || by === 'both' ? by : 'domain'
  const judge = oneOf(view['judge'], table.raters.map((r) => r.id))
  return {
    tableId, humans,
    query: {
      rubric, columns, humans,
      domain: oneOf(view['domain'], table.domains),
      solver: oneOf(view['solver'], table.solvers),
      threshold: numberIn(view['pass'], 0, 1, DEFAULTS.threshold),
      replicates: Math.round(numberIn(view['draws'], 100, MOST_REPLICATES, DEFAULTS.replicates)),
      method: view['ci'] === 'bca' ? 'bca' : 'percentile',
      seed: Math.round(numberIn(view['seed'], 0, 2 ** 31 - 1, DEFAULTS.seed)),
    },
    isShare: view['share'] === '1',
    chartColumn: oneOf(view['col'], columns === 'solver' ? table.solvers : table.domains),
    cell: judge === null ? null : { judge, solver: oneOf(view['ofSolver'], table.solvers), domain: oneOf(view['ofDomain'], table.domains) },
    proofId: view['proof'] || null,
  }
}

/** What to write into the URL to open a cell, or to close it. */
export function cellPatch(cell: CellKey | null): Record<string, string | undefined> {
  return { judge: cell?.judge, ofSolver: cell?.solver ?? undefined, ofDomain: cell?.domain ?? undefined, proof: undefined }
}

/** Names joined by a comma; a comma or a percent sign inside a name is escaped. */
export function namesOut(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.map((n) => n.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',')
}

function namesIn(text: string | undefined): string[] {
  return text ? text.split(',').map((n) => n.replaceAll('%2C', ',').replaceAll('%25', '%')) : []
}

function oneOf(value: string | undefined, names: readonly string[]): string | null {
  return value !== undefined && names.includes(value) ? value : null
}

function numberIn(text: string | undefined, low: number, high: number, otherwise: number): number {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise
}
