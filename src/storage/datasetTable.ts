/** The short columns of a dataset in memory, and the long texts as far as there is room: what queries are answered from. */
import { fail, ok, type Result } from '../base/result'
import type { Stop } from '../base/stop'
import { ColumnBuilder, valueAt, type Column, type Table } from '../proofs/query/column'
import type { Query } from '../proofs/query/filters'
import { columnProfile, facetCounts, type ColumnProfile } from '../proofs/query/profile'
import { searchFault, searchPattern, snippetOf, type Snippet } from '../proofs/query/search'
import { orderedRows, passing } from '../proofs/query/select'
import { cellOf, rubricText, type GridRow } from '../proofs/schemas/rows'
import type { Role } from '../proofs/schemas/schema'
import type { Opened } from './datasets'

export interface ColumnFacts {
  readonly name: string
  readonly type: string
  readonly role: Role | null
  /** Null for a column too long to be held: it is read row by row. */
  readonly profile: ColumnProfile | null
}

export interface Selection {
  /** Rows of the file, in the order asked for. */
  readonly rows: Uint32Array
  /** For each held column, how many of the selected rows each bar of its profile holds. */
  readonly facets: Readonly<Record<string, readonly number[]>>
  /** Rows found by the search, by the column they were first found in. */
  readonly foundIn: Readonly<Record<string, number>>
}

export interface GridPage {
  readonly rows: readonly GridRow[]
  /** Where the search fits, one a row; null without a search. */
  readonly snippets: readonly (Snippet | null)[] | null
}

export type QueryFailure = 'pattern' | 'superseded'

/** Mean size up to which a column is held for filters, sorting and the grid. */
const SHORT_BYTES = 400
/** Characters of one dataset's columns that are kept; what is beyond is read again for each search. */
const HELD_CHARS = 160e6
const TEXT = /^(?:string|binary|json|null)$/

export class DatasetTable {
  private readonly texts = new Map<string, readonly (string | null)[]>()
  private heldChars = 0

  private constructor(private readonly opened: Opened, readonly table: Table, readonly facts: readonly ColumnFacts[]) {}

  /** Reads the columns that are held, row group by row group. Null when stopped. */
  static async load(opened: Opened, onRows: (rows: number) => void, stop: Stop): Promise<DatasetTable | null> {
    const { source, set } = opened
    const held = heldColumns(opened)
    const builders = new Map(held.map((name) => [name, new ColumnBuilder(source.rows)]))
    let start = 0
    for (const end of source.groupEnds) {
      if (stop.aborted) return null
      const records = await source.read(held, start, end)
      for (const [name, builder] of builders) for (const record of records) builder.push(record[name])
      start = end
      onRows(end)
    }
    const columns = new Map<string, Column>([...builders].map(([name, builder]) => [name, builder.build()]))
    const roleOf = (name: string) => (Object.entries(set.names) as [Role, string][]).find(([, column]) => column === name)?.[0] ?? null
    const facts = source.columns.map(({ name, type }) => {
      const column = columns.get(name)
      return { name, type, role: roleOf(name), profile: column ? columnProfile(column) : null }
    })
    const table = new DatasetTable(opened, { rows: source.rows, columns }, facts)
    for (const column of columns.values()) if (column.kind === 'text') for (const text of column.values) table.heldChars += text?.length ?? 0
    return table
  }

  /** The rows that pass, in order. Hears `stop` between row groups. */
  async select(query: Query, onRows: (rows: number) => void, stop: Stop): Promise<Result<Selection, QueryFailure>> {
    const fault = searchFault(query.search)
    if (fault !== null) return fail('pattern', `The search is no regular expression: ${fault}.`, { where: 'Search', next: 'Write words without slashes, or mend the pattern.' })
    const mask = passing(this.table, query.filters)
    const pattern = searchPattern(query.search)
    const foundIn = pattern ? await this.keepFound(mask, pattern, query.isReasoningSearched, onRows, stop) : {}
    if (foundIn === null) return fail('superseded', 'Another query took its place.')
    const facets: Record<string, number[]> = {}
    for (const { name, profile } of this.facts) if (profile) facets[name] = facetCounts(this.table.columns.get(name)!, profile, mask)
    return ok({ rows: orderedRows(this.table, mask, query.sort), facets, foundIn })
  }

