/** What all places share: the heading that takes the focus on arrival, the page title, the error boundary, the wait. */
import { Suspense, useEffect, useRef, type ReactNode } from 'react'
import { PanelBoundary } from '../ui/PanelBoundary'
import styles from './PlaceFrame.module.css'

const LAB_NAME = 'Proof Lab'

/** The first place of a visit leaves the focus at the top of the page, where a reader expects it. */
let hasArrived = false

export interface PlaceFrameProps {
  readonly title: string
  readonly note: string
  readonly children: ReactNode
}

export function PlaceFrame({ title, note, children }: PlaceFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = title === LAB_NAME ? LAB_NAME : `${title} · ${LAB_NAME}`
    if (hasArrived) {
      window.scrollTo(0, 0)
      heading.current?.focus({ preventScroll: true })
    }
    hasArrived = true
  }, [title])
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title} ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p className={styles.note}>{note}</p>
      </header>
      <PanelBoundary resetKeys={[title]}>
        <Suspense fallback={<p className={styles.wait}>Loading…</p>}>{children}</Suspense>
      </PanelBoundary>
    </>
  )
}
