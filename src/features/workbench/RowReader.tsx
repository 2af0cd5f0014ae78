/** One row, to be read: problem, proof and rubric beside each other; the reasoning only when asked for. */
import { useRef, useState } from 'react'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { MathText } from '../../ui/MathText'
import { Panel } from '../../ui/Panel'
import { Segmented } from '../../ui/Segmented'
import { openData } from '../../../workers/data/client'
import type { DatasetRecord, ProofRow } from '../../../workers/data/protocol'
import styles from './RowReader.module.css'
import { RubricEditor } from './RubricEditor'
import { RubricView } from './RubricView'
import { RowHealth } from './RowHealth'
import { Scores } from './Scores'
import { useHighlights } from './useHighlights'
import { useAnswer } from '../../ui/useAnswer'

export interface RowReaderProps {
  readonly dataset: DatasetRecord
  readonly row: number
  readonly isRaw: boolean
  readonly search: string
  /** Where it stands among the selected rows; null when they leave it out. */
  readonly place: number | null
  readonly total: number
  /** A row that is held beside this one; null for none. */
  readonly compared: number | null
  readonly onCompare: () => void
  readonly onStep: (steps: number) => void
  readonly onRaw: (isRaw: boolean) => void
  readonly onClose: () => void
}

export function RowReader({ dataset, row, isRaw, search, place, total, compared, onCompare, onStep, onRaw, onClose }: RowReaderProps) {
  const { answer, retry } = useAnswer(`${dataset.id} ${row} ${JSON.stringify(dataset.roles)}`, () => openData().readRow(dataset.id, row))
  const text = useRef<HTMLDivElement>(null)
  useHighlights(text, answer?.ok ? search : '')
  const of = total < dataset.rows ? `${place === null ? 'not among' : `${(place + 1).toLocaleString('en')} of`} ${total.toLocaleString('en')} selected` : `of ${dataset.rows.toLocaleString('en')}`
  return (
    <Panel
      title={`Row ${row + 1}`}
      note={answer?.ok ? `${facts(answer.value)} · ${of}` : of}
      actions={
        <>
          <Button onClick={() => onStep(-1)} disabled={place === 0} aria-keyshortcuts="k">Previous <kbd className={styles.key}>k</kbd></Button>
          <Button onClick={() => onStep(1)} disabled={place === total - 1} aria-keyshortcuts="j">Next <kbd className={styles.key}>j</kbd></Button>
          <Segmented
            label="Text as" value={isRaw ? 'raw' : 'rendered'} onChange={(value) => onRaw(value === 'raw')}
            options={[{ value: 'rendered', label: 'Rendered', title: 'Key r' }, { value: 'raw', label: 'Raw', title: 'Key r' }]}
          />
          <Button onClick={onCompare} aria-pressed={compared !== null} aria-keyshortcuts="c" title={compared === null ? 'Hold this row, and read others beside it' : `Row ${compared + 1} is held; let it go`}>Compare <kbd className={styles.key}>c</kbd></Button>
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      {answer === null ? (
        <p role="status" className={styles.quiet}>Reading row {row + 1}…</p>
      ) : answer.ok ? (
        <div ref={text}>
          {compared === row ? <p role="status" className={styles.holding}>This row is held: go on with j or k, and it stands beside the next one.</p> : null}
          <div className={compared !== null && compared !== row ? styles.pair : undefined}>
            <div><Row key={`${dataset.id} ${row}`} dataset={dataset} value={answer.value} isRaw={isRaw} /></div>
            {compared !== null && compared !== row ? <Compared dataset={dataset} row={compared} isRaw={isRaw} beside={answer.value} /> : null}
          </div>
        </div>
      ) : (
        <ErrorCard failure={answer} onRetry={retry} />
      )}
    </Panel>
  )
}

function facts(row: ProofRow): string {
  const grade = row.grade === null ? null : `graded ${row.grade}/7`
  return [row.problemId, row.solver, row.source, row.category, row.competition, grade].filter(Boolean).join(' · ') || 'No source given'
}

function Row({ dataset, value, isRaw }: { readonly dataset: DatasetRecord; readonly value: ProofRow; readonly isRaw: boolean }) {
  const [isEditing, setEditing] = useState(false)
  return (
    <>
      <RowHealth row={value} />
      <div className={styles.columns}>
        <section className={styles.column}>
          <h3 className={styles.head}>Problem</h3>
          <Text text={value.problem} isRaw={isRaw} />
          {value.solution === null ? null : (
            <details className={styles.solution}>
              <summary>Reference solution</summary>
              <Text text={value.solution} isRaw={isRaw} />
            </details>
          )}
          {value.answer === null ? null : (
            <p>
              Final answer: <strong>{value.answer}</strong>
            </p>
          )}
          {value.rubric === null && !isEditing && (value.solution ?? value.proof) ? <div><Button onClick={() => setEditing(true)}>Write a rubric</Button></div> : null}
          {value.scores ? <Scores scores={value.scores} rewardMean={value.rewardMean} rewardStd={value.rewardStd} /> : null}
        </section>
        {value.proof === null ? null : (
          <section className={styles.column}>
            <h3 className={styles.head}>Proof</h3>
            <Text text={value.proof} isRaw={isRaw} />
          </section>
        )}
        {value.rubric === null && !isEditing ? null : (
          <section className={styles.column}>
            <h3 className={styles.head}>Rubric</h3>
            {isEditing ? (
              <RubricEditor text={value.rubric ?? ''} problem={value.problem} solution={value.solution ?? value.proof} name={`rubric-row-${value.index + 1}.md`} onClose={() => setEditing(false)} />
            ) : (
              <>
                {isRaw ? <pre className={styles.raw}>{value.rubric}</pre> : <RubricView text={value.rubric ?? ''} />}
                <div><Button onClick={() => setEditing(true)}>Check and edit</Button></div>
              </>
            )}
          </section>
        )}
      </div>
      {value.hasReasoning ? <Reasoning dataset={dataset} row={value.index} isRaw={isRaw} /> : null}
    </>
  )
}

/** The row that is held, beside the one that is read. */
function Compared({ dataset, row, isRaw, beside }: { readonly dataset: DatasetRecord; readonly row: number; readonly isRaw: boolean; readonly beside: ProofRow }) {
  const { answer, retry } = useAnswer(`${dataset.id} ${row} ${JSON.stringify(dataset.roles)}`, () => openData().readRow(dataset.id, row))
  return (
    <section className={styles.compared} aria-label={`Row ${row + 1}, held to compare`}>
      <h3 className={styles.held}>Row {row + 1} <span className={styles.quiet}>{answer?.ok ? facts(answer.value) : ''}{answer?.ok && answer.value.problem === beside.problem ? ' · the same problem' : ''}</span></h3>
      {answer === null ? <p role="status" className={styles.quiet}>Reading row {row + 1}…</p>
        : !answer.ok ? <ErrorCard failure={answer} onRetry={retry} />
        : <Row dataset={dataset} value={answer.value} isRaw={isRaw} />}
    </section>
  )
}

function Text({ text, isRaw }: { readonly text: string; readonly isRaw: boolean }) {
  if (text.trim() === '') return <p className={styles.quiet}>Empty.</p>
  return isRaw ? <pre className={styles.raw}>{text}</pre> : <MathText text={text} />
}

function Reasoning({ dataset, row, isRaw }: { readonly dataset: DatasetRecord; readonly row: number; readonly isRaw: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const { answer, retry } = useAnswer(isOpen ? `${dataset.id} ${row}` : null, () => openData().readReasoning(dataset.id, row))
  return (
    <details className={styles.reasoning} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Reasoning, before &lt;/think&gt;</summary>
      {!isOpen ? null : answer === null ? (
        <p role="status" className={styles.quiet}>Reading…</p>
      ) : !answer.ok ? (
        <ErrorCard failure={answer} onRetry={retry} />
      ) : (
        <Text text={answer.value ?? ''} isRaw={isRaw} />
      )}
    </details>
  )
}
