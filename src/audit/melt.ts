/** From a raw table and its mapping to the canonical long table. */
import { fail, ok, type Result } from '../base/result'
import { kindOf, type Mapping } from './mapping'
import { namedStatus, readScore, type ReadScore } from './score'
import { keyOf, proofIdOf, SINGLE_RUBRIC, sortedNames, type ExtraRole, type GradeRow, type GradeTable, type ProofText, type Rater, type RaterKind, type RawTable } from './table'

/** A row under construction: full marks may have to be guessed from all rows before a score can be had. */
interface Draft extends Mutable<GradeRow> {
  points: number | null
  ownMax: number | null
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * One grade row per (proof, rater, rubric, run). Wide tables are melted: each grader column gives one row per proof.
 *   score = raw / max,   outside 0..1 → status `out_of_range`, score null
 * A repeated key keeps its first row; the others go to `duplicates`. Without an attempt column, a second proof text of
 * the same solver and problem is the next attempt, the same text (or none) a duplicate.
 * Edges: a table with no rows or no named problem fails with `empty`.
 */
export function gradeTable(raw: RawTable, mapping: Mapping): Result<GradeTable, 'empty' | 'missingColumn'> {
  const at = new Map(raw.columns.map((c, i) => [c, i]))
  for (const column of columnsOf(mapping))
    if (!at.has(column))
      return fail('missingColumn', `There is no column \`${column}\`.`, { next: 'Choose the columns anew.' })
  // Column places are looked up once, not once a row.
  const place = (column: string | null) => (column === null ? -1 : at.get(column)!)
  const [problemAt, solverAt, domainAt, rubricAt, attemptAt, problemTextAt, proofTextAt, maxAt] =
    [mapping.problem, mapping.solver, mapping.domain, mapping.rubric, mapping.attempt, mapping.problemText, mapping.proofText, mapping.max].map(place) as [number, number, number, number, number, number, number, number]
  const extras = (Object.entries(mapping.extras) as [ExtraRole, string][]).map(([role, column]) => [role, place(column)] as const)
  const long = mapping.shape === 'long' ? {
    rater: place(mapping.rater), score: place(mapping.score), kind: place(mapping.raterKind), run: place(mapping.run), status: place(mapping.status), rationale: place(mapping.rationale),
  } : null
  const graders = mapping.shape === 'wide'
    ? mapping.graders.map((g) => ({ ...runOf(g.rater), kind: g.kind, score: place(g.score), max: place(g.max), error: place(g.error), details: place(g.details) })) : []
  const cell = (row: readonly unknown[], i: number): unknown => (i < 0 ? null : row[i])
  const kinds = new Map<string, RaterKind>()
  const kindByName = (rater: string) => kinds.get(rater) ?? (kinds.set(rater, kindOf(rater)), kinds.get(rater)!)
  const attempts = new Map<string, string[]>()
  const texts = new Map<string, ProofText>()
  const drafts: Draft[] = []
  raw.rows.forEach((row, index) => {
    const problemCell = textOf(row[problemAt])
    if (problemCell === null) return
    const problemId = shortId(problemCell)
    const solver = textOf(cell(row, solverAt)) ?? (solverAt < 0 ? 'all solvers' : 'unnamed')
    const proof = textOf(cell(row, proofTextAt))
    const attempt = attemptOf(cell(row, attemptAt), proof, attempts, problemId, solver)
    const proofId = proofIdOf(problemId, solver, attempt)
    const problem = textOf(cell(row, problemTextAt)) ?? (problemCell === problemId ? null : problemCell)
    if (problem !== null || proof !== null) {
      const known = texts.get(proofId)
      if (!known || (problem !== null && known.problem === null) || (proof !== null && known.proof === null))
        texts.set(proofId, { problem: known?.problem ?? problem, proof: known?.proof ?? proof })
    }
    const domain = textOf(cell(row, domainAt)) ?? ''
    const rubric = textOf(cell(row, rubricAt)) ?? SINGLE_RUBRIC
    const more = extras.length === 0 ? null : extrasOf(row, extras)
    const draft = (named: string, kind: RaterKind, run: number, read: ReadScore, rationale: string | null, max: number | null): Draft => ({
      line: index + 1, problemId, domain, solver, attempt, proofId, rater: underCondition(named, kind, more?.condition), kind, rubric, run, raw: read.raw, max: 1, score: null, status: read.status,
      rationale, extras: more, points: read.points, ownMax: read.max ?? max,
    })
    if (long) {
      const rater = textOf(cell(row, long.rater)) ?? 'unnamed'
      const read = readScore(cell(row, long.score))
      const said = long.status < 0 ? null : namedStatus(textOf(cell(row, long.status)) ?? '')
      const isOverruled = said !== null && said !== 'ok'
      const kind = (long.kind < 0 ? null : kindNamed(textOf(cell(row, long.kind)))) ?? kindByName(rater)
      drafts.push(draft(
        rater, kind, wholeOf(cell(row, long.run)) ?? 0, isOverruled ? { ...read, status: said, points: null } : read,
        textOf(cell(row, long.rationale)), numberOf(cell(row, maxAt)),
      ))
      return
    }
    for (const grader of graders) {
      const read = readScore(cell(row, grader.score))
      const error = textOf(cell(row, grader.error))
      // MathArena: null points with an error text is a reply that gave no score, not an absent judge.
      const status = read.status === 'missing' && error !== null ? (namedStatus(error) ?? 'unparsed') : read.status
      drafts.push(draft(
        grader.rater, grader.kind, grader.run, { ...read, status, raw: read.raw ?? (error === null ? null : error.slice(0, 80)) },
        detailsText(cell(row, grader.details)), numberOf(cell(row, grader.max)) ?? numberOf(cell(row, maxAt)),
      ))
    }
  })
  if (drafts.length === 0) return fail('empty', 'The table has no grades.', { next: 'Drop a table with at least one graded proof.' })
  return ok(finished(drafts, texts))
}

function finished(drafts: readonly Draft[], texts: ReadonlyMap<string, ProofText>): GradeTable {
  const isGuessed = drafts.some((d) => d.ownMax === null && d.points !== null)
  const guessed = isGuessed ? fullMarks(drafts) : null
  const seen = new Set<string>()
  const rows: GradeRow[] = []
  const duplicates: GradeRow[] = []
  const raters = new Map<string, Rater>()
  const [rubrics, solvers, domains] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const row of drafts) {
    row.max = row.ownMax ?? guessed ?? 1
    const score = row.points === null ? null : row.points / row.max
    if (row.status === 'ok' && (score === null || !(row.max > 0) || score < -1e-9 || score > 1 + 1e-9)) row.status = 'out_of_range'
    row.score = row.status === 'ok' ? Math.min(1, Math.max(0, score!)) : null
    const key = keyOf(row.proofId, row.rater, row.rubric, row.run, row.extras?.variant ?? '')
    const size = seen.size
    if (seen.add(key).size === size) {
      duplicates.push(row)
      continue
    }
    rows.push(row)
    rubrics.add(row.rubric)
    solvers.add(row.solver)
    if (row.domain !== '') domains.add(row.domain)
    if (!raters.has(row.rater)) raters.set(row.rater, { id: row.rater, kind: row.kind })
  }
  return {
    rows, duplicates, texts, guessedMax: guessed,
    raters: sortedNames(raters.keys()).map((id) => raters.get(id)!),
    rubrics: sortedNames(rubrics), solvers: sortedNames(solvers), domains: sortedNames(domains),
  }
}

