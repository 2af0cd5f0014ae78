/** Marks what a search found inside rendered text, without touching the text: the browser paints ranges over it. */
import { useEffect, type RefObject } from 'react'
import { searchFault, searchPattern } from '../../proofs/query/search'

const NAME = 'lab-search'
const MOST = 500

/** Follows the element as its blocks are typeset. Formulas are left out: their glyphs are in no reading order. */
export function useHighlights(element: RefObject<HTMLElement | null>, search: string): void {
  useEffect(() => {
    const root = element.current
    if (!root || !('highlights' in CSS) || search === '' || searchFault(search) !== null) return
    const once = searchPattern(search)
    if (!once) return
    const pattern = new RegExp(once.source, 'gi')
    let frame = 0
    const paint = () => {
      const ranges: Range[] = []
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) => (node.parentElement?.closest('.katex, button, summary') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT))
      for (let node = walker.nextNode(); node && ranges.length < MOST; node = walker.nextNode())
        for (const match of (node.nodeValue ?? '').matchAll(pattern)) {
          if (match[0] === '' || ranges.length >= MOST) break
          const range = new Range()
          range.setStart(node, match.index)
          range.setEnd(node, match.index + match[0].length)
          ranges.push(range)
        }
      CSS.highlights.set(NAME, new Highlight(...ranges))
    }
    const later = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(paint)
    }
    const watcher = new MutationObserver(later)
    watcher.observe(root, { childList: true, subtree: true, characterData: true })
    later()
    return () => {
      watcher.disconnect()
      cancelAnimationFrame(frame)
      CSS.highlights.delete(NAME)
    }
  }, [element, search])
}
