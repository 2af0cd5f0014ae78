/** What the lab made of the table: roles, coverage, gaps, and which raters are the human reference. */
import { useState } from 'react'
import type { Failure } from '../../base/result'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { remap, setFlags } from '../../state/audits'
import type { AuditTable } from '../../../workers/stats/protocol'
import { count, counted, percent } from './format'
import { ChooseColumns } from './ChooseColumns'
import styles from './DoctorPanel.module.css'
import { GapBadges, REASONS } from './GapBadges'
import { HumanReference } from './HumanReference'
import tables from './tables.module.css'

export interface DoctorPanelProps {
  readonly table: AuditTable
  readonly isUnparsedZero: boolean
  readonly onChange: (patch: Record<string, string | undefined>) => void
  readonly onReread: () => void
  readonly onHumans: (raters: readonly string[]) => void
}

export function DoctorPanel({ table, isUnparsedZero, onHumans, onChange, onReread }: DoctorPanelProps) {
  const { ledger } = table
  const [isChoosing, setChoosing] = useState(false)
  const [refused, setRefused] = useState<Failure | null>(null)
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
      <fieldset className={styles.humans}>
        <legend>Use of this table</legend>
        {([['no_train', 'evaluation only: nothing is trained on it'], ['no_export', 'rows stay here: exports hold aggregates over at least 5 proofs']] as const).map(([flag, meaning]) => (
          <label key={flag} className={styles.rater}>
            <input type="checkbox" disabled={table.origin === 'synthetic'} checked={table.flags.includes(flag)} onChange={() => void setFlags(table.id, table.flags.includes(flag) ? table.flags.filter((f) => f !== flag) : [...table.flags, flag]).then(onReread)} /> {meaning}
          </label>
        ))}
        <label className={styles.rater}>
          <input type="checkbox" checked={isUnparsedZero} onChange={() => onChange({ zero: isUnparsedZero ? undefined : '1' })} /> count unparsed replies as 0; every table then says so
        </label>
      </fieldset>
      {table.origin === 'file' ? (
        isChoosing ? <ChooseColumns source={table.id} onCancel={() => setChoosing(false)} onApply={(mapping) => void remap(table.id, mapping).then((result) => { setRefused(result.ok ? null : result); if (result.ok) { setChoosing(false); onReread() } })} />
          : <p><Button onClick={() => setChoosing(true)}>Choose columns by hand</Button></p>
      ) : null}
      {refused ? <ErrorCard failure={refused} onRetry={() => setRefused(null)} retryLabel="Dismiss" /> : null}
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