/** "grok_run_2" is the second run of grok: columns of repeated runs are one rater. */
function runOf(column: string): { rater: string; run: number } {
  const match = /^(.+?)[ _.-]+(?:run|repeat|trial)[ _.-]?(\d+)$/i.exec(column)
  return match ? { rater: match[1]!, run: Number(match[2]) } : { rater: column, run: 0 }
}

const CONDITION_MARK = ' · '

/** A judge under one condition of an ablation is a judge of its own; humans are not. */
function underCondition(rater: string, kind: RaterKind, condition: string | undefined): string {
  return condition === undefined || kind === 'human' ? rater : `${rater}${CONDITION_MARK}${condition}`
}

/** The judge and the condition in a rater's name; null when it was not graded under one. */
export function conditionOf(rater: string, conditions: readonly string[]): { judge: string; condition: string } | null {
  const condition = conditions.find((c) => rater.endsWith(CONDITION_MARK + c))
  return condition === undefined ? null : { judge: rater.slice(0, -(CONDITION_MARK + condition).length), condition }
}

function extrasOf(row: readonly unknown[], places: readonly (readonly [ExtraRole, number])[]): Partial<Record<ExtraRole, string>> | null {
  let found: Partial<Record<ExtraRole, string>> | null = null
  for (const [role, at] of places) {
    const text = textOf(row[at])
    if (text !== null) (found ??= {})[role] = text
  }
  return found
}

