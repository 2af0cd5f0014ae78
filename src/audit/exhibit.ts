/** What an analysis gives back: tables with captions, and figures drawn from the same numbers. Plain data, so that a page, a file and a report show the same. */
import type { Figure } from './figures/figure'
import type { Interval } from './intervals'

/** Which proofs stand behind a number. Null means all; a null judge means the humans. */
export interface ProofPick {
  readonly judge: string | null
  readonly solver: string | null
  readonly domain: string | null
  /** Another rubric than the one in view. */
  readonly rubric?: string
  /** Only proofs with this outcome of the pass decision. */
  readonly outcome?: 'tp' | 'fp' | 'fn' | 'tn'
}

/** `score` 0.123, `signed` +0.123, `percent` 12.3 %, `count` 1,234, `p` 0.012 or < 0.001. */
export type Format = 'text' | 'score' | 'signed' | 'percent' | 'count' | 'p'

export interface Column {
  readonly label: string
  readonly format: Format
  /** The formula or the meaning, where the label is short. */
  readonly meaning?: string
}

export interface Entry {
  /** Null shows as a dash. */
  readonly value: number | string | null
  readonly low?: number | null
  readonly high?: number | null
  /** Proofs behind the number. */
  readonly n?: number
  readonly opens?: ProofPick
  readonly tone?: 'good' | 'warn' | 'bad'
}

export interface Exhibit {
  /** Stable within its analysis: names the exported files. */
  readonly id: string
  readonly title: string
  /** Whole sentences that stand alone: what is counted, over what, which interval, which reference. */
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Entry[])[]
  readonly figure: Figure | null
  readonly warnings: readonly string[]
}

export function entry(value: number | string | null, more: Omit<Entry, 'value'> = {}): Entry {
  return { value: typeof value === 'number' && !Number.isFinite(value) ? null : value, ...more }
}

/** A number with its interval. */
export function estimate(value: number | null, interval: Interval | null, more: Omit<Entry, 'value' | 'low' | 'high'> = {}): Entry {
  return { ...entry(value, more), low: interval?.low ?? null, high: interval?.high ?? null }
}

/** "Judge|text" → columns; the format follows a bar: `column('κ', 'score', 'meaning')`. */
export function column(label: string, format: Format = 'score', meaning?: string): Column {
  return meaning === undefined ? { label, format } : { label, format, meaning }
}

export function exhibit(of: Omit<Exhibit, 'figure' | 'warnings'> & Partial<Pick<Exhibit, 'figure' | 'warnings'>>): Exhibit {
  return { figure: null, warnings: [], ...of }
}
