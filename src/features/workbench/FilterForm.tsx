/** A filter for one column, in the form its values ask for. */
import { useState, type FormEvent } from 'react'
import type { Filter, Query } from '../../proofs/query/filters'
import { searchFault } from '../../proofs/query/search'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import type { ColumnFacts } from '../../../workers/data/protocol'
import styles from './QueryBar.module.css'

export interface FilterFormProps {
  readonly facts: readonly ColumnFacts[]
  readonly query: Query
  readonly onFilter: (column: string, filter: Filter | null) => void
  readonly onClose: () => void
}

type Way = 'range' | 'values' | 'regex' | 'notRegex' | 'filled' | 'missing'
const WAYS: Readonly<Record<Way, string>> = { range: 'lies between', values: 'is one of', regex: 'fits the pattern', notRegex: 'does not fit the pattern', filled: 'is there', missing: 'is missing' }

function waysOf(facts: ColumnFacts | undefined): Way[] {
  if (facts?.profile?.kind === 'number') return ['range', 'filled', 'missing']
  if (facts?.profile?.kind === 'category') return ['values', 'regex', 'notRegex', 'filled', 'missing']
  return ['regex', 'notRegex', 'filled', 'missing']
}

export function FilterForm({ facts, onFilter, onClose }: FilterFormProps) {
  const held = facts.filter((f) => f.profile)
  const [column, setColumn] = useState(held.find((f) => f.profile?.kind === 'number')?.name ?? held[0]?.name ?? '')
  const chosen = held.find((f) => f.name === column)
  const ways = waysOf(chosen)
  const [wanted, setWanted] = useState<Way>('range')
  const way = ways.includes(wanted) ? wanted : ways[0]!
  const [low, setLow] = useState('')
  const [high, setHigh] = useState('')
  const [pattern, setPattern] = useState('')
  const [values, setValues] = useState<readonly string[]>([])
  const fault = pattern ? searchFault(`/${pattern}/`) : null
  const filter = filterOf(way, { low, high, pattern: fault ? '' : pattern, values })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (filter) onFilter(column, filter)
  }
  return (
    <form className={styles.form} onSubmit={submit} aria-label="New filter">
      <Field label="Column">
        {(control) => (
          <select {...control} value={column} onChange={(event) => (setColumn(event.target.value), setValues([]))}>
            {held.map((f) => <option key={f.name} value={f.name}>{f.name}</option>)}
          </select>
        )}
      </Field>
      <Field label="Keep rows where it">
        {(control) => (
          <select {...control} value={way} onChange={(event) => setWanted(event.target.value as Way)}>
            {ways.map((w) => <option key={w} value={w}>{WAYS[w]}</option>)}
          </select>
        )}
      </Field>
      {way === 'range' ? (
        <>
          <Field label="From">{(control) => <input {...control} type="number" step="any" value={low} onChange={(event) => setLow(event.target.value)} />}</Field>
          <Field label="To (included)">{(control) => <input {...control} type="number" step="any" value={high} onChange={(event) => setHigh(event.target.value)} />}</Field>
        </>
      ) : null}
      {way === 'regex' || way === 'notRegex' ? (
        <Field label="Pattern" error={fault}>{(control) => <input {...control} type="text" value={pattern} onChange={(event) => setPattern(event.target.value)} spellCheck={false} />}</Field>
      ) : null}
      {way === 'values' && chosen?.profile?.kind === 'category' ? (
        <fieldset className={styles.values}>
          <legend className="visuallyHidden">Values</legend>
          {chosen.profile.bars.map(({ label, count }) => (
            <label key={label}>
              <input type="checkbox" checked={values.includes(label)} onChange={(event) => setValues((known) => (event.target.checked ? [...known, label] : known.filter((v) => v !== label)))} />
              {label.slice(0, 60) || 'empty text'} ({count.toLocaleString('en')})
            </label>
          ))}
        </fieldset>
      ) : null}
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" disabled={!filter}>Apply</Button>
        <Button onClick={onClose}>Close</Button>
      </div>
    </form>
  )
}

function filterOf(way: Way, { low, high, pattern, values }: { low: string; high: string; pattern: string; values: readonly string[] }): Filter | null {
  switch (way) {
    case 'range': {
      const [a, b] = [low, high].map((text) => (text.trim() === '' ? null : Number(text))) as [number | null, number | null]
      return (a === null && b === null) || (a !== null && b !== null && a > b) ? null : { kind: 'range', low: a, high: b, isLowIn: a !== null, isHighIn: b !== null }
    }
    case 'values': return values.length > 0 ? { kind: 'values', values } : null
    case 'regex':
    case 'notRegex': return pattern === '' ? null : { kind: 'regex', pattern, isNegated: way === 'notRegex' }
    case 'filled':
    case 'missing': return { kind: 'filled', isFilled: way === 'filled' }
  }
}
