/** From a raw table and its mapping to the canonical long table. */
import { fail, ok, type Result } from '../base/result'
import { kindOf, type Grader, type Mapping } from './mapping'
import { namedStatus, readScore } from './score'
import { keyOf, proofIdOf, SINGLE_RUBRIC, sortedNames, type GradeRow, type GradeStatus, type GradeTable, type ProofText, type Rater, type RaterKind, type RawTable } from './table'

interface Draft {
  row: Omit<GradeRow, 'score' | 'status' | 'max'>
  points: number | null
  max: number | null
  status: GradeStatus
}

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
  const cell = (row: readonly unknown[], column: string | null): unknown => (column === null ? null : row[at.get(column)!])
  const attempts = new Map<string, string[]>()
  const texts = new Map<string, ProofText>()
  const drafts: Draft[] = []
  raw.rows.forEach((row, index) => {
    const problemCell = textOf(cell(row, mapping.problem))
    if (problemCell === null) return
    const problemId = shortId(problemCell)
    const solver = textOf(cell(row, mapping.solver)) ?? (mapping.solver === null ? 'all solvers' : 'unnamed')
    const proof = textOf(cell(row, mapping.proofText))
    const attempt = attemptOf(cell(row, mapping.attempt), proof, attempts, keyOf(problemId, solver))
    const proofId = proofIdOf(problemId, solver, attempt)
    const problem = textOf(cell(row, mapping.problemText)) ?? (problemCell === problemId ? null : problemCell)
    const known = texts.get(proofId)
    if ((problem !== null && !known?.problem) || (proof !== null && !known?.proof))
      texts.set(proofId, { problem: known?.problem ?? problem, proof: known?.proof ?? proof })
    const shared = {
      line: index + 1, problemId, solver, attempt, proofId,
      domain: textOf(cell(row, mapping.domain)) ?? '',
      rubric: textOf(cell(row, mapping.rubric)) ?? SINGLE_RUBRIC,
    }
    if (mapping.shape === 'long') {
      const rater = textOf(cell(row, mapping.rater)) ?? 'unnamed'
      const read = readScore(cell(row, mapping.score))
      const said = namedStatus(textOf(cell(row, mapping.status)) ?? '')
      const status = said !== null && said !== 'ok' ? said : read.status
      drafts.push({
        row: {
          ...shared, rater, kind: kindNamed(textOf(cell(row, mapping.raterKind))) ?? kindOf(rater),
          run: wholeOf(cell(row, mapping.run)) ?? 0, raw: read.raw, rationale: textOf(cell(row, mapping.rationale)),
        },
        points: status === 'ok' ? read.points : null,
        max: read.max ?? numberOf(cell(row, mapping.max)),
        status,
      })
      return
    }
    for (const grader of mapping.graders) drafts.push(wideDraft(shared, grader, row, cell, mapping.max))
  })
  if (drafts.length === 0) return fail('empty', 'The table has no grades.', { next: 'Drop a table with at least one graded proof.' })
  return ok(finished(drafts, texts))
}

function wideDraft(
  shared: Pick<GradeRow, 'line' | 'problemId' | 'solver' | 'attempt' | 'proofId' | 'domain' | 'rubric'>,
  grader: Grader,
  row: readonly unknown[],
  cell: (row: readonly unknown[], column: string | null) => unknown,
  max: string | null,
): Draft {
  const read = readScore(cell(row, grader.score))
  const error = textOf(cell(row, grader.error))
  // MathArena: null points with an error text is a reply that gave no score, not an absent judge.
  const status = read.status === 'missing' && error !== null ? (namedStatus(error) ?? 'unparsed') : read.status
  return {
    row: {
      ...shared, rater: grader.rater, kind: grader.kind, run: 0,
      raw: read.raw ?? (error === null ? null : error.slice(0, 80)),
      rationale: detailsText(cell(row, grader.details)),
    },
    points: read.points,
    max: read.max ?? numberOf(cell(row, grader.max)) ?? numberOf(cell(row, max)),
    status,
  }
}

function finished(drafts: readonly Draft[], texts: ReadonlyMap<string, ProofText>): GradeTable {
  const isGuessed = drafts.some((d) => d.max === null && d.points !== null)
  const guessed = isGuessed ? fullMarks(drafts) : null
  const seen = new Set<string>()
  const rows: GradeRow[] = []
  const duplicates: GradeRow[] = []
  const raters = new Map<string, Rater>()
  for (const { row, points, max: ownMax, status: said } of drafts) {
    const max = ownMax ?? guessed ?? 1
    const score = points === null ? null : points / max
    const isOutside = said === 'ok' && (score === null || !(max > 0) || score < -1e-9 || score > 1 + 1e-9)
    const status = isOutside ? 'out_of_range' : said
    const full: GradeRow = { ...row, max, status, score: status === 'ok' ? Math.min(1, Math.max(0, score!)) : null }
    const key = keyOf(row.proofId, row.rater, row.rubric, row.run)
    if (seen.has(key)) duplicates.push(full)
    else {
      seen.add(key)
      rows.push(full)
      if (!raters.has(row.rater)) raters.set(row.rater, { id: row.rater, kind: row.kind })
    }
  }
  return {
    rows, duplicates, texts, guessedMax: guessed,
    raters: sortedNames(raters.keys()).map((id) => raters.get(id)!),
    rubrics: sortedNames(rows.map((r) => r.rubric)),
    solvers: sortedNames(rows.map((r) => r.solver)),
    domains: sortedNames(rows.map((r) => r.domain).filter((d) => d !== '')),
  }
}

/** The usual scale that holds every score: 1, 7, 10, 100, or the largest score seen. A guess, and said to be one. */
function fullMarks(drafts: readonly Draft[]): number {
  let largest = 0
  for (const { points, max } of drafts) if (max === null && points !== null) largest = Math.max(largest, points)
  return [1, 7, 10, 100].find((scale) => largest <= scale) ?? largest
}

/** Every column a mapping speaks of. */
export function columnsOf(mapping: Mapping): string[] {
  const own = mapping.shape === 'long'
    ? [mapping.rater, mapping.score, mapping.raterKind, mapping.run, mapping.status, mapping.rationale]
    : mapping.graders.flatMap((g) => [g.score, g.max, g.error, g.details])
  const shared = [mapping.problem, mapping.solver, mapping.domain, mapping.rubric, mapping.attempt, mapping.problemText, mapping.proofText, mapping.max]
  return [...shared, ...own].filter((c): c is string => c !== null)
}

function attemptOf(cell: unknown, proof: string | null, seen: Map<string, string[]>, key: string): number {
  const given = wholeOf(cell)
  if (given !== null) return given
  const known = seen.get(key) ?? []
  seen.set(key, known)
  if (proof === null) return 0
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
