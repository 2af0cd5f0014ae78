/** A rubric as text to be mended, with its total and the rules it breaks told as it is typed. */
import { useMemo, useState } from 'react'
import { parseRubric } from '../../proofs/rubric'
import { fullMarks, validateRubric } from '../../proofs/rubricRules'
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { saveFile } from '../../ui/saveFile'
import styles from './RubricEditor.module.css'
import { RubricGenerator } from './RubricGenerator'
import { RubricView } from './RubricView'

export interface RubricEditorProps {
  /** The rubric as it is stored; empty where the row has none. */
  readonly text: string
  readonly problem: string
  readonly solution: string | null
  /** Of the file that it is saved as. */
  readonly name: string
  readonly onClose: () => void
}

export function RubricEditor({ text, problem, solution, name, onClose }: RubricEditorProps) {
  const [draft, setDraft] = useState(text)
  const [isCopied, setCopied] = useState(false)
  const rubric = useMemo(() => parseRubric(draft), [draft])
  const faults = useMemo(() => validateRubric(rubric), [rubric])
  const total = fullMarks(rubric)
  const copy = () => void navigator.clipboard.writeText(draft).then(() => setCopied(true), () => setCopied(false))
  return (
    <div className={styles.editor}>
      <p role="status" className={styles.total}>
        <Badge tone={total === 7 ? 'good' : 'warn'}>{total} of 7 points</Badge> <Badge tone={faults.length === 0 ? 'good' : 'warn'}>{faults.length === 0 ? 'keeps every rule' : `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`}</Badge>
      </p>
      <textarea className={styles.text} aria-label="Rubric" value={draft} spellCheck={false} rows={14} onChange={(event) => (setCopied(false), setDraft(event.target.value))} />
      {faults.length > 0 ? <ul className={styles.faults} aria-label="Faults of this rubric">{faults.map((fault) => <li key={fault}>{fault}</li>)}</ul> : null}
      <div className={styles.buttons}>
        <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy'}</Button>
        <Button onClick={() => saveFile(draft, name, 'text/markdown;charset=utf-8')}>Save as Markdown</Button>
        <Button disabled={draft === text} onClick={() => setDraft(text)}>Start again</Button>
        <Button onClick={onClose}>Back to reading</Button>
      </div>
      {solution ? <RubricGenerator problem={problem} solution={solution} onTake={(rubric) => (setCopied(false), setDraft(rubric))} /> : null}
      <details>
        <summary className={styles.summary}>As it is read</summary>
        <RubricView text={draft} />
      </details>
    </div>
  )
}
