/** What is wrong with a row, as far as the row itself tells. */
import { useMemo } from 'react'
import { rowFaults } from '../../proofs/rowFaults'
import { Badge } from '../../ui/Badge'
import type { ProofRow } from '../../../workers/data/protocol'
import styles from './RowReader.module.css'

export function RowHealth({ row }: { readonly row: ProofRow }) {
  const faults = useMemo(() => rowFaults(row), [row])
  if (faults.length === 0) return null
  return (
    <ul className={styles.health} role="list" aria-label="Faults of this row">
      {faults.map(({ kind, what }) => <li key={kind}><Badge tone="warn">{what}</Badge></li>)}
    </ul>
  )
}
