/** Markdown with LaTeX to HTML that carries no script, picture, form or style of the author's. */
import type { Element, ElementContent, Root as HtmlRoot } from 'hast'
import type { Nodes, Root as MarkdownRoot } from 'mdast'
import rehypeSanitize, { defaultSchema, type Options as Schema } from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import remarkMath from 'remark-math'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import type { VFile } from 'vfile'
import { katexElements } from './katexElements'
import { CAPS, type RenderedText } from './protocol'

const REFUSED = new Set(['img', 'picture', 'source', 'input', 'details', 'summary'])

/** GitHub's allow list, without pictures and controls; links lead to http(s) only. A `#` link would leave the view. */
const labSchema: Schema = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter((name) => !REFUSED.has(name)),
  protocols: { href: ['http', 'https'] },
  attributes: { ...defaultSchema.attributes, code: [['className', 'language-math', 'math-inline', 'math-display']] },
}

class OverCap extends Error {}

function braceDepth(formula: string): number {
  let depth = 0
  let deepest = 0
  for (const char of formula) {
    if (char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === '}') depth--
  }
  return deepest
}

/** Counts formulas, turns those past the caps into code, and makes `$$…$$` inside a line a display formula. */
function formulas() {
  return (tree: MarkdownRoot, file: VFile) => {
    const source = String(file.value)
    let count = 0
    const visit = (node: Nodes) => {
      if (node.type === 'inlineMath' || node.type === 'math') {
        if (++count > CAPS.formulas) throw new OverCap(`more than ${CAPS.formulas.toLocaleString('en')} formulas`)
        if (node.value.length > CAPS.formulaChars || braceDepth(node.value) > CAPS.braceDepth) {
          node.data = { hName: 'code', hChildren: [{ type: 'text', value: node.value }] }
        } else if (node.type === 'inlineMath') {
          const dollars = /^\$*/.exec(source.slice(node.position?.start.offset, (node.position?.start.offset ?? 0) + 4))?.[0].length ?? 1
          if (dollars % 2 === 0) node.data = { ...node.data, hProperties: { className: ['language-math', 'math-display'] } }
        }
      }
      if ('children' in node) node.children.forEach(visit)
    }
    visit(tree)
  }
}

const HEADINGS: Readonly<Record<string, string>> = { h1: 'h4', h2: 'h5', h3: 'h6', h4: 'h6', h5: 'h6', h6: 'h6' }

/** Headings below those of the page; links that leave in a new tab and lead nowhere but to http(s). */
function manners() {
  return (tree: HtmlRoot) => {
    const visit = (node: Element) => {
      node.tagName = HEADINGS[node.tagName] ?? node.tagName
      if (node.tagName === 'a') {
        const isWeb = /^https?:\/\//i.test(String(node.properties.href ?? ''))
        node.properties = isWeb ? { href: node.properties.href, rel: ['noopener', 'noreferrer', 'nofollow'], target: '_blank' } : {}
      }
      delete node.properties.id // several texts on one page must not share ids
      for (const child of node.children) if (child.type === 'element') visit(child)
    }
    for (const child of tree.children) if (child.type === 'element') visit(child)
  }
}

/** Phrases for the middle of a line: paragraphs lose their wrapper. */
function unwrapped() {
  return (tree: HtmlRoot) => {
    tree.children = tree.children.flatMap((node): ElementContent[] =>
      node.type === 'element' && node.tagName === 'p' ? node.children : node.type === 'doctype' ? [] : [node])
  }
}

const toHtml = () =>
  unified().use(remarkParse).use(remarkGfm).use(remarkMath).use(formulas)
    .use(remarkRehype) // raw HTML in the text is dropped here
    .use(rehypeSanitize, labSchema).use(manners).use(katexElements)
// `raw` nodes exist from here on: the sanitiser let none through, so they are KaTeX's own.
const asIs = { allowDangerousHtml: true }
const asBlocks = toHtml().use(rehypeStringify, asIs).freeze()
const asPhrase = toHtml().use(unwrapped).use(rehypeStringify, asIs).freeze()

/** The text as HTML; past a cap, or when a parser gives up, no HTML and the reason. */
export function rendered(text: string, isInline = false): RenderedText {
  const refused = (why: string): RenderedText => ({ html: null, note: `Shown as written: ${why}.` })
  if (text.length > CAPS.chars) return refused(`a block of ${text.length.toLocaleString('en')} characters is more than is typeset`)
  try {
    const html = String((isInline ? asPhrase : asBlocks).processSync(text))
    return html.length > CAPS.outputChars ? refused('its typeset form would be too large') : { html, note: null }
  } catch (error) {
    return refused(error instanceof OverCap ? error.message : 'it could not be parsed as Markdown')
  }
}
