/** Which column plays which role: guessed from names and a look at the values, correctable by the researcher. */
import { fail, ok, type Result } from '../base/result'
import { readScore } from './score'
import type { ExtraRole, RaterKind, RawTable } from './table'

/** Roles that both shapes share; null where the table has no such column. */
export interface SharedRoles {
  readonly problem: string
  readonly solver: string | null
  readonly domain: string | null
  readonly rubric: string | null
  readonly attempt: string | null
  readonly problemText: string | null
  readonly proofText: string | null
  readonly extras: Readonly<Partial<Record<ExtraRole, string>>>
}

/** One row per grade. */
export interface LongMapping extends SharedRoles {
  readonly shape: 'long'
  readonly rater: string
  readonly score: string
  readonly raterKind: string | null
  readonly max: string | null
  readonly run: string | null
  readonly status: string | null
  readonly rationale: string | null
}

/** One grader of a wide table and the columns that belong to it. */
export interface Grader {
  readonly rater: string
  readonly kind: RaterKind
  readonly score: string
  readonly max: string | null
  readonly error: string | null
  readonly details: string | null
}

/** One row per proof, one column (or group of columns) per grader. */
export interface WideMapping extends SharedRoles {
  readonly shape: 'wide'
  readonly max: string | null
  readonly graders: readonly Grader[]
}

export type Mapping = LongMapping | WideMapping

const NAMES = {
  problem: ['problem_id', 'problem_idx', 'problem_index', 'question_id', 'item_id', 'task_id', 'prompt_id', 'item', 'problem', 'question'],
  solver: ['solver', 'model_name', 'model', 'generator', 'model_id', 'solver_model', 'solver_name'],
  domain: ['domain', 'category', 'topic', 'subject', 'area', 'field'],
  rubric: ['rubric', 'rubric_id', 'rubric_name', 'rubric_type', 'rubric_kind'],
  attempt: ['attempt', 'idx_answer', 'response_number', 'sample_idx', 'sample', 'attempt_id'],
  problemText: ['problem_text', 'problem_statement', 'statement', 'problem', 'question', 'prompt'],
  proofText: ['proof', 'proof_text', 'model_solution', 'answer', 'response', 'solution', 'attempt_text', 'completion', 'text'],
  rater: ['rater', 'rater_id', 'judge', 'judge_id', 'judge_name', 'judge_model', 'grader', 'grader_id', 'grader_name', 'evaluator', 'annotator', 'annotator_id'],
  raterKind: ['rater_kind', 'grader_kind', 'kind', 'rater_type', 'grader_type', 'judge_kind'],
  max: ['max', 'max_points', 'max_score', 'out_of', 'total_points', 'full_marks'],
  run: ['run', 'judge_run', 'repeat', 'trial', 'seed'],
  status: ['status', 'grade_status', 'parse_status'],
  rationale: ['rationale', 'explanation', 'feedback', 'comment', 'judge_text', 'reasoning', 'justification'],
} as const
const EXTRAS: Readonly<Record<ExtraRole, readonly string[]>> = {
  condition: ['condition', 'ablation', 'arm', 'prompt_style', 'context', 'judge_context'],
  temperature: ['temperature', 'judge_temperature'],
  tokens: ['tokens_proof', 'proof_tokens', 'output_tokens', 'completion_tokens'],
  cost: ['cost_usd', 'judge_cost', 'grade_cost', 'cost'],
  flags: ['flags', 'use_flags'],
  promptHash: ['prompt_hash'],
  contamination: ['contamination', 'contaminated', 'overlap', 'problem_issue'],
  variant: ['variant', 'perturbation', 'probe'],
  solverFamily: ['solver_family', 'model_family'],
  raterFamily: ['rater_family', 'judge_family', 'grader_family'],
  split: ['split'],
}
const SCORES = ['score', 'grade', 'points', 'rating', 'mark', 'raw_score', 'judge_score', 'value']
const NOT_A_GRADE = /token|cost|price|year|time|date|idx|index|length|level|seed|weight|_id$|^id$|number$|^max/

/** Column name as compared: lower case, words joined by `_`. */
export function normalised(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '')
}

/**
 * The roles of a table's columns. Long when a rater and a score column exist; else wide: MathArena's `points_judge_k`
 * groups, a human column with judge columns beside it, or QED-Nano's `graded_score` against `points`.
 * Edges: without a problem, a rater or a score, the failure names the role, the names it is known by, and what was found.
 */
