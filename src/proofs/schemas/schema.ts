/** What a dataset schema is: which columns it needs, under which names, and what each one holds. */

export type SchemaId =
  | 'fineproofs-sft' | 'fineproofs-rl' | 'imo-proofbench' | 'proofbench' | 'imo-answerbench' | 'matharena-gradingbench' | 'matharena-outputs' | 'qed-nano-viewer' | 'trl-completions'
  | 'other'

export interface ColumnInfo {
  readonly name: string
  /** As a researcher would write it: `string`, `int64`, `list<int64>`, `list<struct{content, role}>`. */
  readonly type: string
  /** Mean size of a value, uncompressed; tells columns to be held in memory from those read row by row. */
  readonly meanBytes?: number
}

/** What a column holds, whatever its name. */
export type Role =
  | 'problem' | 'reasoning' | 'proof' | 'solution' | 'answer' | 'rubric' | 'messages'
  | 'problemId' | 'solver' | 'source' | 'category' | 'competition' | 'grade' | 'verdict'
  | 'rewardMean' | 'rewardStd' | 'attempts' | 'scores' | 'rewards'

export type ColumnKind = 'text' | 'rubric' | 'label' | 'number' | 'list of numbers' | 'list of messages'

/** Kind and plain words of every role; whatever the schema, a role holds the same. */
export const ROLES: Readonly<Record<Role, { readonly kind: ColumnKind; readonly words: string }>> = {
  problem: { kind: 'text', words: 'problem' },
  reasoning: { kind: 'text', words: 'reasoning, before </think>' },
  proof: { kind: 'text', words: 'proof' },
  solution: { kind: 'text', words: 'reference solution' },
  answer: { kind: 'label', words: 'final answer' },
  rubric: { kind: 'rubric', words: 'rubric' },
  messages: { kind: 'list of messages', words: 'conversation' },
  problemId: { kind: 'label', words: 'problem id' },
  solver: { kind: 'label', words: 'solver' },
  source: { kind: 'label', words: 'source' },
  category: { kind: 'label', words: 'category' },
  competition: { kind: 'label', words: 'competition' },
  grade: { kind: 'number', words: 'grade out of 7' },
  verdict: { kind: 'text', words: 'quality verdict (JSON)' },
  rewardMean: { kind: 'number', words: 'mean reward, 0 to 1' },
  rewardStd: { kind: 'number', words: 'deviation of the rewards' },
  attempts: { kind: 'number', words: 'number of attempts' },
  scores: { kind: 'list of numbers', words: 'scores of the attempts' },
  rewards: { kind: 'list of numbers', words: 'rewards of the attempts' },
}

export interface RoleColumn {
  readonly role: Role
  /** Name in the published set, then the names that other tools give it. */
  readonly names: readonly string[]
  readonly isRequired?: boolean
  /** A role whose presence makes this column unnecessary. */
  readonly unless?: Role
}

export interface Schema {
  readonly id: SchemaId
  readonly name: string
  readonly columns: readonly RoleColumn[]
  /** Columns that tell it from its relatives: each pattern must fit one. */
  readonly marks?: readonly RegExp[]
  /** True when a file of it has no other columns than these: names as common as `problem` and `answer` tell little by themselves. */
  readonly isWhole?: boolean
  /** Why its rows are not to be trained on; absent for training sets. */
  readonly evaluationOnly?: string
}

/** Column name of each role that the file has. */
export type RoleNames = Readonly<Partial<Record<Role, string>>>

export interface Recognised {
  readonly schema: Schema
  readonly names: RoleNames
}

const FITS: Readonly<Record<ColumnKind, RegExp>> = {
  text: /^(?:string|binary|json|null|list<struct\{.*\bcontent\b.*\}>)$/,
  rubric: /^(?:string|binary|json|null|list<struct\{.*\b(?:title|desc|description|grading_scheme_desc)\b.*\}>)$/,
  label: /^(?:string|binary|null|u?int\d+)$/,
  number: /^(?:u?int\d+|float\d+|decimal|null)$/,
  'list of numbers': /^list<(?:u?int\d+|float\d+|null)>$/,
  'list of messages': /^list<struct\{.*\bcontent\b.*\}>$/,
}
const WRITTEN: Readonly<Record<ColumnKind, string>> = {
  text: 'string', rubric: 'string, or list<struct{title, points, desc}>', label: 'string', number: 'int64 or float64', 'list of numbers': 'list<int64>', 'list of messages': 'list<struct{content, role}>',
}

/** Whether a column of this type can play the role. */
export function fits(role: Role, type: string): boolean {
  return FITS[ROLES[role].kind].test(type)
}

/** Columns by role; exact names first, then without regard to case. A column of an unfit type plays no role. */
export function roleNames(schema: Pick<Schema, 'columns'>, columns: readonly ColumnInfo[]): RoleNames {
  const found: Partial<Record<Role, string>> = {}
  const taken = new Set<string>()
  for (const { role, names } of schema.columns) {
    const fit = columns.filter((c) => fits(role, c.type) && !taken.has(c.name))
    const column = names.map((name) => fit.find((c) => c.name === name)).find(Boolean) ?? names.map((name) => fit.find((c) => c.name.toLowerCase() === name.toLowerCase())).find(Boolean)
    if (!column) continue
    found[role] = column.name
    taken.add(column.name)
  }
  return found
}

/** The first of `schemas` whose required columns are all there and of a fitting type; null when there is none. */
export function recogniseAmong(schemas: readonly Schema[], columns: readonly ColumnInfo[]): Recognised | null {
  for (const schema of schemas) {
    if (schema.marks?.some((mark) => !columns.some((c) => mark.test(c.name)))) continue
    const names = roleNames(schema, columns)
    if (schema.isWhole && Object.keys(names).length < columns.length) continue
    if (!missingColumn(schema, names)) return { schema, names }
  }
  return null
}

function missingColumn(schema: Schema, names: RoleNames): RoleColumn | undefined {
  return schema.columns.find((c) => c.isRequired && !names[c.role] && !(c.unless && names[c.unless]))
}

/**
 * What keeps a file from being one of `schemas`: the missing or unfit column of those it is nearest to.
 * Edges: two schemas equally near → both missing columns are named.
 */
export function whyUnrecognised(schemas: readonly Schema[], columns: readonly ColumnInfo[]): string {
  const candidates = schemas.flatMap((schema) => {
    const names = roleNames(schema, columns)
    const missing = missingColumn(schema, names)
    return missing ? [{ schema, missing, near: Object.keys(names).length }] : []
  })
  const nearest = Math.max(0, ...candidates.map((c) => c.near))
  const wanted = new Map<string, string>()
  for (const { missing, schema } of candidates.filter((c) => c.near === nearest)) {
    const { kind } = ROLES[missing.role]
    const unfit = columns.find((c) => missing.names.some((name) => name.toLowerCase() === c.name.toLowerCase()))
    if (unfit) return `column \`${unfit.name}\` holds ${unfit.type}; ${WRITTEN[kind]} is needed`
    const said = wanted.get(missing.names[0]!)
    wanted.set(missing.names[0]!, said ? said.replace(/\)$/, `, ${schema.name})`) : `\`${missing.names[0]}\` (${WRITTEN[kind]}, ${schema.name})`)
  }
  const found = columns.slice(0, 20).map((c) => `\`${c.name.slice(0, 60)}\``).join(', ') + (columns.length > 20 ? ` and ${columns.length - 20} more` : '')
  return `missing column ${[...wanted.values()].join(' or ')}; found: ${found || 'no column'}`
}
