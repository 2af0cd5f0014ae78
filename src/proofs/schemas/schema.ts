/** What a dataset schema is: which columns it needs, under which names, and what each one holds. */
import { fail, ok, type Result } from '../../base/result'

export type SchemaId = 'fineproofs-sft' | 'fineproofs-rl'

export interface ColumnInfo {
  readonly name: string
  /** As a researcher would write it: `string`, `int64`, `list<int64>`, `list<struct{content, role}>`. */
  readonly type: string
}

/** What a column holds, whatever its name. */
export type Role =
  | 'problem' | 'reasoning' | 'proof' | 'rubric' | 'messages'
  | 'source' | 'category' | 'competition' | 'grade'
  | 'rewardMean' | 'rewardStd' | 'attempts' | 'scores'

export type ColumnKind = 'string' | 'number' | 'list of numbers' | 'list of messages'

export interface RoleColumn {
  readonly role: Role
  /** Name in the published set, then the names that other tools give it. */
  readonly names: readonly string[]
  readonly kind: ColumnKind
  readonly isRequired?: boolean
  /** A role whose presence makes this column unnecessary. */
  readonly unless?: Role
}

export interface Schema {
  readonly id: SchemaId
  readonly name: string
  readonly columns: readonly RoleColumn[]
  /** Roles of the grid: short columns, in order. */
  readonly grid: readonly Role[]
}

/** Column name of each role that the file has. */
export type RoleNames = Readonly<Partial<Record<Role, string>>>

export interface Recognised {
  readonly schema: Schema
  readonly names: RoleNames
}

const FITS: Readonly<Record<ColumnKind, RegExp>> = {
  string: /^(string|binary|null)$/,
  number: /^(u?int\d+|float\d+|decimal|null)$/,
  'list of numbers': /^list<(u?int\d+|float\d+|null)>$/,
  'list of messages': /^list<struct\{.*\bcontent\b.*\}>$/,
}
const WRITTEN: Readonly<Record<ColumnKind, string>> = {
  string: 'string', number: 'int64 or float64', 'list of numbers': 'list<int64>', 'list of messages': 'list<struct{content, role}>',
}

/** Columns by role; exact names first, then without regard to case. A column of an unfit type plays no optional role. */
export function roleNames(schema: Schema, columns: readonly ColumnInfo[]): RoleNames {
  const found: Partial<Record<Role, string>> = {}
  for (const { role, names, kind, isRequired } of schema.columns) {
    const column = find(names, columns)
    if (column && (isRequired || FITS[kind].test(column.type))) found[role] = column.name
  }
  return found
}

function find(names: readonly string[], columns: readonly ColumnInfo[]): ColumnInfo | undefined {
  for (const name of names) {
    const exact = columns.find((c) => c.name === name)
    if (exact) return exact
  }
  return names.map((name) => columns.find((c) => c.name.toLowerCase() === name.toLowerCase())).find(Boolean)
}

/**
 * The first of `schemas` whose required columns are all there, or what is missing from the nearest one.
 * Edges: two schemas equally near → both missing columns are named.
 */
export function recogniseAmong(schemas: readonly Schema[], columns: readonly ColumnInfo[]): Result<Recognised, 'missingColumn' | 'wrongType'> {
  const candidates = schemas.map((schema) => {
    const names = roleNames(schema, columns)
    const missing = schema.columns.find((c) => c.isRequired && !names[c.role] && !(c.unless && names[c.unless]))
    return { schema, names, missing, near: Object.keys(names).length }
  })
  const match = candidates.find((c) => !c.missing)
  if (match) {
    for (const { role, kind } of match.schema.columns) {
      const name = match.names[role]
      const column = columns.find((c) => c.name === name)
      if (!column || FITS[kind].test(column.type)) continue
      return fail('wrongType', `Column \`${name}\` holds ${column.type}; ${WRITTEN[kind]} is needed.`, { next: 'Write that column anew with this type, then drop the file again.' })
    }
    return ok({ schema: match.schema, names: match.names })
  }
  const nearest = Math.max(...candidates.map((c) => c.near))
  const missing = new Map(candidates.filter((c) => c.near === nearest).map((c) => [c.missing!.names[0]!, `\`${c.missing!.names[0]}\` (${WRITTEN[c.missing!.kind]}, ${c.schema.name})`]))
  const found = columns.slice(0, 20).map((c) => `\`${c.name.slice(0, 60)}\``).join(', ') + (columns.length > 20 ? ` and ${columns.length - 20} more` : '')
  return fail('missingColumn', `missing column ${[...missing.values()].join(' or ')}; found: ${found || 'no column'}.`, {
    next: `Rename the column that holds it, or choose a file in one of the schemas ${schemas.map((s) => s.name).join(', ')}.`,
  })
}
