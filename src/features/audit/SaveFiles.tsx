/** How an exhibit is taken away: drawing, picture, numbers, caption. Nothing where the table's terms keep it here. */
import type { Exhibit } from '../../audit/exhibit'
import { exportable } from '../../audit/useFlags'
import type { AuditTable } from '../../../workers/stats/protocol'
import { saveExhibit, type ExhibitFile } from './saveExhibit'
import styles from './ExhibitView.module.css'

const FILES: readonly (readonly [ExhibitFile, string])[] = [['svg', 'SVG'], ['png', 'PNG'], ['csv', 'CSV'], ['caption', 'Caption']]

export function SaveFiles({ exhibit, table }: { readonly exhibit: Exhibit; readonly table: Pick<AuditTable, 'name' | 'flags'> }) {
  const kept = exportable(exhibit, table.flags)
  if (kept === null || exhibit.columns.length === 0) return null
  const hasFigure = kept.figure !== null && kept.rows.length > 0
  return (
    <div className={styles.files} role="group" aria-label={`Save ${exhibit.title}`}>
      <span className={styles.save}>Save</span>
      {FILES.filter(([as]) => hasFigure || as === 'csv' || as === 'caption').map(([as, label]) => (
        <button key={as} type="button" className={styles.file} onClick={() => void saveExhibit(exhibit, as, table)}>{label}</button>
      ))}
    </div>
  )
}
