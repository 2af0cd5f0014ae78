/** How far a job is: label, count, bar, cancel. Without a known total the bar is indeterminate. */
import { useId } from 'react'
import { Button } from './Button'
import styles from './Progress.module.css'

export interface ProgressProps {
  readonly label: string
  /** Done so far; `null` while that is unknown. */
  readonly value: number | null
  readonly max: number
  /** What is counted, as text: "12 of 48 problems", "3.1 of 45 MB". */
  readonly count?: string
  readonly onCancel?: () => void
  readonly cancelLabel?: string
}

export function Progress({ label, value, max, count, onCancel, cancelLabel = 'Cancel' }: ProgressProps) {
  const id = useId()
  return (
    <div className={styles.progress}>
      <div className={styles.words}>
        <span id={id}>{label}</span>
        {count ? <span className={styles.count}>{count}</span> : null}
      </div>
      <progress className={styles.bar} aria-labelledby={id} max={max > 0 ? max : 1} {...(value === null ? {} : { value: Math.min(value, max) })} />
      {onCancel ? (
        <Button variant="plain" onClick={onCancel}>
          {cancelLabel}
        </Button>
      ) : null}
    </div>
  )
}
