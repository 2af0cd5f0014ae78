/** One choice of few, all in sight: a radio group that looks like a row of segments. Arrow keys move the choice. */
import { useId } from 'react'
import styles from './Segmented.module.css'

export interface SegmentedOption<T extends string> {
  readonly value: T
  readonly label: string
  readonly title?: string
  readonly disabled?: boolean
}

export interface SegmentedProps<T extends string> {
  /** Names the group; shown only when `showLabel`. */
  readonly label: string
  readonly showLabel?: boolean
  readonly value: T
  readonly options: readonly SegmentedOption<T>[]
  readonly onChange: (value: T) => void
}

export function Segmented<T extends string>({ label, showLabel = false, value, options, onChange }: SegmentedProps<T>) {
  const name = useId()
  return (
    <fieldset className={styles.group}>
      <legend className={showLabel ? styles.legend : 'visuallyHidden'}>{label}</legend>
      <div className={styles.row}>
        {options.map((option) => (
          <label key={option.value} className={styles.segment} title={option.title}>
            <input
              type="radio"
              className={styles.input}
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
            />
            <span className={styles.text}>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
