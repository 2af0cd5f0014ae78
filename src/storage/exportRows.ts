/** Rows of a dataset as a file of the published schema: parquet in small row groups, JSON lines, or csv. */
import type { KeyValue, SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Stop } from '../base/stop'
import { fineproofsRl } from '../proofs/schemas/fineproofsRl'
import { fineproofsSft } from '../proofs/schemas/fineproofsSft'
import type { Role } from '../proofs/schemas/schema'
import type { Opened } from './datasets'
import type { Lineage, Provenance } from './datasetRecord'
import type { Chunks } from './shards'

export type ExportFormat = 'parquet' | 'jsonl' | 'csv'

/** Rows in a group: one row of long text is then read without decoding a thousand others. */
const GROUP_ROWS = 100

export interface ExportedColumn {
  /** As the file names it. */
  readonly from: string
  /** As the published set names it, or as it was. */
  readonly to: string
  readonly type: string
}

/** Columns with the names of FineProofs-RL where there is a rubric, else of FineProofs-SFT; others keep their name. */
export function exportColumns({ source, set }: Pick<Opened, 'source' | 'set'>): ExportedColumn[] {
  const schema = set.names.rubric ? fineproofsRl : fineproofsSft
  const published = new Map<string, string>()
  for (const { role, names } of schema.columns) {
    const column = set.names[role]
    if (column !== undefined) published.set(column, names[0]!)
  }
  const taken = new Set(published.values())
  return source.columns.map(({ name, type }) => {
    const to = published.get(name) ?? (taken.has(name) ? `${name}_1` : name)
    return { from: name, to, type: source.columns.length > 0 ? writtenType(type, roleOf(set.names, name)) : type }
  })
}

function roleOf(names: Readonly<Partial<Record<Role, string>>>, column: string): Role | null {
  return (Object.entries(names) as [Role, string][]).find(([, name]) => name === column)?.[0] ?? null
}

/** JSON knows one kind of number; a column that is whole throughout is written whole, as the published sets have it. */
function writtenType(type: string, role: Role | null): string {
  return role === 'scores' && type === 'list<json>' ? 'list<int64>' : role === 'rewards' && type === 'list<json>' ? 'list<float64>' : type
}

/**
 * The rows in the order given, as the bytes of one file. Provenance and lineage stand in the parquet's metadata under
 * `proof_lab`; the other formats have no place for them, so they are named in the file's name and in the catalogue.
 * @param rows of the dataset; null for all
 */
export async function* exportRows(opened: Opened, rows: Uint32Array | null, format: ExportFormat, about: { readonly provenance: Provenance; readonly lineage: Lineage | null }, onRows: (done: number) => void, stop: Stop): Chunks {
  const columns = exportColumns(opened)
  const encoder = new TextEncoder()
  const total = rows?.length ?? opened.source.rows
  let done = 0
  const groups = recordGroups(opened, rows, columns.map((c) => c.from), stop)
  if (format === 'parquet') {
    const sink = new Sink()
    const kvMetadata: KeyValue[] = [{ key: 'proof_lab', value: JSON.stringify(about) }]
    const writer = new ParquetWriter({ writer: sink, schema: schemaOf(columns), kvMetadata, createdBy: 'proof-lab' })
    for await (const records of groups) {
      if (stop.aborted) return
      writer.write({ columnData: columns.map(({ from, to, type }) => ({ name: to, data: records.map((r) => parquetValue(r[from], type)) })), rowGroupSize: records.length })
      onRows((done += records.length))
      yield* sink.taken()
    }
    if (total === 0) writer.write({ columnData: columns.map(({ to }) => ({ name: to, data: [] })) })
    writer.finish()
    yield* sink.taken()
    return
  }
  if (format === 'csv') yield encoder.encode(`${columns.map((c) => csvCell(c.to)).join(',')}\r\n`) as Uint8Array<ArrayBuffer>
  for await (const records of groups) {
    if (stop.aborted) return
    const lines = records.map((record) => format === 'csv'
      ? `${columns.map(({ from }) => csvCell(csvText(record[from]))).join(',')}\r\n`
      : `${JSON.stringify(Object.fromEntries(columns.map(({ from, to }) => [to, jsonValue(record[from])])))}\n`)
    yield encoder.encode(lines.join('')) as Uint8Array<ArrayBuffer>
    onRows((done += records.length))
  }
}

/** Records that were made here, as one parquet file: the columns with the types they are written with. */
export function parquetFile(columns: readonly { readonly name: string; readonly type: string }[], records: readonly Readonly<Record<string, unknown>>[], about: object): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({ writer, schema: schemaOf(columns.map(({ name, type }) => ({ from: name, to: name, type }))), kvMetadata: [{ key: 'proof_lab', value: JSON.stringify(about) }], createdBy: 'proof-lab' })
  for (let start = 0; start === 0 || start < records.length; start += GROUP_ROWS) {
    const group = records.slice(start, start + GROUP_ROWS)
    parquet.write({ columnData: columns.map(({ name, type }) => ({ name, data: group.map((r) => parquetValue(r[name], type)) })), rowGroupSize: group.length })
  }
  parquet.finish()
  return new Uint8Array(writer.getBytes())
}

