/** What the lab made of the table: roles, coverage, gaps, and which raters are the human reference. */
import type { GapReason } from '../../audit/ledger'
import { Badge } from '../../ui/Badge'
import { Panel } from '../../ui/Panel'
import type { AuditTable } from '../../../workers/stats/protocol'
import { count, counted, percent, plain } from './format'
import styles from './DoctorPanel.module.css'
import tables from './tables.module.css'

const REASONS: readonly (readonly [GapReason, label: string, meaning: string])[] = [
  ['missing', 'missing', 'a row with an empty grade'],
  ['absent', 'no row', 'a proof without this judge’s grade under this rubric'],
  ['refused', 'refused', 'the rater declined to grade'],
  ['unparsed', 'unparsed', 'a reply without a readable grade'],
  ['truncated', 'truncated', 'a reply that was cut before its grade'],
  ['out_of_range', 'out of range', 'a grade below 0 or above full marks'],
  ['noHuman', 'no human grade', 'a judged proof without a human grade under the same rubric'],
  ['duplicate', 'duplicate', 'a second row for the same proof, rater, rubric and run; the first counts'],
  ['unread', 'unreadable line', 'a line of the file that is not a row'],
]

export interface DoctorPanelProps {
  readonly table: AuditTable
  readonly onHumans: (raters: readonly string[]) => void
}

export function DoctorPanel({ table, onHumans }: DoctorPanelProps) {
  const { ledger } = table
  const gaps = REASONS.filter(([reason]) => ledger.counts[reason] > 0)
  const judges = table.raters.filter((r) => !table.humans.includes(r.id))
  const toggle = (rater: string) =>
    onHumans(table.humans.includes(rater) ? table.humans.filter((h) => h !== rater) : [...table.humans, rater])
  return (
    <Panel title="The table" note={`${table.shape === 'generated' ? 'Generated in this tab' : `${table.shape === 'long' ? 'One row per grade' : 'One row per proof'}, ${table.format}`}. A gap is never counted as 0.`}>
      <dl className={styles.facts}>
        {([['grades', count(table.rows)], ['proofs', count(table.proofs)], ['problems', count(table.problems)], ['solvers', count(table.solvers.length)],
          ['domains', table.domains.length === 0 ? '—' : count(table.domains.length)], ['judges', count(judges.length)], ['rubrics', count(table.rubrics.length)],
          ['judge grades present', ledger.expectedGrades === 0 ? '—' : `${count(ledger.judgeGrades)} of ${count(ledger.expectedGrades)} (${percent(ledger.judgeGrades / ledger.expectedGrades)})`],
        ] as const).map(([name, value]) => (
          <div key={name} className={styles.fact}><dt>{name}</dt><dd>{value}</dd></div>
        ))}
      </dl>
      <p className={styles.line}>
        {gaps.length === 0 ? <Badge tone="good">no gaps</Badge> : gaps.map(([reason, label, meaning]) => (
          <Badge key={reason} tone="warn" title={meaning}>{count(ledger.counts[reason])} {label}</Badge>
        ))}
        {table.guessedMax !== null ? <Badge tone="warn" title="No column names the full marks; this scale holds every score seen">full marks taken as {plain(table.guessedMax, 0)}</Badge> : null}
      </p>
      <fieldset className={styles.humans}>
        <legend>Human reference: the mean over these raters, same proof, same rubric</legend>
        {table.raters.map((r) => (
          <label key={r.id} className={styles.rater}>
            <input type="checkbox" checked={table.humans.includes(r.id)} onChange={() => toggle(r.id)} /> {r.id}
          </label>
        ))}
        {table.humans.length === 1 ? <p className={tables.quiet}>One human per proof: the humans’ own error cannot be told apart from the judges’.</p> : null}
        {table.humans.length === 0 ? <p className={styles.need}>None is known to be human. Mark the reference to see inflation.</p> : null}
      </fieldset>
      {ledger.gaps.length > 0 ? (
        <details>
          <summary>{counted(Object.values(ledger.counts).reduce((a, b) => a + b, 0), 'gap')}: which and where</summary>
          <div className={`${tables.scroll} ${tables.tall}`} role="region" aria-label="Gaps" tabIndex={0}>
            <table className={`${tables.table} ${tables.sticky}`}>
              <thead><tr><th scope="col">Reason</th><th scope="col" className={tables.number}>Row</th><th scope="col">Proof</th><th scope="col">Rater</th><th scope="col">Rubric</th><th scope="col">Cell</th></tr></thead>
              <tbody>
                {ledger.gaps.map((gap, i) => (
                  <tr key={i}>
                    <td>{REASONS.find(([r]) => r === gap.reason)?.[1]}</td>
                    <td className={tables.number}>{gap.line ?? '—'}</td>
                    <td className={tables.wrap}>{gap.proofId || '—'}</td>
                    <td className={tables.wrap}>{gap.rater || '—'}</td>
                    <td>{gap.rubric || '—'}</td>
                    <td className={tables.wrap}>{gap.detail}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      ) : null}
      {table.columns.length > 0 ? (
        <details>
          <summary>{counted(table.columns.length, 'column')} and their roles</summary>
          <div className={`${tables.scroll} ${tables.tall}`} role="region" aria-label="Columns" tabIndex={0}>
            <table className={`${tables.table} ${tables.sticky}`}>
              <thead><tr><th scope="col">Column</th><th scope="col">Role</th><th scope="col" className={tables.number}>Filled</th><th scope="col" className={tables.number}>Range or values</th></tr></thead>
              <tbody>
                {table.columns.map((c) => (
                  <tr key={c.name}>
                    <th scope="row" className={tables.wrap}>{c.name}</th>
                    <td>{c.role ?? <span className={tables.unknown}>not used</span>}</td>
                    <td className={tables.number}>{percent(c.coverage)}</td>
                    <td className={tables.number}>{c.range ? `${c.range.low} to ${c.range.high}` : c.distinct >= 1000 ? '1,000 or more values' : counted(c.distinct, 'value')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      ) : null}
    </Panel>
  )
}
