/** A figure at the width it is given, in the lab's colours; a press on a mark opens its proofs. The table beside it says the same. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ProofPick } from '../../audit/exhibit'
import type { Figure } from '../../audit/figures/figure'
import { sceneOf } from '../../audit/figures/layout'
import type { Ink, Mark } from '../../audit/figures/scene'
import styles from './FigureView.module.css'

export interface FigureViewProps {
  readonly figure: Figure
  readonly title: string
  readonly onOpen: (pick: ProofPick) => void
}

/** Wider drawings have longer lines, not more in them. */
const WIDEST = 1180

export function FigureView({ figure, title, onOpen }: FigureViewProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(720)
  useEffect(() => {
    const element = frame.current!
    const observer = new ResizeObserver(([entry]) => setWidth(Math.min(WIDEST, Math.round(entry!.contentRect.width))))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const scene = useMemo(() => sceneOf(figure, width), [figure, width])
  useEffect(() => {
    // Heard once for all marks. By keyboard the same proofs open from the table's cells.
    const element = frame.current!
    const press = (event: MouseEvent) => {
      const at = event.target instanceof Element ? event.target.closest('[data-mark]')?.getAttribute('data-mark') : null
      const mark = at === null || at === undefined ? undefined : scene.marks[Number(at)]
      if (mark && 'opens' in mark && mark.opens) onOpen(mark.opens)
    }
    element.addEventListener('click', press)
    return () => element.removeEventListener('click', press)
  }, [scene, onOpen])
  return (
    <div ref={frame} className={styles.frame}>
      <svg className={styles.figure} width={scene.width} height={scene.height} viewBox={`0 0 ${scene.width} ${scene.height}`} role="img" aria-label={`${title}. The table below says the same.`}>
        {scene.marks.map((mark, i) => <MarkView key={i} mark={mark} at={i} />)}
      </svg>
    </div>
  )
}

function MarkView({ mark, at }: { readonly mark: Mark; readonly at: number }) {
  switch (mark.shape) {
    case 'line': return <line x1={mark.x1} y1={mark.y1} x2={mark.x2} y2={mark.y2} stroke={color(mark.stroke)} strokeWidth={mark.width} strokeDasharray={mark.dash} />
    case 'rect': return <rect x={mark.x} y={mark.y} width={mark.width} height={mark.height} fill={color(mark.fill)} stroke={mark.stroke ? color(mark.stroke) : undefined} data-mark={mark.opens ? at : undefined}>{mark.note ? <title>{mark.note}</title> : null}</rect>
    case 'circle': return <circle cx={mark.cx} cy={mark.cy} r={mark.r} fill={color(mark.fill)} stroke={color(mark.stroke)} data-mark={mark.opens ? at : undefined}>{mark.note ? <title>{mark.note}</title> : null}</circle>
    case 'path': return <path d={mark.d} fill="none" stroke={color(mark.stroke)} strokeWidth={mark.width} strokeDasharray={mark.dash} />
    case 'text': return <text x={mark.x} y={mark.y} fontSize={mark.size} fill={color(mark.fill)} textAnchor={mark.anchor} transform={mark.rotate ? `rotate(${mark.rotate} ${mark.x} ${mark.y})` : undefined} fontWeight={mark.isStrong ? 650 : undefined}>{mark.text}</text>
  }
}

function color(ink: Ink): string {
  if (ink === 'none') return 'none'
  if (typeof ink === 'string') return `var(--${ink})`
  return `color-mix(in srgb, var(--${ink.mix}) ${Math.round(100 * ink.share)}%, var(--diverge-mid))`
}
