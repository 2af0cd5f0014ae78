/** A problem's text as the tokens that duplicates share, whoever typeset it. */

/** Commands that only lay out. */
const LAYOUT = /^\\(?:left|right|big[lr]?|Big[lr]?|bigg[lr]?|Bigg[lr]?|displaystyle|textstyle|quad|qquad|limits|mathrm|text|textbf|textit|emph|operatorname|mathbf|boldsymbol|,|;|:|!|\s)$/
const SAME: Readonly<Record<string, string>> = {
  '\\le': '\\leq', '\\ge': '\\geq', '\\ne': '\\neq', '\\dfrac': '\\frac', '\\tfrac': '\\frac', '\\dots': '\\ldots', '\\cdots': '\\ldots', '\\to': '\\rightarrow',
  '≤': '\\leq', '≥': '\\geq', '≠': '\\neq', '×': '\\times', '·': '\\cdot', '−': '-', '–': '-', 'ℝ': '\\mathbb{r}', 'ℤ': '\\mathbb{z}', 'ℕ': '\\mathbb{n}',
}

/**
 * Lower-case words, numbers, TeX commands and signs; spacing, dollars, braces and layout commands are left out, and
 * synonyms (`\le`, `≤`, `\leq`) are one.
 */
export function tokens(text: string): string[] {
  const found = text.replaceAll('…', '\\ldots ').normalize('NFKC').match(/\\(?:[a-zA-Z]+|.)|\p{L}+|\d+|[^\s\p{L}\d]/gu) ?? []
  const kept: string[] = []
  for (const raw of found) {
    if (LAYOUT.test(raw) || /^[${}()[\]*_#.,;:!?'"`~]$/.test(raw) || /^\\[()[\]]$/.test(raw)) continue
    const token = raw.startsWith('\\') ? raw : raw.toLowerCase()
    kept.push(SAME[token] ?? token)
  }
  return kept
}

/** A text that is equal for exact duplicates: those that differ in spacing and typesetting only. */
export function canonicalText(text: string): string {
  return tokens(text).join(' ')
}
