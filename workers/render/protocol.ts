/** The contract of the render worker: Markdown with LaTeX in, sanitised HTML out. */

/** Limits before anything is parsed. Past one of them a text, or a formula, is shown as it was written. */
export const CAPS = {
  chars: 65_536,
  formulas: 2_000,
  formulaChars: 4_000,
  braceDepth: 100,
  outputChars: 2_000_000,
  deadlineMs: 1_500,
} as const

/** `html` is null when the text has to be shown as written; `note` then says why. */
export interface RenderedText {
  readonly html: string | null
  readonly note: string | null
}

export interface RenderApi {
  /** Answers once the scripts are loaded, so that loading does not count as rendering. */
  ready(): Promise<true>
  render(text: string, isInline: boolean): Promise<RenderedText>
}
