/** What stands where nothing is yet: says so, and what to do next. */
import type { ReactNode } from 'react'
import styles from './Empty.module.css'

export interface EmptyProps {
  readonly title: string
  readonly next: ReactNode
  readonly children?: ReactNode
}

export function Empty({ title, next, children }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      <p className={styles.next}>{next}</p>
      {children ? <div className={styles.more}>{children}</div> : null}
    </div>
  )
}
