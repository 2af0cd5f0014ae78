/** One proof to read, all rubrics and all words of its judges beside it; or, blind, nothing but the proof and eight keys. */
import { ERROR_TAGS, FULL_MARKS, type BlindGrade, type ErrorTag } from '../../audit/blindGrades'
import type { PairedGrade } from '../../audit/pairs'
import type { GradeRow } from '../../audit/table'
import { Badge } from '../../ui/Badge'
import { ErrorCard } from '../../ui/ErrorCard'
import { MathText } from '../../ui/MathText'
import { readProof } from '../../state/audits'
import type { AuditTable } from '../../../workers/stats/protocol'
import styles from './DisagreementsPanel.module.css'
import { plain } from './format'
import tables from './tables.module.css'
import { useAnswer } from '../../ui/useAnswer'

export interface GradingPaneProps {
  readonly table: AuditTable
  readonly proof: PairedGrade
  readonly rubric: string
  readonly judge: string | null
  readonly mine: BlindGrade | null
  readonly isBlind: boolean
  /** Others' grades are not shown yet. */
  readonly isHidden: boolean
  readonly onGrade: (points: number) => void
  readonly onTags: (tags: readonly ErrorTag[]) => void
}

export function GradingPane({ table, proof, rubric, judge, mine, isBlind, isHidden, onGrade, onTags }: GradingPaneProps) {
  const { answer, retry } = useAnswer(JSON.stringify([table.id, proof.proofId]), () => readProof(table.id, proof.proofId, null))
  return (
    <article className={styles.pane} aria-label={`${proof.problemId}, ${proof.solver}`}>
      <header className={styles.paneHead}>
        <h3>{proof.problemId} · {isBlind && isHidden ? 'solver hidden' : proof.solver}</h3>
        {proof.domain ? <span className={tables.quiet}>{proof.domain}</span> : null}
        {table.origin === 'synthetic' ? <Badge tone="warn">Synthetic sample</Badge> : null}
      </header>
      {isBlind ? (
        <div className={styles.keys} role="group" aria-label="Your grade, 0 to 7">
          {Array.from({ length: FULL_MARKS + 1 }, (_, points) => (
            <button key={points} type="button" className={styles.key} aria-pressed={mine?.points === points} onClick={() => onGrade(points)}>{points}</button>
          ))}
          <span className={tables.quiet}>of {FULL_MARKS} under “{rubric}”</span>
        </div>
      ) : null}
      {answer === null ? <p className={tables.quiet} role="status">Reading…</p> : !answer.ok ? <ErrorCard failure={answer} onRetry={retry} /> : (
        <>
          {isHidden ? <p className={tables.quiet}>Grades and reasons of the others appear once you have graded.</p> : <Grades grades={answer.value.grades} humans={table.humans} rubrics={table.rubrics} judge={judge} />}
          <h4>Problem</h4>
          {answer.value.text.problem === null ? <p className={tables.quiet}>The table has no problem text.</p> : <MathText text={answer.value.text.problem} />}
          <h4>Proof</h4>
          {answer.value.text.proof === null ? <p className={tables.quiet}>The table has no proof text.</p> : <MathText text={answer.value.text.proof} />}
          <fieldset className={styles.tags}>
            <legend>What is wrong with it</legend>
            {ERROR_TAGS.map((tag) => {
              const tags = mine?.tags ?? []
              const has = tags.includes(tag)
              return <label key={tag}><input type="checkbox" checked={has} onChange={() => onTags(has ? tags.filter((t) => t !== tag) : [...tags, tag])} /> {tag}</label>
            })}
          </fieldset>
        </>
      )}
    </article>
  )
}

/** Raters as rows, rubrics as columns; the judges' words under them. */
function Grades({ grades, humans, rubrics, judge }: { readonly grades: readonly GradeRow[]; readonly humans: readonly string[]; readonly rubrics: readonly string[]; readonly judge: string | null }) {
  const raters = [...new Set(grades.map((g) => g.rater))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }))
  function rank(rater: string): number {
    return humans.includes(rater) ? 0 : rater === judge ? 1 : 2
  }
  const cell = (rater: string, rubric: string) => {
    const own = grades.filter((g) => g.rater === rater && g.rubric === rubric)
    if (own.length === 0) return '—'
    return own.map((g) => (g.score === null ? g.status.replaceAll('_', ' ') : plain(g.score, 2))).join(', ')
  }
  const words = grades.filter((g) => g.rationale !== null)
  return (
    <>
      <div className={tables.scroll} role="region" aria-label="Grades under each rubric" tabIndex={0}>
        <table className={tables.table}>
          <thead><tr><th scope="col">Rater</th>{rubrics.map((r) => <th key={r} scope="col" className={tables.number}>{r}</th>)}</tr></thead>
          <tbody>{raters.map((rater) => <tr key={rater}><th scope="row">{rater}{humans.includes(rater) ? ' (human)' : ''}</th>{rubrics.map((r) => <td key={r} className={tables.number}>{cell(rater, r)}</td>)}</tr>)}</tbody>
        </table>
      </div>
      {words.length > 0 ? (
        <div className={styles.words}>
          {words.map((g) => <details key={`${g.rater} ${g.rubric} ${g.run}`} open={g.rater === judge}><summary>{g.rater}, {g.rubric}: reasons</summary><MathText text={g.rationale!} /></details>)}
        </div>
      ) : null}
    </>
  )
}
