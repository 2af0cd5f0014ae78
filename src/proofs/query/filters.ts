/** Filters of a table as text in the URL: one a column, readable by people who write intervals. */

export type Filter =
  /** `[0.1,0.7)`: a bound that is left out is open to its side. */
  | { readonly kind: 'range'; readonly low: number | null; readonly high: number | null; readonly isLowIn: boolean; readonly isHighIn: boolean }
  /** `=aops|olympiads`: any of these values. */
  | { readonly kind: 'values'; readonly values: readonly string[] }
  /** `~pattern`, `!~pattern`: a regular expression, without regard to case, that fits or does not. */
  | { readonly kind: 'regex'; readonly pattern: string; readonly isNegated: boolean }
  /** `?` rows without a value, `*` rows with one. */
  | { readonly kind: 'filled'; readonly isFilled: boolean }

export interface Sort {
  readonly column: string
  readonly isDescending: boolean
}

/** What is asked of a table. Plain data: it crosses to the worker, and two that are equal as JSON ask the same. */
export interface Query {
  readonly filters: Readonly<Record<string, Filter>>
  /** Words as written, or `/pattern/`; empty for none. */
  readonly search: string
  /** Whether the reasoning is searched too; it is the longest text by far. */
  readonly isReasoningSearched: boolean
  readonly sort: Sort | null
}

export const ALL_ROWS: Query = { filters: {}, search: '', isReasoningSearched: false, sort: null }

const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?`
const RANGE = new RegExp(`^([[(])(${NUMBER})?,(${NUMBER})?([\\])])$`, 'i')

/** Null for a text of another form, an empty interval, or a pattern that is none. */
export function parseFilter(text: string): Filter | null {
  if (text === '?' || text === '*') return { kind: 'filled', isFilled: text === '*' }
  if (text.startsWith('=')) return { kind: 'values', values: text.slice(1).split('|').map(unescaped) }
  const regex = /^(!?)~(.+)$/s.exec(text)
  if (regex) return isPattern(regex[2]!) ? { kind: 'regex', pattern: regex[2]!, isNegated: regex[1] === '!' } : null
  const range = RANGE.exec(text.replace(/\s/g, ''))
  if (!range) return null
  const low = range[2] === undefined ? null : Number(range[2])
  const high = range[3] === undefined ? null : Number(range[3])
  if (low !== null && high !== null && low > high) return null
  return low === null && high === null ? null : { kind: 'range', low, high, isLowIn: range[1] === '[', isHighIn: range[4] === ']' }
}

export function filterText(filter: Filter): string {
  switch (filter.kind) {
    case 'filled': return filter.isFilled ? '*' : '?'
    case 'values': return `=${filter.values.map(escaped).join('|')}`
    case 'regex': return `${filter.isNegated ? '!' : ''}~${filter.pattern}`
    case 'range': return `${filter.isLowIn ? '[' : '('}${filter.low ?? ''},${filter.high ?? ''}${filter.isHighIn ? ']' : ')'}`
  }
}

/** The filter as a phrase: "reward_mean in (0, 0.7]". */
export function filterWords(column: string, filter: Filter): string {
  switch (filter.kind) {
    case 'filled': return filter.isFilled ? `${column} is there` : `${column} is missing`
    case 'values': return `${column} = ${filter.values.join(' or ')}`
    case 'regex': return `${column} ${filter.isNegated ? 'does not fit' : 'fits'} /${filter.pattern}/i`
    case 'range': {
      const { low, high, isLowIn, isHighIn } = filter
      if (low === high) return `${column} = ${low}`
      if (low === null) return `${column} ${isHighIn ? '≤' : '<'} ${shown(high!)}`
      if (high === null) return `${column} ${isLowIn ? '≥' : '>'} ${shown(low)}`
      return `${column} in ${isLowIn ? '[' : '('}${shown(low)}, ${shown(high)}${isHighIn ? ']' : ')'}`
    }
  }
}

const PREFIX = 'f.'

/** The query in URL parameters; filters that are none are left out. */
export function queryOf(view: Readonly<Record<string, string | undefined>>): Query {
  const filters: Record<string, Filter> = Object.create(null) as Record<string, Filter>
  for (const [key, text] of Object.entries(view)) {
    const filter = key.startsWith(PREFIX) && text !== undefined ? parseFilter(text) : null
    if (filter) filters[key.slice(PREFIX.length)] = filter
  }
  const sort = view.sort ? { column: view.sort.replace(/^-/, ''), isDescending: view.sort.startsWith('-') } : null
  return { filters: { ...filters }, search: view.q ?? '', isReasoningSearched: view.qr === '1', sort }
}

/** A patch of the URL parameters that sets the filter of a column; null takes it away. */
export function filterPatch(column: string, filter: Filter | null): Record<string, string | undefined> {
  return { [PREFIX + column]: filter ? filterText(filter) : undefined }
}

export function sortPatch(sort: Sort | null): Record<string, string | undefined> {
  return { sort: sort ? `${sort.isDescending ? '-' : ''}${sort.column}` : undefined }
}

const WIDTH = 'w.'
const WIDTHS_PX = [60, 1_200] as const

/** Widths that the researcher gave to columns, in pixels; what is no width is left out. */
export function widthsOf(view: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, number> {
  const found = Object.entries(view).filter(([key, text]) => key.startsWith(WIDTH) && text !== undefined && /^\d{1,4}$/.test(text))
  return new Map(found.map(([key, text]) => [key.slice(WIDTH.length), Math.min(WIDTHS_PX[1], Math.max(WIDTHS_PX[0], Number(text)))]))
}

/** A patch that gives a column its width; null gives it back to the grid. */
export function widthPatch(column: string, px: number | null): Record<string, string | undefined> {
  return { [WIDTH + column]: px === null ? undefined : String(Math.round(Math.min(WIDTHS_PX[1], Math.max(WIDTHS_PX[0], px)))) }
}

/** A patch for another dataset: all that names columns of this one, and what `clearedPatch` takes away. */
export function leftPatch(view: Readonly<Record<string, string | undefined>>): Record<string, undefined> {
  return { ...clearedPatch(view), ...Object.fromEntries(Object.keys(view).filter((key) => key.startsWith(WIDTH)).map((key) => [key, undefined])) }
}

/** A patch that takes every filter, the search and the sort of `view` away. */
export function clearedPatch(view: Readonly<Record<string, string | undefined>>): Record<string, undefined> {
  return Object.fromEntries([...Object.keys(view).filter((key) => key.startsWith(PREFIX)), 'q', 'qr', 'sort'].map((key) => [key, undefined]))
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'i')
    return true
  } catch {
    return false
  }
}

function escaped(value: string): string {
  return value.replace(/[\\|]/g, (char) => (char === '|' ? '\\p' : '\\\\'))
}

function unescaped(value: string): string {
  return value.replace(/\\([p\\])/g, (_, char: string) => (char === 'p' ? '|' : '\\'))
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)))
}
