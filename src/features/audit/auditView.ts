/** The audit's part of the URL: everything that decides what is shown, so that a link shows the same. */
import type { ProofPick } from '../../audit/exhibit'
import type { Columns, MatrixQuery } from '../../audit/matrix'
import { viewNamed, type ViewEntry } from '../../audit/views/catalogue'
import type { AuditQuery } from '../../audit/views/context'
import { splitNames, type Chosen } from '../../audit/views/setting'
import { SYNTHETIC_ID, type AuditTable } from '../../../workers/stats/protocol'

export type UrlView = Readonly<Record<string, string | undefined>>

export interface AuditView {
  readonly tableId: string
  /** Raters chosen as the human reference; empty for the table's own. */
  readonly humans: readonly string[]
  /** Which analysis is open. */
  readonly entry: ViewEntry
  readonly query: MatrixQuery & { readonly isUnparsedZero: boolean }
  /** The same choices as the analyses take them. */
  readonly auditQuery: AuditQuery
  /** Settings of the open analysis. */
  readonly chosen: Chosen
  /** Show inflation as a share of headroom. */
  readonly isShare: boolean
  /** Column of the chart; null for all. */
  readonly chartColumn: string | null
  /** Whose proofs are open below. */
  readonly pick: ProofPick | null
  readonly proofId: string | null
}

export const DEFAULTS = { threshold: 0.9, replicates: 10_000, seed: 1 } as const
export const MOST_REPLICATES = 100_000

/** The tables' own part: known before a table is open. */
export function tableInView(view: UrlView): { tableId: string; humans: readonly string[] } {
  return { tableId: view['audit'] || SYNTHETIC_ID, humans: splitNames(view['humans']) }
}

/** The view, with names that the table does not have replaced by its defaults. */
export function auditView(view: UrlView, table: AuditTable): AuditView {
  const { tableId, humans } = tableInView(view)
  const rubric = oneOf(view['rubric'], table.rubrics) ?? (table.rubrics.includes('expert') ? 'expert' : (table.rubrics[0] ?? ''))
  const by = view['by']
  // Without domains, solvers are all there is to compare.
  const columns: Columns = table.domains.length === 0 ? 'solver' : by === 'solver' || by === 'both' ? by : 'domain'
  const judge = view['judge'] === ANY_JUDGE ? null : oneOf(view['judge'], table.raters.map((r) => r.id))
  const entry = viewNamed(view['view'])
  const query: AuditView['query'] = {
      rubric, columns, humans, isUnparsedZero: view['zero'] === '1',
      domain: oneOf(view['domain'], table.domains),
      solver: oneOf(view['solver'], table.solvers),
      threshold: numberIn(view['pass'], 0, 1, DEFAULTS.threshold),
      replicates: Math.round(numberIn(view['draws'], 100, MOST_REPLICATES, DEFAULTS.replicates)),
      method: view['ci'] === 'bca' ? 'bca' : 'percentile',
      seed: Math.round(numberIn(view['seed'], 0, 2 ** 31 - 1, DEFAULTS.seed)),
  }
  const { columns: _columns, ...auditQuery } = query
  const outcome = (['tp', 'fp', 'fn', 'tn'] as const).find((o) => o === view['outcome'])
  const ofRubric = oneOf(view['ofRubric'], table.rubrics)
  return {
    tableId, humans, entry, query, auditQuery,
    chosen: Object.fromEntries(entry.settings.flatMap(({ id }) => (view[id] === undefined ? [] : [[id, view[id]]]))),
    isShare: view['share'] === '1',
    chartColumn: oneOf(view['col'], columns === 'solver' ? table.solvers : table.domains),
    pick: judge === null && view['judge'] !== ANY_JUDGE ? null : {
      judge, solver: oneOf(view['ofSolver'], table.solvers), domain: oneOf(view['ofDomain'], table.domains),
      ...(outcome ? { outcome } : {}), ...(ofRubric !== null ? { rubric: ofRubric } : {}),
    },
    proofId: view['proof'] || null,
  }
}

/** In place of a judge's name: all of them. */
const ANY_JUDGE = '*'

/** What to write into the URL to open a number's proofs, or to close them. */
export function pickPatch(pick: ProofPick | null): Record<string, string | undefined> {
  return {
    judge: pick === null ? undefined : (pick.judge ?? ANY_JUDGE), ofSolver: pick?.solver ?? undefined, ofDomain: pick?.domain ?? undefined,
    outcome: pick?.outcome, ofRubric: pick?.rubric, proof: undefined,
  }
}

function oneOf(value: string | undefined, names: readonly string[]): string | null {
  return value !== undefined && names.includes(value) ? value : null
}

function numberIn(text: string | undefined, low: number, high: number, otherwise: number): number {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise
}
