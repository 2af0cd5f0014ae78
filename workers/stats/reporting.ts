/** Makes the report of a table, and computes a report again to compare. */
import type { Exhibit } from '../../src/audit/exhibit'
import { humanRaters, ledgerOf } from '../../src/audit/ledger'
import { matrixExhibit } from '../../src/audit/matrixExhibit'
import { matrixSteps, type MatrixQuery } from '../../src/audit/matrix'
import { readReport, reportDifferences, reportHtml, type AuditReport, type ReportSection } from '../../src/audit/report'
import { sortedNames } from '../../src/audit/table'
import { exportable, useFlagsOf } from '../../src/audit/useFlags'
import { OWN_PANELS, VIEWS } from '../../src/audit/views/catalogue'
import { ViewContext, type AuditQuery } from '../../src/audit/views/context'
import { VIEW_STEPS } from '../../src/audit/views/index'
import type { Chosen } from '../../src/audit/views/setting'
import { fail, ok, type Result } from '../../src/base/result'
import type { Stop } from '../../src/base/stop'
import type { StoredAudit } from '../../src/storage/audits'
import type { Opened, OpenTables } from './opened'
import { SYNTHETIC_ID, type OnProgress, type ReportCheck, type ReportFailure, type ReportRequest } from './protocol'

/** Lets a cancel be heard. */
type Breathe = () => Promise<void>

/** Views that say nothing of the table and would repeat themselves in every report. */
const NOT_REPORTED: ReadonlySet<string> = new Set(['planner', 'granularity'])
const FIRST_EXCLUDED = 200

async function sectionsOf(opened: Opened, query: AuditQuery, matrix: MatrixQuery, chosen: Readonly<Record<string, Chosen>>, onProgress: OnProgress, breathe: Breathe, stop: Stop): Promise<Result<ReportSection[], ReportFailure>> {
  const { table, textOf, info } = opened
  const humans = humanRaters(table, query.humans)
  const flags = useFlagsOf(table, info.name, opened.flags)
  const views = VIEWS.filter((v) => !OWN_PANELS.has(v.id) && !NOT_REPORTED.has(v.id))
  const parts = views.length + 1
  const allowed = (exhibits: readonly Exhibit[]) => exhibits.flatMap((e) => exportable(e, flags) ?? [])
  const drain = async <T>(steps: Generator<number, T>, part: number): Promise<T | null> => {
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
      onProgress((part + step.value) / parts)
      await breathe()
      if (stop.aborted) return null
    }
  }
  const first = await drain(matrixSteps(table, matrix, humans), 0)
  if (first === null) return fail('cancelled', 'The report was stopped.')
  const sections: ReportSection[] = [{ view: 'matrix', label: 'Inflation', note: '', chosen: { by: matrix.columns }, exhibits: allowed([matrixExhibit(first, false), matrixExhibit(first, true)]) }]
  for (const [i, view] of views.entries()) {
    const own = chosen[view.id] ?? {}
    const exhibits = await drain(VIEW_STEPS[view.id]!(new ViewContext(table, humans, query, own, textOf)), i + 1)
    if (exhibits === null) return fail('cancelled', 'The report was stopped.')
    // What a table cannot answer is not a page of the report.
    if (exhibits.some((e) => e.rows.length > 0)) sections.push({ view: view.id, label: view.label, note: view.note, chosen: own, exhibits: allowed(exhibits) })
  }
  return ok(sections)
}

export async function makeReport(opened: Opened, request: ReportRequest, onProgress: OnProgress, breathe: Breathe, stop: Stop): Promise<Result<string, ReportFailure>> {
  const { table, info, unread, sha256 } = opened
  const humans = humanRaters(table, request.query.humans)
  if (humans.size === 0) return fail('noHuman', 'No rater of this table is known to be human.', { next: 'Mark the human reference under Data, then make the report.' })
  const sections = await sectionsOf(opened, request.query, request.matrix, request.chosen, onProgress, breathe, stop)
  if (!sections.ok) return sections
  const ledger = ledgerOf(table, humans, unread, FIRST_EXCLUDED)
  const report: AuditReport = {
    schema: 1, kind: 'proof-lab-audit', at: request.at, appVersion: request.appVersion,
    table: {
      name: info.name, sha256, rows: table.rows.length, proofs: new Set(table.rows.map((r) => r.proofId)).size,
      problems: new Set(table.rows.map((r) => r.problemId)).size, flags: useFlagsOf(table, info.name, opened.flags),
    },
    humans: [...humans].sort(), query: request.query,
    promptHashes: sortedNames(table.rows.flatMap((r) => r.extras?.promptHash ?? [])),
    excluded: { counts: ledger.counts, first: ledger.gaps.map(({ reason, line, rater }) => ({ reason, line, rater })) },
    sections: sections.value,
  }
  return ok(reportHtml(report))
}

/** Reads a report, finds its table among those that this browser holds, computes everything again and compares. */
export async function checkAgain(html: string, tables: OpenTables, stored: readonly StoredAudit[], onProgress: OnProgress, breathe: Breathe, stop: Stop): Promise<Result<ReportCheck, ReportFailure>> {
  const report = readReport(html)
  if (!report.ok) return report
  const { table, query, sections } = report.value
  let found: Opened | null = null
  for (const id of [SYNTHETIC_ID, ...stored.filter((s) => s.sha256 === null || s.sha256 === table.sha256).map((s) => s.id)]) {
    const opened = await tables.get(id)
    if (opened.ok && opened.value.sha256 === table.sha256) {
      found = opened.value
      break
    }
  }
  if (!found)
    return fail('noSuchTable', `This browser holds no table whose SHA-256 is ${table.sha256.slice(0, 16)}…, so the numbers of “${table.name}” cannot be computed again.`, { next: 'Drop that table’s file, then open the report again.' })
  const matrix = sections.find((s) => s.view === 'matrix')
  const columns = (['domain', 'solver', 'both'] as const).find((c) => c === matrix?.chosen['by']) ?? 'domain'
  const again = await sectionsOf(found, query, { ...query, columns }, Object.fromEntries(sections.map((s) => [s.view, s.chosen])), onProgress, breathe, stop)
  if (!again.ok) return again
  return ok({ tableName: found.info.name, ...reportDifferences(sections, again.value) })
}
