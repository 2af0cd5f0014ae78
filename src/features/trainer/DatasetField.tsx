import type { DatasetRecord } from '../../../workers/data/protocol'
import { Field } from '../../ui/Field'
import styles from './Trainer.module.css'

interface DatasetFieldProps {
  readonly label: string
  readonly datasets: readonly DatasetRecord[]
  readonly stage: 'sft' | 'rl'
  readonly value: string
  readonly onChange: (id: string) => void
  /** Text of the choice "no dataset"; absent when one is required. */
  readonly none?: string
  readonly hint?: string
  readonly error?: string | null
}

/** Why a dataset cannot be trained on; null when it can. */
export function whyNot(dataset: DatasetRecord, stage: 'sft' | 'rl'): string | null {
  if (dataset.flags.includes('no_train')) return 'For evaluation only: its terms forbid training on it.'
  if (!dataset.trainable[stage]) return dataset.trainable.why ?? 'The in-tab models cannot read it.'
  return null
}

/** One dataset of those that fit a stage; the others are shown, disabled, with the reason below. */
export function DatasetField({ label, datasets, stage, value, onChange, none, hint, error }: DatasetFieldProps) {
  const refused = datasets.flatMap((d) => {
    const why = whyNot(d, stage)
    return why ? [{ id: d.id, name: d.name, why }] : []
  })
  return (
    <div>
      <Field label={label} hint={hint} error={error}>
        {(control) => (
          <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
            {none !== undefined && <option value="">{none}</option>}
            {none === undefined && value === '' && <option value="">No trainable set stored</option>}
            {datasets.map((d) => (
              <option key={d.id} value={d.id} disabled={whyNot(d, stage) !== null}>
                {d.name} ({d.rows} rows)
              </option>
            ))}
          </select>
        )}
      </Field>
      {refused.length > 0 && (
        <details className={styles.refused}>
          <summary>{refused.length === 1 ? '1 set cannot be chosen' : `${refused.length} sets cannot be chosen`}</summary>
          <ul>
            {refused.map((r) => (
              <li key={r.id}>
                <strong>{r.name}</strong>: {r.why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
