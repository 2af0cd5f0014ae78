/** A failure for the researcher: what, where, and what to do next. */
import type { Failure } from '../base/result'
import { Button } from './Button'
import styles from './ErrorCard.module.css'

export interface ErrorCardProps {
  readonly failure: Failure
  readonly onRetry?: () => void
  readonly retryLabel?: string
}

export function ErrorCard({ failure, onRetry, retryLabel = 'Retry' }: ErrorCardProps) {
  return (
    <div className={styles.card} role="alert">
      <p className={styles.what}>
        {failure.where ? <strong className={styles.where}>{failure.where}: </strong> : null}
        {failure.what}
      </p>
      {failure.next ? <p className={styles.next}>{failure.next}</p> : null}
      {onRetry ? (
        <Button variant="plain" onClick={onRetry}>
          {retryLabel}
        </Button>
      ) : null}
    </div>
  )
}
