/** A rubric from a model: the prompt to hand to one, and its reply, taken only where it keeps the grammar. */
import { useMemo, useState } from 'react'
import { rubricOfReply, rubricPrompt } from '../../proofs/rubricPrompt'
import { Button } from '../../ui/Button'
import styles from './RubricEditor.module.css'

export interface RubricGeneratorProps {
  readonly problem: string
  /** A reference solution, or the row's proof where there is none. */
  readonly solution: string
  readonly onTake: (rubric: string) => void
}

export function RubricGenerator({ problem, solution, onTake }: RubricGeneratorProps) {
  const prompt = useMemo(() => rubricPrompt(problem, solution), [problem, solution])
  const [reply, setReply] = useState('')
  const [isCopied, setCopied] = useState(false)
  const { text, faults } = useMemo(() => rubricOfReply(reply), [reply])
  const copy = () => void navigator.clipboard.writeText(prompt).then(() => setCopied(true), () => setCopied(false))
  return (
    <details className={styles.generator}>
      <summary className={styles.summary}>Have a model write it</summary>
      <p className={styles.note}>The prompt holds the problem, its solution and the rules of the grammar. Give it to any model, and put its reply here: it is taken only when it keeps every rule.</p>
      <div className={styles.buttons}><Button onClick={copy}>{isCopied ? 'Copied' : 'Copy the prompt'}</Button></div>
      <textarea className={styles.text} aria-label="Reply of the model" placeholder="The model's reply" value={reply} spellCheck={false} rows={5} onChange={(event) => setReply(event.target.value)} />
      {reply.trim() === '' ? null : faults.length > 0 ? (
        <>
          <p role="status" className={styles.note}>Rejected:</p>
          <ul className={styles.faults} aria-label="Why the reply is rejected">{faults.map((fault) => <li key={fault}>{fault}</li>)}</ul>
        </>
      ) : (
        <div className={styles.buttons}><Button variant="primary" onClick={() => (setReply(''), onTake(text))}>Use it</Button></div>
      )}
    </details>
  )
}
