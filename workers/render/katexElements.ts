/**
 * The step that typesets. Our own, and not rehype-katex: that one brings an older KaTeX, whose markup the styles of
 * ours do not fit.
 */
import type { Element, ElementContent, Root } from 'hast'
import katex from 'katex'

// No `macros` object: with one, a `\gdef` in one proof would change the formulas of the next.
const OPTIONS = { trust: false, strict: 'ignore', maxExpand: 200, maxSize: 20, throwOnError: true } as const

function classes(element: Element): readonly (string | number)[] {
  return Array.isArray(element.properties.className) ? element.properties.className : []
}

/** KaTeX's HTML as it is, behind the sanitiser; a formula that fails as its source, which is text. */
function typeset(formula: string, displayMode: boolean): ElementContent {
  try {
    return { type: 'raw', value: katex.renderToString(formula, { ...OPTIONS, displayMode }) }
  } catch (error) {
    const title = error instanceof Error ? error.message : String(error)
    return { type: 'element', tagName: 'span', properties: { className: ['katex-error'], title }, children: [{ type: 'text', value: formula }] }
  }
}

function textOf(element: Element): string {
  return element.children.map((child) => (child.type === 'text' ? child.value : child.type === 'element' ? textOf(child) : '')).join('')
}

/** Puts typeset formulas in the place of `code.language-math`, and of the `pre` around one. */
export function katexElements() {
  return (tree: Root) => {
    const replaced = (node: ElementContent): ElementContent => {
      if (node.type !== 'element') return node
      const only = node.tagName === 'pre' && node.children.length === 1 ? node.children[0] : undefined
      const code = only?.type === 'element' ? only : node
      if (code.tagName === 'code' && classes(code).includes('language-math')) return typeset(textOf(code), classes(code).includes('math-display') || code !== node)
      node.children = node.children.map(replaced)
      return node
    }
    tree.children = tree.children.map((child) => (child.type === 'doctype' ? child : replaced(child)))
  }
}