/** Records in groups; rows that follow one another in the file are read at once. */
async function* recordGroups({ source }: Opened, rows: Uint32Array | null, columns: readonly string[], stop: Stop): AsyncGenerator<Record<string, unknown>[]> {
  const total = rows?.length ?? source.rows
  for (let start = 0; start < total; start += GROUP_ROWS) {
    if (stop.aborted) return
    const end = Math.min(total, start + GROUP_ROWS)
    if (!rows) {
      yield await source.read(columns, start, end)
      continue
    }
    const records: Record<string, unknown>[] = []
    for (let i = start; i < end; ) {
      let last = i + 1
      while (last < end && rows[last] === rows[last - 1]! + 1) last++
      records.push(...(await source.read(columns, rows[i]!, rows[last - 1]! + 1)))
      i = last
    }
    yield records
  }
}

/** What hyparquet-writer writes into: bytes are handed on after each row group, so that a large file is never whole in memory. */
class Sink extends ByteWriter {
  *taken(): Generator<Uint8Array<ArrayBuffer>> {
    if (this.index > 0) yield new Uint8Array(this.buffer.slice(0, this.index))
    this.index = 0 // `offset` goes on counting: it is the place in the whole file
  }
}

const LEAVES: Readonly<Record<string, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, bool: { type: 'BOOLEAN' }, int32: { type: 'INT64' }, int64: { type: 'INT64' },
  float32: { type: 'DOUBLE' }, float64: { type: 'DOUBLE' },
}
const TEXT = LEAVES.string!

function schemaOf(columns: readonly ExportedColumn[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.flatMap(({ to, type }) => elementsOf(to, type))]
}

function elementsOf(name: string, type: string): SchemaElement[] {
  const inner = /^list<(.*)>$/.exec(type)?.[1]
  const messages = inner?.startsWith('struct') ? structFields(inner) : null
  if (inner !== undefined && (LEAVES[inner] || messages))
    return [
      { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...(messages
        ? [{ name: 'element', repetition_type: 'OPTIONAL' as const, num_children: messages.length }, ...messages.map((field): SchemaElement => ({ name: field, repetition_type: 'OPTIONAL', ...TEXT }))]
        : [{ name: 'element', repetition_type: 'OPTIONAL' as const, ...LEAVES[inner]! }]),
    ]
  return [{ name, repetition_type: 'OPTIONAL', ...(LEAVES[type] ?? TEXT) }]
}

/** Fields of a list of structs that is written as such: conversations. Any other nesting is written as JSON text. */
function structFields(type: string): string[] | null {
  const fields = /^struct\{(.*)\}$/.exec(type)?.[1]?.split(', ') ?? []
  return fields.length > 0 && fields.every((f) => f === 'content' || f === 'role') ? fields : null
}

function parquetValue(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null
  const inner = /^list<(.*)>$/.exec(type)?.[1]
  if (inner !== undefined && (LEAVES[inner] || structFields(inner))) {
    if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return null
    return Array.from(value as ArrayLike<unknown>, (v) => (structFields(inner) ? v : leafValue(v, inner)))
  }
  return leafValue(value, type)
}

function leafValue(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null
  if (type === 'int64' || type === 'int32') return typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : null
  if (type === 'float64' || type === 'float32') return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null
  if (type === 'bool') return typeof value === 'boolean' ? value : null
  return typeof value === 'string' ? value : JSON.stringify(jsonValue(value))
}

/** What JSON can hold: whole numbers of 64 bits as numbers where a double holds them, else as text; typed lists as lists. */
function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, jsonValue)
  if (Array.isArray(value)) return value.map(jsonValue)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, jsonValue(v)]))
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

function csvText(value: unknown): string {
  const plain = jsonValue(value)
  if (plain === null || plain === undefined) return ''
  return typeof plain === 'object' ? JSON.stringify(plain) : String(plain)
}

/** Quoted where needed. A text that a spreadsheet would run as a formula gets an apostrophe; a number stays one. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** `reward-cut-61c9ade2.parquet`: the name says the pinned revision, where one is known. */
export function exportName(name: string, { revision }: Provenance, format: ExportFormat): string {
  const stem = name.replace(/\.(?:parquet|jsonl|json|csv)$/i, '').replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'dataset'
  return `${stem}${revision ? `-${revision.replace(/[^\w.-]/g, '').slice(0, 12)}` : ''}.${format}`
}

