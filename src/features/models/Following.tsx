/** A held-in text that is followed to its end while it grows, unless the researcher has scrolled up to read. */
import { useLayoutEffect, useRef } from 'react'
import { GrowingText } from './GrowingText'

/** Pixels from the end within which it is being followed. */
const NEAR = 40

export function Following({ text, isGrowing, className }: { readonly text: string; readonly isGrowing: boolean; readonly className: string }) {
  const box = useRef<HTMLDivElement | null>(null)
  const isFollowed = useRef(true)
  useLayoutEffect(() => {
    if (box.current && isGrowing && isFollowed.current) box.current.scrollTop = box.current.scrollHeight
  }, [text, isGrowing])
  return (
    // Scrolls by itself, so it must be reachable by keyboard.
    <div
      ref={box} className={className} data-thought tabIndex={0} role="region" aria-label="What the model thought"
      onScroll={({ currentTarget: at }) => void (isFollowed.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR)}
    >
      <GrowingText text={text} isGrowing={isGrowing} />
    </div>
  )
}