  /** Cells of these rows, and where the search fits in each. */
  async page(rows: readonly number[], query: Query): Promise<GridPage> {
    const names = gridColumns(this.opened)
    // What is no pattern is `select`'s to say; the cells are there all the same.
    const pattern = searchFault(query.search) === null ? searchPattern(query.search) : null
    const { problem } = this.opened.set.names
    const isProblemRead = problem !== undefined && !this.table.columns.has(problem)
    const searched = pattern ? this.searched(query.isReasoningSearched) : []
    const unread = searched.filter((name) => !this.table.columns.has(name) && !this.texts.has(name))
    const read = await this.records([...(isProblemRead ? [problem] : []), ...unread], rows)
    const cells = rows.map((row) => Object.fromEntries(names.map((name) => {
      const column = this.table.columns.get(name)
      return [name, cellOf(column ? valueAt(column, row) : read.get(row)?.[name])]
    })))
    const snippets = pattern ? rows.map((row) => this.snippet(searched, row, pattern, read.get(row))) : []
    return { rows: cells, snippets: pattern ? snippets : null }
  }

  /** Text columns in the order in which they are searched: short ones first, the reasoning last and only when asked for. */
  private searched(isReasoningSearched: boolean): string[] {
    const { names } = this.opened.set
    return this.opened.source.columns
      .filter(({ name, type }) => TEXT.test(type) || name === names.rubric)
      .filter(({ name }) => isReasoningSearched || name !== names.reasoning)
      .sort((a, b) => (a.meanBytes ?? 0) - (b.meanBytes ?? 0))
      .map((c) => c.name)
  }

  private async keepFound(mask: Uint8Array, pattern: RegExp, isReasoningSearched: boolean, onRows: (rows: number) => void, stop: Stop): Promise<Record<string, number> | null> {
    const found = new Uint8Array(mask.length)
    const foundIn: Record<string, number> = {}
    const look = (name: string, text: string | null, row: number) => {
      if (text === null || found[row] === 1 || mask[row] === 0 || !pattern.test(text)) return
      found[row] = 1
      foundIn[name] = (foundIn[name] ?? 0) + 1
    }
    const unread: string[] = []
    for (const name of this.searched(isReasoningSearched)) {
      const column = this.table.columns.get(name)
      const held = this.texts.get(name) ?? (column?.kind === 'text' ? column.values : null)
      if (held) held.forEach((text, row) => look(name, text, row))
      else if (column?.kind === 'category') {
        const fits = column.labels.map((label) => pattern.test(label))
        column.codes.forEach((code, row) => {
          if (fits[code] === true) look(name, column.labels[code]!, row)
        })
      } else if (!column) unread.push(name)
    }
    if (unread.length > 0 && !(await this.readAndLook(unread, look, onRows, stop))) return null
    for (let row = 0; row < mask.length; row++) mask[row] = mask[row]! & found[row]!
    return foundIn
  }

  /** Reads long columns group by group; those that fit into the room that is left are kept for the next search. */
  private async readAndLook(names: readonly string[], look: (name: string, text: string | null, row: number) => void, onRows: (rows: number) => void, stop: Stop): Promise<boolean> {
    const { source } = this.opened
    const sizes = new Map(source.columns.map((c) => [c.name, (c.meanBytes ?? Infinity) * source.rows]))
    const kept = new Map<string, (string | null)[]>()
    let room = HELD_CHARS - this.heldChars
    for (const name of names) {
      if (sizes.get(name)! > room) continue
      room -= sizes.get(name)!
      kept.set(name, [])
    }
    let start = 0
    for (const end of source.groupEnds) {
      if (stop.aborted) return false
      const records = await source.read(names, start, end)
      for (const [i, record] of records.entries())
        for (const name of names) {
          const text = rubricText(record[name])
          kept.get(name)?.push(text)
          look(name, text, start + i)
        }
      start = end
      onRows(end)
    }
    for (const [name, texts] of kept) {
      this.texts.set(name, texts)
      for (const text of texts) this.heldChars += text?.length ?? 0
    }
    return true
  }

