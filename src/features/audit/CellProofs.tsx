/** The proofs behind one cell, the largest disagreement first. */
import { useState } from 'react'
import type { ProofPick } from '../../audit/exhibit'
import type { MatrixQuery } from '../../audit/matrix'
import { ALL_JUDGES } from '../../audit/pickedProofs'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { pickedProofs } from '../../state/audits'
import { counted, plain, signed } from './format'
import tables from './tables.module.css'
import styles from './CellProofs.module.css'
import { useAnswer } from '../../ui/useAnswer'

export interface CellProofsProps {
  readonly tableId: string
  readonly query: Pick<MatrixQuery, 'rubric' | 'humans' | 'threshold' | 'isUnparsedZero'>
  readonly pick: ProofPick
  readonly proofId: string | null
  readonly onProof: (proofId: string) => void
  readonly onClose: () => void
}

const PAGE = 50

const OUTCOMES = { tp: 'both pass', fp: 'the judge alone passes', fn: 'the humans alone pass', tn: 'both fail' } as const

export function CellProofs({ tableId, query, pick, proofId, onProof, onClose }: CellProofsProps) {
  const key = JSON.stringify([tableId, query, pick])
  const { answer, retry } = useAnswer(key, () => pickedProofs(tableId, query, pick))
  const [paged, setPaged] = useState<{ key: string; shown: number }>({ key, shown: PAGE })
  const shown = paged.key === key ? paged.shown : PAGE
  const title = [pick.judge ?? ALL_JUDGES, pick.solver ?? 'all solvers', pick.domain ?? 'all domains', ...(pick.outcome ? [OUTCOMES[pick.outcome]] : [])].join(' · ')
  return (
    <Panel
      title={`Proofs: ${title}`} actions={<Button onClick={onClose}>Close</Button>}
      note={answer?.ok ? `${counted(answer.value.length, 'proof')} under “${pick.rubric ?? query.rubric}”, largest |judge − human| first` : undefined}
    >
      {answer === null ? <p className={tables.quiet} role="status">Reading…</p>
        : !answer.ok ? <ErrorCard failure={answer} onRetry={retry} />
        : answer.value.length === 0 ? <Empty title="No proof here" next="No proof here has both a human and a judge grade. Choose another number." />
        : (
          <>
            <div className={`${tables.scroll} ${tables.tall}`} role="region" aria-label="Proofs of the cell" tabIndex={0}>
              <table className={`${tables.table} ${tables.sticky}`}>
                <thead><tr><th scope="col">Proof</th><th scope="col" className={styles.domain}>Domain</th><th scope="col" className={tables.number}>Human</th><th scope="col" className={tables.number}>Judge</th><th scope="col" className={tables.number}>Difference</th></tr></thead>
                <tbody>
                  {answer.value.slice(0, shown).map((p) => (
                    <tr key={p.proofId} className={p.proofId === proofId ? styles.current : undefined}>
                      <th scope="row" className={`${tables.wrap} ${styles.proof}`}>
                        <button type="button" className={styles.open} aria-current={p.proofId === proofId} onClick={() => onProof(p.proofId)}>{p.problemId} · {p.solver}{attemptOf(p.proofId)}</button>
                      </th>
                      <td className={styles.domain}>{p.domain || '—'}</td>
                      <td className={tables.number}>{plain(p.human)}</td>
                      <td className={tables.number}>{plain(p.judge)}</td>
                      <td className={tables.number}>{signed(p.judge - p.human)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {shown < answer.value.length ? (
              <Button onClick={() => setPaged({ key, shown: shown + 4 * PAGE })}>Show more ({answer.value.length - shown} left)</Button>
            ) : null}
          </>
        )}
    </Panel>
  )
}

/** Attempts after the first are told apart; the first needs no number. */
function attemptOf(proofId: string): string {
  const attempt = Number(proofId.slice(proofId.lastIndexOf('|') + 1))
  return attempt > 0 ? ` · attempt ${attempt}` : ''
}
