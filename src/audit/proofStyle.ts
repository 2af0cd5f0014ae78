/** What a proof looks like, apart from whether it is right. */
export interface ProofStyle {
  readonly words: number
  /** Natural logarithm of 1 + words. */
  readonly logLength: number
  /** Share of characters inside formulas. */
  readonly latex: number
  /** Headings, per 100 words. */
  readonly headings: number
  /** List items, per 100 words. */
  readonly lists: number
  /** "clearly", "obviously", "it is easy to see"…, per 100 words: steps claimed rather than made. */
  readonly hedges: number
  /** "well known", "by a standard theorem", citations…, per 100 words. */
  readonly authority: number
}

export const STYLE_NAMES: Readonly<Record<Exclude<keyof ProofStyle, 'words'>, string>> = {
  logLength: 'log length', latex: 'share of LaTeX', headings: 'headings per 100 words', lists: 'list items per 100 words',
  hedges: 'hedges per 100 words', authority: 'appeals to authority per 100 words',
}

const FORMULA = /\$\$[\s\S]*?\$\$|\$[^$\n]*\$|\\\[[\s\S]*?\\\]|\\\([\s\S]*?\\\)|\\begin\{(align|equation|gather)\*?\}[\s\S]*?\\end\{\1\*?\}/g
const HEDGES = /\b(clearly|obviously|evidently|trivially|of course|it is (?:easy|clear|obvious|evident|trivial)|easy to (?:see|check|verify)|one (?:easily )?(?:sees|checks)|straightforward(?:ly)?)\b/gi
const AUTHORITY = /\b(well[- ]known|standard (?:result|theorem|argument|fact)|classical (?:result|theorem)|(?:celebrated|famous|renowned|deep) (?:result|theorem)|as (?:shown|proved|proven) (?:in|by)|see \[|cf\.)/gi

/** Counts over the text as it stands. Edges: an empty text gives zeros. Words are runs of letters outside formulas. */
export function proofStyle(text: string): ProofStyle {
  let inside = 0
  const prose = text.replace(FORMULA, (formula) => ((inside += formula.length), ' '))
  const words = (prose.match(/[\p{L}\p{N}]+/gu) ?? []).length
  const per = (count: number) => (words === 0 ? 0 : (100 * count) / words)
  return {
    words, logLength: Math.log1p(words), latex: text.length === 0 ? 0 : inside / text.length,
    headings: per((text.match(/^\s{0,3}#{1,6}\s|^\s*\*\*[^*\n]+\*\*\s*$/gm) ?? []).length),
    lists: per((text.match(/^\s*(?:[-*+]|\d+[.)])\s/gm) ?? []).length),
    hedges: per((text.match(HEDGES) ?? []).length), authority: per((text.match(AUTHORITY) ?? []).length),
  }
}
