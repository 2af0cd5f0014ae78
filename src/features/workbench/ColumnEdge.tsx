/** The right edge of a column head: drawn or keyed wider and narrower, pressed twice back to what the grid gives. */
import type { KeyboardEvent, PointerEvent } from 'react'
import styles from './ColumnEdge.module.css'

const STEP_PX = 24

export interface ColumnEdgeProps {
  readonly name: string
  /** While it is drawn. */
  readonly onDrag: (px: number) => void
  readonly onWidth: (px: number | null) => void
}

export function ColumnEdge({ name, onDrag, onWidth }: ColumnEdgeProps) {
  const widthOf = (edge: Element) => edge.parentElement?.getBoundingClientRect().width ?? 0
  const press = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return
    const edge = event.currentTarget
    const start = { x: event.clientX, px: widthOf(edge) }
    let px = start.px
    edge.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => onDrag((px = Math.max(60, start.px + moved.clientX - start.x)))
    edge.addEventListener('pointermove', move)
    edge.addEventListener('lostpointercapture', () => {
      edge.removeEventListener('pointermove', move)
      if (px !== start.px) onWidth(px)
    }, { once: true })
  }
  const key = (event: KeyboardEvent<HTMLButtonElement>) => {
    const step = { ArrowRight: STEP_PX, ArrowLeft: -STEP_PX }[event.key]
    if (step === undefined && event.key !== 'Home') return
    event.preventDefault()
    event.stopPropagation()
    onWidth(step === undefined ? null : widthOf(event.currentTarget) + step)
  }
  return (
    <button
      type="button" className={styles.edge} aria-label={`Width of ${name}`} title="Draw to set the width; twice for the usual one. Keys: ← → Home"
      onPointerDown={press} onKeyDown={key} onDoubleClick={() => onWidth(null)}
    />
  )
}