  private snippet(searched: readonly string[], row: number, pattern: RegExp, record: Record<string, unknown> | undefined): Snippet | null {
    for (const name of searched) {
      const column = this.table.columns.get(name)
      const text = this.texts.get(name)?.[row] ?? (column ? (column.kind === 'number' ? null : valueAt(column, row)) : rubricText(record?.[name]))
      const found = typeof text === 'string' ? snippetOf(name, text, pattern) : null
      if (found) return found
    }
    return null
  }

  /** Columns that are not held, of these rows: once for every row group they lie in, as a group is decoded whole anyway. */
  private async records(names: readonly string[], rows: readonly number[]): Promise<Map<number, Record<string, unknown>>> {
    const found = new Map<number, Record<string, unknown>>()
    if (names.length === 0) return found
    const { groupEnds } = this.opened.source
    const sorted = [...rows].sort((a, b) => a - b)
    for (let i = 0; i < sorted.length; ) {
      const groupEnd = groupEnds.find((end) => end > sorted[i]!) ?? Infinity
      let last = i
      while (last + 1 < sorted.length && sorted[last + 1]! < groupEnd) last++
      const start = sorted[i]!
      const records = await this.opened.source.read(names, start, sorted[last]! + 1)
      for (; i <= last; i++) found.set(sorted[i]!, records[sorted[i]! - start]!)
    }
    return found
  }
}

const FIRST: readonly Role[] = ['problem', 'solver', 'category', 'competition', 'source', 'grade', 'rewardMean', 'rewardStd', 'attempts']

/** Columns of the grid: the problem, what is told of it, then what else is held as the file has it; lists, shown by their length, last. */
export function gridColumns(opened: Opened): string[] {
  const { names } = opened.set
  const held = new Set(heldColumns(opened))
  const first = FIRST.flatMap((role) => names[role] ?? []).filter((name) => held.has(name) || name === names.problem)
  const rest = opened.source.columns.filter((c) => held.has(c.name) && !first.includes(c.name))
  const isList = (type: string) => type.startsWith('list')
  return [...first, ...rest.filter((c) => !isList(c.type)), ...rest.filter((c) => isList(c.type))].map((c) => (typeof c === 'string' ? c : c.name))
}

/** Cells of rows [start, end) straight from the file: what is shown before the columns are held. */
export async function previewRows(opened: Opened, start: number, end: number): Promise<GridRow[]> {
  const names = gridColumns(opened)
  const records = await opened.source.read(names, Math.max(0, start), Math.min(end, opened.source.rows))
  return records.map((record) => Object.fromEntries(names.map((name) => [name, cellOf(record[name])])))
}

/** Short columns, smallest first, as far as the room goes; the problem too when it fits. */
function heldColumns({ source, set }: Opened): string[] {
  let room = HELD_CHARS
  return source.columns
    .filter((c) => !/^(?:struct|map)/.test(c.type) && !/^list<(?:struct|list)/.test(c.type))
    .filter((c) => !TEXT.test(c.type) || (c.meanBytes ?? Infinity) <= SHORT_BYTES || (c.name === set.names.problem && (c.meanBytes ?? Infinity) <= 10 * SHORT_BYTES))
    .sort((a, b) => (a.meanBytes ?? 0) - (b.meanBytes ?? 0))
    .filter((c) => (room -= (c.meanBytes ?? 8) * source.rows) >= 0)
    .map((c) => c.name)
}
