/** A rubric from a model: asked of an endpoint, or by hand with the prompt; the reply is taken only where it keeps the grammar. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Failure } from '../../base/result'
import { rubricOfReply, rubricPrompt } from '../../proofs/rubricPrompt'
import { askForRubric, cancelRubric, useRubricModel } from '../../state/rubricModel'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { workerFailure } from '../../ui/useAnswer'
import styles from './RubricEditor.module.css'

export interface RubricGeneratorProps {
  readonly problem: string
  /** A reference solution, or the row's proof where there is none. */
  readonly solution: string
  readonly onTake: (rubric: string) => void
}

export function RubricGenerator({ problem, solution, onTake }: RubricGeneratorProps) {
  const prompt = useMemo(() => rubricPrompt(problem, solution), [problem, solution])
  const { address, model, set } = useRubricModel()
  const [reply, setReply] = useState('')
  const [isCopied, setCopied] = useState(false)
  const [job, setJob] = useState<string | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const keyField = useRef<HTMLInputElement>(null)
  const asked = useRef<string | null>(null)
  useEffect(() => () => void (asked.current && cancelRubric(asked.current).catch(() => {})), []) // another row is read
  const { text, faults } = useMemo(() => rubricOfReply(reply), [reply])
  const copy = () => void navigator.clipboard.writeText(`${prompt.system}\n\n${prompt.user}`).then(() => setCopied(true), () => setCopied(false))
  const ask = async () => {
    const mine = (asked.current = crypto.randomUUID())
    const key = keyField.current?.value ?? ''
    if (keyField.current) keyField.current.value = ''
    setJob(mine)
    setFailure(null)
    const answer = await askForRubric(mine, key, { address, model, prompt }).catch(workerFailure)
    asked.current = null
    setJob(null)
    if (answer.ok) setReply(answer.value)
    else if (answer.kind !== 'cancelled') setFailure(answer)
  }
  return (
    <details className={styles.generator}>
      <summary className={styles.summary}>Have a model write it</summary>
      <p className={styles.note}>It is sent the problem, its solution and the rules of the grammar. Its reply is taken only when it keeps every rule.</p>
      <div className={styles.endpoint}>
        <Field label="Endpoint">{(control) => <input {...control} type="text" spellCheck={false} autoComplete="off" value={address} onChange={(event) => set({ address: event.target.value })} />}</Field>
        <Field label="Model of it">{(control) => <input {...control} type="text" spellCheck={false} autoComplete="off" value={model} onChange={(event) => set({ model: event.target.value })} />}</Field>
        <Field label="Key, if it wants one">{(control) => <input {...control} ref={keyField} type="password" autoComplete="off" spellCheck={false} placeholder="in memory only" />}</Field>
      </div>
      <div className={styles.buttons}>
        {job === null
          ? <Button variant="primary" disabled={model.trim() === '' || address.trim() === ''} onClick={() => void ask()}>Ask for a rubric</Button>
          : <Button onClick={() => void cancelRubric(job).catch(() => {})}>Cancel</Button>}
        <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy the prompt'}</Button>
      </div>
      {job === null ? null : <p role="status" className={styles.note}>{model} is writing…</p>}
      {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
      <textarea className={styles.text} aria-label="Reply of the model" placeholder="The model's reply; one from elsewhere can be put here" value={reply} spellCheck={false} rows={5} onChange={(event) => setReply(event.target.value)} />
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
