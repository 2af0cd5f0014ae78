/** What the lab made of the table: roles, coverage, gaps, and which raters are the human reference. */
import { Panel } from '../../ui/Panel'
import type { AuditTable } from '../../../workers/stats/protocol'
import { count, counted, percent } from './format'
import styles from './DoctorPanel.module.css'
import { GapBadges, REASONS } from './GapBadges'
import { HumanReference } from './HumanReference'
import tables from './tables.module.css'

export interface DoctorPanelProps {
  readonly table: AuditTable
  readonly onHumans: (raters: readonly string[]) => void
}

export function DoctorPanel({ table, onHumans }: DoctorPanelProps) {
  const { ledger } = table
  const judges = table.raters.filter((r) => !table.humans.includes(r.id))
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
        <GapBadges table={table} />
      </p>
      <HumanReference table={table} onHumans={onHumans} />
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
