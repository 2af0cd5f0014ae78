/** What the lab made of a file's columns, told so that a wrong guess can be seen. */
import type { Mapping } from './mapping'
import { readScore } from './score'
import type { ExtraRole, RawTable } from './table'

const EXTRA_NAMES: Readonly<Record<ExtraRole, string>> = {
  condition: 'condition', temperature: 'temperature', tokens: 'length in tokens', cost: 'cost', flags: 'use flags', promptHash: 'prompt hash',
  contamination: 'contamination', variant: 'variant of the proof', solverFamily: 'family of the solver', raterFamily: 'family of the rater', split: 'split',
}

export interface ColumnReport {
  readonly name: string
  /** The part it plays, e.g. `problem` or `score of judge_1`; null when it is not used. */
  readonly role: string | null
  /** Share of rows in which it is filled, 0..1. */
  readonly coverage: number
  /** Smallest and largest number, when most cells are numbers; else how many values differ (counted up to 1,000). */
  readonly range: { readonly low: number; readonly high: number } | null
  readonly distinct: number
}

const ROLE_NAMES: Readonly<Record<string, string>> = {
  problem: 'problem', solver: 'solver', domain: 'domain', rubric: 'rubric', attempt: 'attempt', problemText: 'problem text',
  proofText: 'proof text', rater: 'rater', score: 'score', raterKind: 'kind of rater', max: 'full marks', run: 'run',
  status: 'status', rationale: 'rationale',
}

/** One report per column, in file order. */
export function columnReports(table: RawTable, mapping: Mapping): ColumnReport[] {
  const roles = new Map<string, string>()
  for (const [role, column] of Object.entries(mapping))
    if (typeof column === 'string' && role in ROLE_NAMES) {
      const name = ROLE_NAMES[role]!
      roles.set(column, roles.has(column) ? `${roles.get(column)}, ${name}` : name)
    }
  for (const [role, column] of Object.entries(mapping.extras)) if (!roles.has(column)) roles.set(column, EXTRA_NAMES[role as ExtraRole])
  if (mapping.shape === 'wide')
    for (const { rater, kind, score, max, error, details } of mapping.graders) {
      roles.set(score, `score of ${rater}${kind === 'human' ? ' (human)' : ''}`)
      if (max !== null) roles.set(max, `full marks of ${rater}`)
      if (error !== null) roles.set(error, `error of ${rater}`)
      if (details !== null) roles.set(details, `rationale of ${rater}`)
    }
  return table.columns.map((name, at) => ({ name, role: roles.get(name) ?? null, ...measured(table, at) }))
}

function measured(table: RawTable, at: number): Omit<ColumnReport, 'name' | 'role'> {
  const distinct = new Set<string>()
  let filled = 0
  let numbers = 0
  let low = Infinity
  let high = -Infinity
  for (const row of table.rows) {
    const cell = row[at]
    if (cell === null || cell === undefined || cell === '') continue
    filled++
    if (distinct.size < 1000 && typeof cell !== 'object') distinct.add(String(cell).slice(0, 200))
    const { points, max } = readScore(cell)
    if (points === null || max !== null) continue
    numbers++
    low = Math.min(low, points)
    high = Math.max(high, points)
  }
  return {
    coverage: table.rows.length === 0 ? 0 : filled / table.rows.length,
    range: numbers * 2 > filled ? { low, high } : null,
    distinct: distinct.size,
  }
}
