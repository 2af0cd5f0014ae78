/** A titled block of one place, with its own error boundary: what fails inside leaves the rest of the place alive. */
import { useId, type ReactNode } from 'react'
import { PanelBoundary } from './PanelBoundary'
import styles from './Panel.module.css'

export interface PanelProps {
  readonly title: ReactNode
  /** One line under the title: what the numbers are. */
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children?: ReactNode
}

export function Panel({ title, note, actions, children }: PanelProps) {
  const id = useId()
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <header className={styles.head}>
        <div className={styles.words}>
          <h2 className={styles.title} id={id}>
            {title}
          </h2>
          {note ? <p className={styles.note}>{note}</p> : null}
        </div>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
      </header>
      <PanelBoundary>{children}</PanelBoundary>
    </section>
  )
}
