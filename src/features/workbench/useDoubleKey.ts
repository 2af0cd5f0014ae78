import { useRef } from 'react'

/** Time in which the second press must follow. */
const WITHIN_MS = 600

/** For a key that acts when pressed twice, such as `gg`. */
export function useDoubleKey(act: () => void): () => void {
  const last = useRef(-Infinity)
  return () => {
    const now = performance.now()
    const isSecond = now - last.current < WITHIN_MS
    last.current = isSecond ? -Infinity : now
    if (isSecond) act()
  }
}
