/** Markdown with LaTeX, typeset in a worker and sanitised twice. Until it is typeset, or when it cannot be, the text as written. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { renderText } from '../../workers/render/client'
import { mathBlocks } from './mathBlocks'
import { dollarMath } from './mathDelimiters'
import styles from './MathText.module.css'

export interface MathTextProps {
  readonly text: string
  /** For the middle of a line: no paragraphs. */
  readonly inline?: boolean
}

export function MathText({ text, inline = false }: MathTextProps) {
  const blocks = useMemo(() => (inline ? [dollarMath(text)] : mathBlocks(dollarMath(text))), [text, inline])
  // Only a single block can show its own source; of many, each shows its part in dollar form.
  const content = blocks.map((block, i) => <Block key={`${i}:${block.slice(0, 64)}`} block={block} source={blocks.length === 1 ? text : block} isInline={inline} />)
  return inline ? <span className={styles.phrase}>{content}</span> : <div className={styles.text}>{content}</div>
}

interface Typeset {
  readonly of: string
  readonly html: string | null
  readonly note: string | null
}

function Block({ block, source, isInline }: { readonly block: string; readonly source: string; readonly isInline: boolean }) {
  const element = useRef<HTMLElement | null>(null)
  const [isNear, setNear] = useState(isInline)
  const [typeset, setTypeset] = useState<Typeset | null>(null)

  useEffect(() => {
    if (isNear || !element.current) return
    const watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setNear(true)
    }, { rootMargin: '600px' })
    watcher.observe(element.current)
    return () => watcher.disconnect()
  }, [isNear])

  useEffect(() => {
    if (!isNear || block.trim() === '') return
    let isCurrent = true
    void Promise.all([renderText(block, isInline), import('./trustedMath')]).then(
      ([{ html, note }, { trustedMath }]) => {
        if (isCurrent) setTypeset({ of: block, html: html === null ? null : trustedMath(html), note })
      },
      () => {
        if (isCurrent) setTypeset({ of: block, html: null, note: 'Shown as written: the typesetter could not be loaded.' })
      },
    )
    return () => void (isCurrent = false)
  }, [isNear, block, isInline])

  const shown = typeset?.of === block ? typeset : null
  const html = shown?.html ?? null
  useEffect(() => {
    // What is wider than its column scrolls by itself; the keyboard must reach it, and only then.
    for (const wide of element.current?.querySelectorAll<HTMLElement>('.katex-display, pre, table') ?? [])
      if (wide.scrollWidth > wide.clientWidth + 1) wide.tabIndex = 0
  }, [html])
  const held = (node: HTMLElement | null) => void (element.current = node)

  if (isInline)
    return html === null ? <span ref={held} title={shown?.note ?? undefined}>{source}</span> : <span ref={held} dangerouslySetInnerHTML={{ __html: html }} />
  if (html !== null) return <div ref={held} className={styles.block} dangerouslySetInnerHTML={{ __html: html }} />
  return (
    <div ref={held} className={styles.source}>
      {shown?.note ? <p className={styles.note}>{shown.note}</p> : null}
      {source}
    </div>
  )
}
