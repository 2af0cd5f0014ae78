/** The column doctor: what each column is taken for, how full it is, and what can be done with the dataset as it is read. */
import { useState } from 'react'
import type { Failure } from '../../base/result'
import { capabilities } from '../../proofs/schemas/capabilities'
import { recognise } from '../../proofs/schemas'
import { fits, ROLES, type Role } from '../../proofs/schemas/schema'
import { useDatasets } from '../../state/datasets'
import { Badge } from '../../ui/Badge'
import { ErrorCard } from '../../ui/ErrorCard'
import type { ColumnFacts, DatasetRecord } from '../../../workers/data/protocol'
import { profileWords, share } from './columnBars'
import styles from './ColumnsPanel.module.css'

const ALL_ROLES = Object.keys(ROLES) as Role[]

export function ColumnsPanel({ dataset, facts }: { readonly dataset: DatasetRecord; readonly facts: readonly ColumnFacts[] | null }) {
  const change = useDatasets((s) => s.change)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isSaving, setSaving] = useState(false)
  const { why } = recognise(dataset.columns)
  const setRole = async (column: string, role: Role | '') => {
    const roles = Object.fromEntries((Object.entries(dataset.roles) as [Role, string][]).filter(([r, name]) => name !== column && r !== role))
    setSaving(true)
    const result = await change(dataset.id, { roles: role ? { ...roles, [role]: column } : roles })
    setSaving(false)
    setFailure(result.ok ? null : result)
  }
  return (
    <div className={styles.panel}>
      {why ? <p className={styles.why}>No known schema: {why}. Set the roles below, and the rest of the lab reads it by them.</p> : null}
      {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
      <div className={styles.scroll} role="region" aria-label="Columns" tabIndex={0}>
        <table className={styles.table}>
          <thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Role</th><th scope="col" className={styles.number}>Filled</th><th scope="col">Holds</th></tr></thead>
          <tbody>
            {dataset.columns.map(({ name, type, meanBytes }) => {
              const fact = facts?.find((f) => f.name === name)
              const role = (Object.entries(dataset.roles) as [Role, string][]).find(([, column]) => column === name)?.[0] ?? ''
              const possible = ALL_ROLES.filter((r) => fits(r, type))
              return (
                <tr key={name}>
                  <th scope="row"><code>{name}</code></th>
                  <td className={styles.type}>{type}</td>
                  <td>
                    <select className={styles.select} aria-label={`Role of ${name}`} value={role} disabled={isSaving || (possible.length === 0 && role === '')} onChange={(event) => void setRole(name, event.target.value as Role | '')}>
                      <option value="">none</option>
                      {possible.map((r) => <option key={r} value={r}>{ROLES[r].words}</option>)}
                    </select>
                  </td>
                  <td className={styles.number}>{fact?.profile ? share(fact.profile.filled, dataset.rows) : '—'}</td>
                  <td>{fact?.profile ? profileWords(fact, dataset.rows).replace(/, [^,]* filled$/, '') : meanBytes !== undefined ? `long, about ${Math.round(meanBytes).toLocaleString('en')} bytes a row; read when it is shown` : '—'}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <h3 className={styles.head}>What can be done with it</h3>
      <ul className={styles.able} role="list">
        {capabilities(dataset.roles).map(({ what, missing }) => (
          <li key={what}>
            <Badge tone={missing.length === 0 ? 'good' : 'neutral'}>{missing.length === 0 ? 'yes' : 'not yet'}</Badge> {what}
            {missing.length > 0 ? <span className={styles.missing}>: needs a column for {missing.map((r) => ROLES[r].words).join(' and ')}</span> : null}
          </li>
        ))}
      </ul>
    </div>
  )
}
