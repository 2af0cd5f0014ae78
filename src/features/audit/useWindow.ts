import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** Rows beyond the visible ones, drawn so that a quick scroll shows no gap. */
const SPARE = 12

/** Which rows of a long list of equal rows are drawn: the visible ones and a few around them. */
export function useWindow(count: number, rowHeight: number): { frame: RefObject<HTMLDivElement | null>; first: number; last: number; show: (index: number) => void } {
  const frame = useRef<HTMLDivElement>(null)
  const [range, setRange] = useState({ first: 0, last: 40 })
  useLayoutEffect(() => {
    const element = frame.current!
    const measure = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - SPARE)
      const last = Math.min(count, Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + SPARE)
      setRange((r) => (r.first === first && r.last === last ? r : { first, last }))
    }
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      observer.disconnect()
    }
  }, [count, rowHeight])
  const show = (index: number) => {
    const element = frame.current
    if (!element) return
    const [top, bottom] = [index * rowHeight, (index + 1) * rowHeight]
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
  }
  return { frame, ...range, show }
}
