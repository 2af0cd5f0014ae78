/** A report that stands alone: one HTML file with every table and figure, and all that is needed to compute them again. */
import type { Exhibit } from './exhibit'
import { shownInterval, shownNumber } from './exhibitText'
import { sceneOf } from './figures/layout'
import { escaped, svgText } from './figures/svg'
import type { Ledger } from './ledger'
import type { AuditQuery } from './views/context'
import type { Chosen } from './views/setting'
import { fail, ok, type Result } from '../base/result'

/** @version 1 */
export interface AuditReport {
  readonly schema: 1
  readonly kind: 'proof-lab-audit'
  /** ISO 8601. */
  readonly at: string
  readonly appVersion: string
  readonly table: { readonly name: string; readonly sha256: string; readonly rows: number; readonly proofs: number; readonly problems: number; readonly flags: readonly string[] }
  readonly humans: readonly string[]
  /** Hashes of the judge prompts that the rows name. */
  readonly promptHashes: readonly string[]
  /** Rows that no number counts, by reason; the first of them with their line and rater, never their content. */
  readonly excluded: { readonly counts: Ledger['counts']; readonly first: readonly { readonly reason: string; readonly line: number | null; readonly rater: string }[] }
  readonly query: AuditQuery
  readonly sections: readonly ReportSection[]
}

export interface ReportSection {
  readonly view: string
  readonly label: string
  readonly note: string
  readonly chosen: Chosen
  readonly exhibits: readonly Exhibit[]
}

const DATA_ID = 'proof-lab-audit'
const FIGURE_WIDTH = 860

/** The report as one HTML text: no script, no request, readable on paper. Its data lie in it as JSON. */
export function reportHtml(report: AuditReport): string {
  const { table, query, excluded } = report
  const facts: readonly (readonly [string, string])[] = [
    ['Table', `${table.name}, ${table.rows.toLocaleString('en-US')} rows, ${table.proofs.toLocaleString('en-US')} proofs, ${table.problems.toLocaleString('en-US')} problems`],
    ['SHA-256', table.sha256], ['Use flags', table.flags.join(', ') || 'none'],
    ['Human reference', report.humans.length === 1 ? report.humans[0]! : `mean of ${report.humans.join(', ')}`],
    ['Rubric', query.rubric], ['Pass at', `≥ ${query.threshold}`],
    ['Intervals', `${query.method === 'bca' ? 'BCa' : 'percentile'} cluster bootstrap by problem, ${query.replicates.toLocaleString('en-US')} draws, seed ${query.seed}`],
    ['Unparsed replies', query.isUnparsedZero ? 'counted as 0' : 'left out'],
    ['Judge prompts', report.promptHashes.join(', ') || 'no prompt hash in the table'],
    ['Rows left out', Object.entries(excluded.counts).filter(([, n]) => n > 0).map(([reason, n]) => `${n.toLocaleString('en-US')} ${reason}`).join(', ') || 'none'],
    ['Made', `${report.at}, Proof Lab ${report.appVersion}`],
  ]
  const rows = excluded.first.length === 0 ? '' : `<details><summary>First rows left out, with reasons</summary><table><thead><tr><th>Reason</th><th>Row</th><th>Rater</th></tr></thead><tbody>${excluded.first.map((g) => `<tr><td>${escaped(g.reason)}</td><td>${g.line ?? '—'}</td><td>${escaped(g.rater)}</td></tr>`).join('')}</tbody></table></details>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped(`Judge audit: ${table.name}`)}</title><style>${STYLE}</style></head><body><main>
<h1>Judge audit</h1><p class="quiet">${escaped(table.name)}</p>
<table class="facts"><tbody>${facts.map(([k, v]) => `<tr><th scope="row">${escaped(k)}</th><td>${escaped(v)}</td></tr>`).join('')}</tbody></table>${rows}
<nav><ul>${report.sections.map((s) => `<li><a href="#${escaped(s.view)}">${escaped(s.label)}</a></li>`).join('')}</ul></nav>
${report.sections.map(sectionHtml).join('\n')}
</main><script type="application/json" id="${DATA_ID}">${JSON.stringify(report).replaceAll('<', '\\u003c')}</script></body></html>
`
}

function sectionHtml({ view, label, note, exhibits }: ReportSection): string {
  return `<section id="${escaped(view)}"><h2>${escaped(label)}</h2>${note ? `<p class="quiet">${escaped(note)}</p>` : ''}${exhibits.map(exhibitHtml).join('')}</section>`
}

