/** One proof: statement, attempt, and every grade it got under the rubric, with the judges' words where they left any. */
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { MathText } from '../../ui/MathText'
import { Panel } from '../../ui/Panel'
import { readProof } from '../../state/audits'
import { plain } from './format'
import styles from './ProofReading.module.css'
import tables from './tables.module.css'
import { useAnswer } from '../../ui/useAnswer'

export interface ProofReadingProps {
  readonly tableId: string
  readonly proofId: string
  readonly rubric: string
  readonly humans: readonly string[]
  /** Null when the number spoke of no single judge. */
  readonly judge: string | null
  readonly onClose: () => void
}

export function ProofReading({ tableId, proofId, rubric, humans, judge, onClose }: ProofReadingProps) {
  const { answer, retry } = useAnswer(JSON.stringify([tableId, proofId, rubric]), () => readProof(tableId, proofId, rubric))
  if (answer === null) return <Panel title="Proof"><p className={tables.quiet} role="status">Reading…</p></Panel>
  if (!answer.ok) return <Panel title="Proof" actions={<Button onClick={onClose}>Close</Button>}><ErrorCard failure={answer} onRetry={retry} /></Panel>
  const proof = answer.value
  // The judge of the cell first, then humans, then the others.
  const rank = (rater: string) => (rater === judge ? 0 : humans.includes(rater) ? 1 : 2)
  const grades = [...proof.grades].sort((a, b) => rank(a.rater) - rank(b.rater))
  return (
    <Panel
      title={`${proof.problemId} · ${proof.solver}`}
      note={[proof.domain, `rubric “${rubric}”`].filter(Boolean).join(', ')}
      actions={<>{proof.isSynthetic ? <Badge tone="warn">Synthetic sample</Badge> : null}<Button onClick={onClose}>Close</Button></>}
    >
      <div className={styles.columns}>
        <div className={styles.texts}>
          <h3 className={styles.head}>Problem</h3>
          {proof.text.problem === null ? <p className={tables.quiet}>The table has no problem text.</p> : <MathText text={proof.text.problem} />}
          <h3 className={styles.head}>Proof</h3>
          {proof.text.proof === null ? <p className={tables.quiet}>The table has no proof text.</p> : <MathText text={proof.text.proof} />}
        </div>
        <div className={styles.grades}>
          <h3 className={styles.head}>Grades</h3>
          <table className={tables.table}>
            <thead><tr><th scope="col">Rater</th><th scope="col" className={tables.number}>As given</th><th scope="col" className={tables.number}>Score</th></tr></thead>
            <tbody>
              {grades.map((g) => (
                <tr key={`${g.rater}-${g.run}`}>
                  <th scope="row">{g.rater}{humans.includes(g.rater) ? ' (human)' : ''}{g.run > 0 ? `, run ${g.run}` : ''}</th>
                  <td className={tables.number}>{typeof g.raw === 'number' ? `${Number(g.raw.toFixed(4))} / ${g.max}` : (g.raw ?? '—')}</td>
                  <td className={tables.number}>{g.score === null ? <span className={tables.unknown}>{g.status.replaceAll('_', ' ')}</span> : plain(g.score)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {grades.filter((g) => g.rationale !== null).map((g) => (
            <details key={`${g.rater}-${g.run}`} open={g.rater === judge}>
              <summary>{g.rater}: reasons</summary>
              <MathText text={g.rationale!} />
            </details>
          ))}
        </div>
      </div>
    </Panel>
  )
}
