import type { GradeStatus } from './table'

export interface ReadScore {
  readonly raw: string | number | null
  /** Points, in the units of the file; null when there is no verdict. */
  readonly points: number | null
  /** Full marks named in the cell itself, as in "5/7". */
  readonly max: number | null
  readonly status: GradeStatus
}

const EMPTY = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '—', 'undefined'])
const SHOWN_CHARS = 80

/**
 * Reads one grade cell. A cell without a verdict keeps its reason and never becomes 0.
 * Numbers, numeric text ("0.75", "0,75"), fractions of full marks ("5/7") and booleans are grades.
 * Edges: empty, NaN → `missing`; words of refusal → `refused`; of a cut reply → `truncated`; anything else → `unparsed`.
 * @source reliability promise "no verdict is not a zero"; QED-Nano stats.py fills nulls with 0: deliberately not done here
 */
export function readScore(cell: unknown): ReadScore {
  if (cell === null || cell === undefined) return without('missing', null)
  if (typeof cell === 'boolean') return grade(cell ? 1 : 0)
  if (typeof cell === 'bigint') return grade(Number(cell))
  if (typeof cell === 'number') {
    if (Number.isNaN(cell)) return without('missing', null)
    return Number.isFinite(cell) ? grade(cell) : without('out_of_range', cell)
  }
  if (typeof cell !== 'string') return without('unparsed', shown(JSON.stringify(cell) ?? String(cell)))
  const text = cell.trim()
  if (EMPTY.has(text.toLowerCase())) return without('missing', null)
  const decimal = /^[+-]?\d+,\d+$/.test(text) ? text.replace(',', '.') : text
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(decimal)) return grade(Number(decimal))
  const fraction = /^([+-]?\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)$/.exec(text)
  if (fraction && Number(fraction[2]) > 0)
    return { raw: text, points: Number(fraction[1]), max: Number(fraction[2]), status: 'ok' }
  return without(namedStatus(text) ?? 'unparsed', shown(text))
}

/** The status a word stands for; null when it stands for none. */
export function namedStatus(text: string): GradeStatus | null {
  const word = text.trim().toLowerCase().replace(/[\s-]+/g, '_')
  if (/^(ok|valid|success|parsed|graded|done)$/.test(word)) return 'ok'
  if (/refus|declin|reject/.test(word)) return 'refused'
  if (/truncat|cut_off|max_tokens|token_limit|^length$/.test(word)) return 'truncated'
  if (/out_of_range|out_of_bounds/.test(word)) return 'out_of_range'
  if (/^(missing|absent|not_graded)$/.test(word)) return 'missing'
  if (/unpars|parse_error|parser_error|no_score|error|fail|timeout/.test(word)) return 'unparsed'
  return null
}

function grade(points: number): ReadScore {
  return { raw: points, points, max: null, status: 'ok' }
}

function without(status: GradeStatus, raw: string | number | null): ReadScore {
  return { raw, points: null, max: null, status }
}

function shown(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text
}