/** The usual scale that holds every score: 1, 7, 10, 100, or the largest score seen. A guess, and said to be one. */
function fullMarks(drafts: readonly Draft[]): number {
  let largest = 0
  for (const { points, ownMax } of drafts) if (ownMax === null && points !== null) largest = Math.max(largest, points)
  return [1, 7, 10, 100].find((scale) => largest <= scale) ?? largest
}

/** Every column a mapping speaks of. */
export function columnsOf(mapping: Mapping): string[] {
  const own = mapping.shape === 'long'
    ? [mapping.rater, mapping.score, mapping.raterKind, mapping.run, mapping.status, mapping.rationale]
    : mapping.graders.flatMap((g) => [g.score, g.max, g.error, g.details])
  const shared = [mapping.problem, mapping.solver, mapping.domain, mapping.rubric, mapping.attempt, mapping.problemText, mapping.proofText, mapping.max]
  return [...shared, ...own, ...Object.values(mapping.extras)].filter((c): c is string => c !== null)
}

function attemptOf(cell: unknown, proof: string | null, seen: Map<string, string[]>, problemId: string, solver: string): number {
  const given = wholeOf(cell)
  if (given !== null) return given
  if (proof === null) return 0
  const key = keyOf(problemId, solver)
  const known = seen.get(key) ?? []
  seen.set(key, known)
  const at = known.indexOf(proof)
  return at >= 0 ? at : known.push(proof) - 1
}

function kindNamed(text: string | null): RaterKind | null {
  if (text === null) return null
  if (/human|expert|gold/i.test(text)) return 'human'
  return /rule|checker|program/i.test(text) ? 'rule' : 'llm'
}

/** Rubric details of one judge as Markdown; null when there are none. */
function detailsText(cell: unknown): string | null {
  let value = cell
  if (typeof value === 'string') {
    if (!value.trim().startsWith('[')) return textOf(value)
    try {
      value = JSON.parse(value) as unknown
    } catch {
      return textOf(cell)
    }
  }
  if (!Array.isArray(value)) return null
  const lines = value.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) return `- ${String(item)}`
    const { title, points, max_points, desc } = item as Record<string, unknown>
    return `- **${textOf(title) ?? 'item'}** ${textOf(points) ?? '—'}/${textOf(max_points) ?? '—'}: ${textOf(desc) ?? ''}`
  })
  return lines.length > 0 ? lines.join('\n') : null
}

function textOf(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null
  if (typeof cell === 'string') {
    const trimmed = cell.trim()
    return trimmed === '' ? null : trimmed
  }
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  return text.trim() === '' ? null : text.trim()
}

function numberOf(cell: unknown): number | null {
  const value = typeof cell === 'bigint' ? Number(cell) : typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function wholeOf(cell: unknown): number | null {
  const value = numberOf(cell)
  return value !== null && Number.isInteger(value) ? value : null
}

/** Problem statements used as ids are cut to a readable name; a hash keeps two of them apart. */
function shortId(text: string): string {
  if (text.length <= 80) return text
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return `${text.slice(0, 48)}… #${(hash >>> 0).toString(16)}`
}
