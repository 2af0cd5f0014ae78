/** Copied proofs are text with TeX in dollars, whatever was rendered: KaTeX's own extension writes HTML, which the policy forbids. */

const BLOCK = new Set(['P', 'LI', 'H3', 'H4', 'H5', 'H6', 'PRE', 'TR', 'DIV', 'BLOCKQUOTE', 'SECTION', 'UL', 'OL', 'TABLE'])

/** The text of copied nodes; formulas by their source, blocks apart. */
export function textWithTex(node: Node): string {
  return piece(node).replace(/[ \t]+\n/g, '\n').replace(/\n{3,}/g, '\n\n').trim()
}

function piece(node: Node): string {
  if (!(node instanceof Element)) return node.nodeType === Node.TEXT_NODE ? (node.textContent ?? '') : children(node)
  if (node.classList.contains('katex-display')) return `\n\n$$${source(node)}$$\n\n`
  if (node.classList.contains('katex')) return `$${source(node)}$`
  if (node.tagName === 'BR') return '\n'
  if (node.tagName === 'P') return `\n${children(node).replace(/\n[ \t]+/g, '\n')}\n\n`
  return BLOCK.has(node.tagName) ? `\n${children(node)}\n` : children(node)
}

function children(node: Node): string {
  return [...node.childNodes].map(piece).join('')
}

function source(formula: Element): string {
  return formula.querySelector('annotation')?.textContent ?? formula.textContent ?? ''
}

/** A formula is copied whole, also where only a part of it was marked. */
function onCopy(event: ClipboardEvent): void {
  const selection = document.getSelection()
  if (!selection || selection.isCollapsed || !event.clipboardData) return
  const range = selection.getRangeAt(0).cloneRange()
  const [start, end] = [range.startContainer, range.endContainer].map((node) => (node instanceof Element ? node : node.parentElement)?.closest('.katex'))
  if (start) range.setStartBefore(start)
  if (end) range.setEndAfter(end)
  const marked = range.cloneContents()
  if (!marked.querySelector('.katex')) return // the browser copies plain text better
  event.clipboardData.setData('text/plain', textWithTex(marked))
  event.preventDefault()
}

document.addEventListener('copy', onCopy)