function exhibitHtml({ title, caption, columns, rows, figure, warnings }: Exhibit): string {
  const drawn = figure && rows.length > 0 ? `<figure>${svgText(sceneOf(figure, FIGURE_WIDTH), title)}</figure>` : ''
  const table = columns.length === 0 || rows.length === 0 ? '' : `<div class="scroll"><table><thead><tr>${columns.map((c) => `<th scope="col"${c.format === 'text' ? '' : ' class="n"'}>${escaped(c.label)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((e, c) => {
    const format = columns[c]!.format
    const interval = shownInterval(e, format)
    return `<td${format === 'text' ? '' : ' class="n"'}>${escaped(shownNumber(e.value, format))}${interval ? `<small>${escaped(interval)}</small>` : ''}${e.n === undefined ? '' : `<small>n ${e.n.toLocaleString('en-US')}</small>`}</td>`
  }).join('')}</tr>`).join('')}</tbody></table></div>`
  return `<article><h3>${escaped(title)}</h3><p>${escaped(caption)}</p>${warnings.map((w) => `<p class="warn">${escaped(w)}</p>`).join('')}${drawn}${table}</article>`
}

const STYLE = `body{margin:0;font:15px/1.5 system-ui,'Segoe UI',Roboto,sans-serif;color:#171b22;background:#fff}main{max-width:940px;margin:0 auto;padding:28px 20px 60px}h1{margin:0}h2{margin:44px 0 4px;padding-top:14px;border-top:2px solid #171b22}h3{margin:26px 0 4px;font-size:1.05em}p{margin:4px 0 8px;max-width:90ch}.quiet,small{color:#5d6776}small{display:block;font-size:.75em}.warn{border-left:3px solid #8a5300;background:#fdf0d9;padding:6px 10px}table{border-collapse:collapse;font-size:.82em;font-variant-numeric:tabular-nums}th,td{padding:4px 10px 4px 0;border-bottom:1px solid #d5dae2;text-align:left;vertical-align:top}.n{text-align:right}.scroll{overflow-x:auto}figure{margin:8px 0;overflow-x:auto}svg{max-width:100%;height:auto}nav ul{columns:3;padding-left:18px}@media(max-width:600px){nav ul{columns:1}}@media print{article{break-inside:avoid}}`

/** The report inside an HTML file. Edges: another file, an older or newer schema, damaged JSON: each its own words. */
export function readReport(html: string): Result<AuditReport, 'notReport' | 'damaged'> {
  const start = html.indexOf(`<script type="application/json" id="${DATA_ID}">`)
  if (start < 0) return fail('notReport', 'This file is not a judge audit report of the lab.', { next: 'Choose an HTML file saved under Report.' })
  const from = html.indexOf('>', start) + 1
  try {
    const parsed = JSON.parse(html.slice(from, html.indexOf('</script>', from))) as Partial<AuditReport>
    if (parsed.kind !== 'proof-lab-audit' || parsed.schema !== 1 || !Array.isArray(parsed.sections) || !parsed.query || !parsed.table)
      return fail('damaged', `The report has a form that this version does not know (schema ${String(parsed.schema)}).`, { next: 'Open it with the version that made it, or make it again.' })
    return ok(parsed as AuditReport)
  } catch (error) {
    return fail('damaged', `The report's data are damaged: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Save the report again.' })
  }
}

export interface ReportDifference {
  readonly where: string
  readonly stored: string
  readonly computed: string
}

/** Every number and word in which two reports of the same table differ; empty when they agree to the last bit. */
export function reportDifferences(stored: readonly ReportSection[], computed: readonly ReportSection[]): { readonly compared: number; readonly differences: readonly ReportDifference[] } {
  const differences: ReportDifference[] = []
  let compared = 0
  const say = (v: unknown) => (v === undefined ? 'absent' : JSON.stringify(v))
  for (const section of stored) {
    const other = computed.find((s) => s.view === section.view)
    for (const exhibit of section.exhibits) {
      const twin = other?.exhibits.find((e) => e.id === exhibit.id)
      if (!twin) {
        differences.push({ where: `${section.label}: ${exhibit.title}`, stored: 'present', computed: 'absent' })
        continue
      }
      compared++
      if (JSON.stringify(exhibit.figure) !== JSON.stringify(twin.figure)) differences.push({ where: `${section.label}: ${exhibit.title}, figure`, stored: 'as drawn', computed: 'another' })
      const length = Math.max(exhibit.rows.length, twin.rows.length)
      for (let r = 0; r < length; r++)
        for (let c = 0; c < exhibit.columns.length; c++) {
          const [a, b] = [exhibit.rows[r]?.[c], twin.rows[r]?.[c]]
          for (const key of ['value', 'low', 'high', 'n'] as const) {
            if (a?.[key] === undefined && b?.[key] === undefined) continue
            compared++
            if (a?.[key] !== b?.[key]) differences.push({ where: `${section.label}: ${exhibit.title}, row ${r + 1}, ${exhibit.columns[c]!.label}${key === 'value' ? '' : ` ${key}`}`, stored: say(a?.[key]), computed: say(b?.[key]) })
          }
        }
    }
  }
  return { compared, differences }
}
