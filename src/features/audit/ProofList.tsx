/** A long list of proofs of which only the visible rows are drawn; the open one stays in sight. */
import { useEffect, type ReactNode } from 'react'
import type { PairedGrade } from '../../audit/pairs'
import styles from './DisagreementsPanel.module.css'
import { useWindow } from './useWindow'

const ROW = 34

export interface ProofListProps {
  readonly proofs: readonly PairedGrade[]
  readonly at: number
  /** What stands at the end of a row. */
  readonly badge: (proof: PairedGrade) => ReactNode
  /** Solvers are hidden while a proof is graded blind. */
  readonly isBlind: boolean
  readonly onPick: (proofId: string) => void
}

export function ProofList({ proofs, at, badge, isBlind, onPick }: ProofListProps) {
  const { frame, first, last, show } = useWindow(proofs.length, ROW)
  useEffect(() => show(at)) // keys move the open row
  return (
    <div ref={frame} className={styles.list} role="region" aria-label={isBlind ? 'Proofs in order of names' : 'Proofs by disagreement'} tabIndex={0}>
      <div style={{ height: proofs.length * ROW, position: 'relative' }}>
        {proofs.slice(first, last).map((p, i) => (
          <button
            key={p.proofId} type="button" className={styles.row} style={{ top: (first + i) * ROW, height: ROW }}
            aria-current={first + i === at ? 'true' : undefined} onClick={() => onPick(p.proofId)}
          >
            <span className={styles.name}>{p.problemId} · {isBlind ? `proof ${first + i + 1}` : p.solver}</span>
            <span className={styles.gap}>{badge(p)}</span>
          </button>
        ))}
      </div>
    </div>
  )
}