export function guessMapping(table: RawTable): Result<Mapping, 'missingColumn'> {
  const free = new Map(table.columns.map((c) => [normalised(c), c]))
  const take = (names: readonly string[]): string | null => {
    for (const name of names) {
      const column = free.get(name)
      if (column !== undefined) {
        free.delete(name)
        return column
      }
    }
    return null
  }
  const problem = take(NAMES.problem)
  if (problem === null) return missing('problem', NAMES.problem, table)
  const shared: SharedRoles = {
    problem,
    solver: take(NAMES.solver),
    domain: take(NAMES.domain),
    rubric: NAMES.rubric.some((name) => free.has(name) && isFewNames(free.get(name)!, table)) ? take(NAMES.rubric) : null,
    attempt: take(NAMES.attempt),
    problemText: take(NAMES.problemText),
    proofText: take(NAMES.proofText),
    extras: takeExtras(take),
  }
  const rater = take(NAMES.rater)
  if (rater !== null) {
    // The canonical export carries both: `score` is already raw / max, so dividing it again would be wrong.
    const raw = free.has('raw') && free.has('max') ? take(['raw']) : null
    const score = raw ?? take(SCORES)
    if (score === null) return missing('score', SCORES, table)
    return ok({
      ...shared, shape: 'long', rater, score,
      raterKind: take(NAMES.raterKind), max: take(NAMES.max), run: take(NAMES.run),
      status: take(NAMES.status), rationale: take(NAMES.rationale),
    })
  }
  const graders = guessGraders(free, table)
  if (graders.length === 0) {
    const hasScore = SCORES.some((name) => free.has(name))
    return missing(hasScore ? 'rater' : 'score', hasScore ? NAMES.rater : [...SCORES, 'points_judge_1', 'human_score'], table)
  }
  const own = new Set(graders.flatMap((g) => [g.score, g.max]))
  const max = NAMES.max.map((name) => free.get(name)).find((c) => c !== undefined && !own.has(c)) ?? null
  return ok({ ...shared, shape: 'wide', max, graders })
}

function takeExtras(take: (names: readonly string[]) => string | null): Partial<Record<ExtraRole, string>> {
  const found: Partial<Record<ExtraRole, string>> = {}
  for (const [role, names] of Object.entries(EXTRAS) as [ExtraRole, readonly string[]][]) {
    const column = take(names)
    if (column !== null) found[role] = column
  }
  return found
}

function guessGraders(free: ReadonlyMap<string, string>, table: RawTable): Grader[] {
  const column = (name: string): string | null => free.get(name) ?? null
  const graders: Grader[] = []
  const add = (rater: string, kind: RaterKind, score: string) => {
    if (!graders.some((g) => g.score === score))
      graders.push({ rater, kind, score, max: null, error: null, details: null })
  }
  for (const [name, original] of free) {
    const slot = /^points_(.+)$/.exec(name)?.[1]
    if (slot === undefined) continue
    graders.push({
      rater: slot, kind: kindOf(slot), score: original,
      max: column(`max_points_${slot}`), error: column(`error_${slot}`), details: column(`grading_details_${slot}`),
    })
  }
  for (const [name, original] of free)
    if (/^(human|expert|gold)(_|$)/.test(name) && !NOT_A_GRADE.test(name) && isMostlyGrades(original, table))
      add(name.replace(/_(score|grade|points|rating)$/, ''), 'human', original)
  const graded = column('graded_score')
  if (graded !== null) {
    add('grader', 'llm', graded)
    const points = column('points')
    if (points !== null) add('human', 'human', points)
  }
  if (graders.some((g) => g.kind !== 'human')) return graders
  const named: [string, string][] = []
  const plain: [string, string][] = []
  for (const [name, original] of free) {
    if (graders.some((g) => g.score === original) || NOT_A_GRADE.test(name)) continue
    if (!isMostlyGrades(original, table)) continue
    const judge = /^(?:judge|score|grade|rating)_(.+)$/.exec(name)?.[1] ?? /^(.+)_(?:judge|score|grade|rating)$/.exec(name)?.[1]
    if (judge !== undefined) named.push([judge, original])
    else plain.push([original, original])
  }
  // Bare numeric columns count as judges only beside a human column: alone they could be anything.
  for (const [rater, original] of named.length > 0 ? named : graders.length > 0 ? plain : []) add(rater, 'llm', original)
  return graders
}

/** What a rater is, by its name alone. */
export function kindOf(rater: string): RaterKind {
  return /human|expert|gold|annotator|professor|teacher/i.test(rater) ? 'human' : /^rule|checker/i.test(rater) ? 'rule' : 'llm'
}

/** At least half of the first rows' filled cells read as a grade, or as a refusal or cut reply in place of one. */
function isMostlyGrades(column: string, table: RawTable): boolean {
  const at = table.columns.indexOf(column)
  let filled = 0
  let grades = 0
  for (const row of table.rows.slice(0, 500)) {
    const { status } = readScore(row[at])
    if (status === 'missing') continue
    filled++
    if (status !== 'unparsed') grades++
  }
  return filled > 0 && grades * 2 >= filled
}

/** A marking scheme written out in every row is text, not the name of a rubric that grades can be compared under. */
function isFewNames(column: string, table: RawTable): boolean {
  const at = table.columns.indexOf(column)
  const names = new Set<string>()
  for (const row of table.rows) {
    const cell = row[at]
    if (typeof cell === 'object' && cell !== null) return false
    names.add(String(cell ?? ''))
    if (names.size > 20 || String(cell ?? '').length > 80) return false
  }
  return true
}

function missing(role: string, names: readonly string[], table: RawTable) {
  const found = table.columns.slice(0, 20).map((c) => `\`${c}\``).join(', ')
  const more = table.columns.length > 20 ? ` and ${table.columns.length - 20} more` : ''
  return fail('missingColumn', `No column for the ${role}. Columns found: ${found || 'none'}${more}.`, {
    next: `Name one of them ${names.slice(0, 5).map((n) => `\`${n}\``).join(', ')}, then drop the file again.`,
  })
}
