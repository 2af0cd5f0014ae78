/** Which raters are the human reference. */
import type { AuditTable } from '../../../workers/stats/protocol'
import styles from './DoctorPanel.module.css'
import tables from './tables.module.css'

export interface HumanReferenceProps {
  readonly table: AuditTable
  readonly onHumans: (raters: readonly string[]) => void
}

export function HumanReference({ table, onHumans }: HumanReferenceProps) {
  const toggle = (rater: string) =>
    onHumans(table.humans.includes(rater) ? table.humans.filter((h) => h !== rater) : [...table.humans, rater])
  return (
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
  )
}
