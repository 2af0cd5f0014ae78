/** The canonical long table of grades: one row per (proof, rater, rubric, run), whatever shape the file had. */

export type RaterKind = 'human' | 'llm' | 'rule'

/** Why a row has a score, or has none. Only `ok` rows enter a mean. */
export type GradeStatus = 'ok' | 'unparsed' | 'refused' | 'truncated' | 'out_of_range' | 'missing'

/** @source QEDBench lab table: problem, solver, rater, rubric and run name one grade */
export interface GradeRow {
  /** Row of the file, counted from 1 after the header; null for generated rows. */
  readonly line: number | null
  readonly problemId: string
  /** Empty when the table has no domain column. */
  readonly domain: string
  readonly solver: string
  readonly attempt: number
  readonly proofId: string
  readonly rater: string
  readonly kind: RaterKind
  readonly rubric: string
  readonly run: number
  /** The cell as it came, shortened for display. */
  readonly raw: string | number | null
  readonly max: number
  /** raw / max in 0..1; null unless the status is `ok`. */
  readonly score: number | null
  readonly status: GradeStatus
  readonly rationale: string | null
  /** Columns that only some analyses need, as text; null when the table has none of them. */
  readonly extras: Readonly<Partial<Record<ExtraRole, string>>> | null
}

/**
 * Optional columns. `condition`: the one factor that an ablation changed, or what the judge saw besides the proof; such a
 * judge is named "judge · condition". `variant`: which perturbation of the proof was graded; `flags`: use flags.
 */
export type ExtraRole = 'condition' | 'temperature' | 'tokens' | 'cost' | 'flags' | 'promptHash' | 'contamination' | 'variant' | 'solverFamily' | 'raterFamily' | 'split'

export interface Rater {
  readonly id: string
  readonly kind: RaterKind
}

/** What one proof says; texts are untrusted and may be absent. */
export interface ProofText {
  readonly problem: string | null
  readonly proof: string | null
}

export interface GradeTable {
  readonly rows: readonly GradeRow[]
  /** Rows that repeat the key of an earlier row: set aside, counted, listed. */
  readonly duplicates: readonly GradeRow[]
  readonly raters: readonly Rater[]
  readonly rubrics: readonly string[]
  readonly solvers: readonly string[]
  /** Empty when there is no domain column. */
  readonly domains: readonly string[]
  readonly texts: ReadonlyMap<string, ProofText>
  /** Full marks taken for granted because no column says them; null when a column does. */
  readonly guessedMax: number | null
}

/** A file as read: names and cells, no meaning yet. */
export interface RawTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  /** Lines that could not be read at all. */
  readonly unread: readonly { readonly line: number; readonly reason: string }[]
}

export const SINGLE_RUBRIC = 'single'

/** The name of one attempt of one solver at one problem. */
export function proofIdOf(problemId: string, solver: string, attempt: number): string {
  return `${problemId}|${solver}|${attempt}`
}

/** Several names as one map key. The separator is a character that no name in a table contains. */
export function keyOf(first: string, ...names: readonly (string | number)[]): string {
  let key = first
  for (const name of names) key += `\u0000${name}`
  return key
}

// One collator: `localeCompare` with options makes a new one at every comparison.
const reading = new Intl.Collator('en', { numeric: true })

/** Distinct values in reading order, with numbers inside the names compared as numbers. */
export function sortedNames(names: Iterable<string>): string[] {
  return [...new Set(names)].sort(reading.compare)
}
