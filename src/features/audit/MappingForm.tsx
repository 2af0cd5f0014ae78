/** Which column plays which role, chosen by hand: for files whose columns the lab cannot tell, or told wrongly. */
import { useState } from 'react'
import type { Grader, Mapping } from '../../audit/mapping'
import type { RaterKind } from '../../audit/table'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Segmented } from '../../ui/Segmented'
import type { ColumnPreview } from '../../../workers/stats/protocol'
import styles from './MappingForm.module.css'
import tables from './tables.module.css'

export interface MappingFormProps {
  readonly preview: ColumnPreview
  readonly onApply: (mapping: Mapping) => void
  readonly onCancel: () => void
}

type SharedKey = 'problem' | 'solver' | 'domain' | 'rubric' | 'attempt' | 'problemText' | 'proofText' | 'max'
type LongKey = 'rater' | 'score' | 'raterKind' | 'run' | 'status' | 'rationale'

const SHARED: readonly (readonly [SharedKey, label: string, needed: boolean])[] = [
  ['problem', 'Problem', true], ['solver', 'Solver', false], ['domain', 'Domain', false], ['rubric', 'Rubric', false], ['attempt', 'Attempt', false],
  ['max', 'Full marks', false], ['problemText', 'Problem text', false], ['proofText', 'Proof text', false],
]
const LONG: readonly (readonly [LongKey, label: string, needed: boolean])[] = [
  ['rater', 'Rater', true], ['score', 'Score', true], ['raterKind', 'Kind of rater', false], ['run', 'Run', false], ['status', 'Status', false], ['rationale', 'Rationale', false],
]

interface Choice {
  readonly shape: 'long' | 'wide'
  readonly roles: Readonly<Partial<Record<SharedKey | LongKey, string>>>
  readonly graders: ReadonlyMap<string, Grader>
}

function choiceOf(mapping: Mapping | null): Choice {
  const roles: Partial<Record<SharedKey | LongKey, string>> = {}
  for (const [key] of [...SHARED, ...LONG]) {
    const column = mapping === null ? null : (mapping as unknown as Record<string, unknown>)[key]
    if (typeof column === 'string') roles[key] = column
  }
  return { shape: mapping?.shape ?? 'long', roles, graders: new Map(mapping?.shape === 'wide' ? mapping.graders.map((g) => [g.score, g]) : []) }
}

/** The mapping that the choices make, or what is still missing. */
function mappingOf({ shape, roles, graders }: Choice, extras: Mapping['extras']): Mapping | string {
  const problem = roles.problem
  if (problem === undefined) return 'Choose the column that names the problem.'
  const at = (key: SharedKey | LongKey) => roles[key] ?? null
  const shared = { problem, solver: at('solver'), domain: at('domain'), rubric: at('rubric'), attempt: at('attempt'), problemText: at('problemText'), proofText: at('proofText'), max: at('max'), extras }
  if (shape === 'wide') return graders.size === 0 ? 'Mark at least one column as a judge’s or a human’s grades.' : { ...shared, shape, graders: [...graders.values()] }
  if (roles.rater === undefined || roles.score === undefined) return 'Choose the columns of the rater and of the score.'
  return { ...shared, shape, rater: roles.rater, score: roles.score, raterKind: at('raterKind'), run: at('run'), status: at('status'), rationale: at('rationale') }
}

export function MappingForm({ preview, onApply, onCancel }: MappingFormProps) {
  const [choice, setChoice] = useState(() => choiceOf(preview.mapping))
  const made = mappingOf(choice, preview.mapping?.extras ?? {})
  const pick = (key: SharedKey | LongKey, column: string) => setChoice((c) => ({ ...c, roles: { ...c.roles, [key]: column || undefined } }))
  const grade = (column: string, kind: RaterKind | '') => setChoice((c) => {
    const graders = new Map(c.graders)
    if (kind === '') graders.delete(column)
    else graders.set(column, { ...(graders.get(column) ?? { rater: column, score: column, max: null, error: null, details: null }), kind })
    return { ...c, graders }
  })
  const used = new Set(Object.values(choice.roles))
  return (
    <form className={styles.form} onSubmit={(e) => { e.preventDefault(); if (typeof made !== 'string') onApply(made) }}>
      <Segmented
        label="Rows" showLabel value={choice.shape} onChange={(shape) => setChoice((c) => ({ ...c, shape }))}
        options={[{ value: 'long', label: 'one row a grade' }, { value: 'wide', label: 'one row a proof' }]}
      />
      <div className={styles.roles}>
        {[...SHARED, ...(choice.shape === 'long' ? LONG : [])].map(([key, label, needed]) => (
          <Field key={key} label={`${label}${needed ? ' (needed)' : ''}`}>
            {(control) => (
              <select {...control} value={choice.roles[key] ?? ''} onChange={(e) => pick(key, e.target.value)}>
                <option value="">—</option>
                {preview.columns.map((c) => <option key={c} value={c}>{c}</option>)}
              </select>
            )}
          </Field>
        ))}
      </div>
      {choice.shape === 'wide' ? (
        <fieldset className={styles.graders}>
          <legend>Whose grades are in which column</legend>
          {preview.columns.filter((c) => !used.has(c)).map((c) => (
            <label key={c}>
              <span>{c}</span>
              <select value={choice.graders.get(c)?.kind ?? ''} onChange={(e) => grade(c, e.target.value as RaterKind | '')}>
                <option value="">not a grade</option><option value="llm">judge</option><option value="human">human</option><option value="rule">rule</option>
              </select>
            </label>
          ))}
        </fieldset>
      ) : null}
      <div className={tables.scroll} role="region" aria-label="First rows" tabIndex={0}>
        <table className={tables.table}>
          <caption>The first rows of the file.</caption>
          <thead><tr>{preview.columns.map((c) => <th key={c} scope="col">{c}</th>)}</tr></thead>
          <tbody>{preview.rows.map((row, i) => <tr key={i}>{row.map((cell, c) => <td key={c} className={styles.cell}>{cell}</td>)}</tr>)}</tbody>
        </table>
      </div>
      <div className={styles.actions}>
        <Button type="submit" variant="primary" disabled={typeof made === 'string'}>Read the table with these columns</Button>
        <Button onClick={onCancel}>Cancel</Button>
        {typeof made === 'string' ? <span className={tables.quiet} role="status">{made}</span> : <span className={tables.quiet}>Remembered for files with the same header.</span>}
      </div>
    </form>
  )
}
