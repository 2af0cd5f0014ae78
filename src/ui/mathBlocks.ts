/** Long texts in pieces, each a whole number of paragraphs: a proof of many screens is rendered as it is scrolled. */

/** Characters from which a block is closed at the next paragraph. */
export const BLOCK_CHARS = 6_000
/** The first block of a long text is one screen: it is typeset before the rest. */
const FIRST_CHARS = 900
/** What begins a paragraph at the margin: no list item, quotation, table row or indented line. Bold words do: `**Step 1.**` */
const PARAGRAPH = /^(?![\s>|]|[-*+](?:\s|$)|\d{1,9}[.)])\S/
/** A list that goes on for long is cut between two of its items: numbers go on where they were. */
const ITEM = /^(?:[-*+]\s|\d{1,9}[.)]\s)/

/**
 * @returns the text cut at blank lines outside code fences, where the next line starts a new paragraph at the margin:
 *   indented lines, and list items as long as the list is short, stay with what is above them. Joined by '\n\n' the blocks are the text again.
 * @param text dollar form (`dollarMath`), in which no formula spans a blank line
 */
export function mathBlocks(text: string, blockChars = BLOCK_CHARS): string[] {
  if (text.length <= blockChars) return [text]
  const blocks: string[] = []
  let start = 0
  let fence = ''
  for (let at = 0; at < text.length; ) {
    const lineEnd = text.indexOf('\n', at)
    const end = lineEnd === -1 ? text.length : lineEnd
    const line = text.slice(at, Math.min(end, at + 200))
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark && !fence) fence = mark
    else if (mark && fence && mark[0] === fence[0] && mark.length >= fence.length) fence = ''
    const enough = blocks.length === 0 ? Math.min(FIRST_CHARS, blockChars) : blockChars
    const next = text.slice(end + 2, end + 16)
    const isBreak = !fence && end - start >= enough && text.startsWith('\n\n', end) && (PARAGRAPH.test(next) || (end - start >= 2 * enough && ITEM.test(next)))
    if (isBreak) {
      blocks.push(text.slice(start, end))
      start = end + 2
      at = start
    } else at = end + 1
  }
  blocks.push(text.slice(start))
  return blocks
}
