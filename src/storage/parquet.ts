/** Parquet as rows: the footer is checked against the file before anything in it is believed. */
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type FileMetaData, type SchemaTree } from 'hyparquet'
import type { Bytes, RowSource } from './bytes'

const MAX_COLUMNS = 1_000
const MAX_FOOTER_BYTES = 64 * 2 ** 20

/** @throws Error with a reason a researcher can read: cut, no parquet, footer at odds with the file */
export async function openParquet(bytes: Bytes): Promise<RowSource> {
  await checkEnds(bytes)
  const metadata = await parquetMetadataAsync(bytes)
  checkFooter(metadata, bytes.byteLength)
  const columns = parquetSchema(metadata).children.map((node) => ({ name: node.element.name, type: typeName(node), meanBytes: meanBytes(metadata, node.element.name) }))
  const groupEnds: number[] = []
  for (const group of metadata.row_groups) groupEnds.push((groupEnds.at(-1) ?? 0) + Number(group.num_rows))
  return {
    rows: Number(metadata.num_rows), rowGroups: metadata.row_groups.length, columns, groupEnds,
    async read(wanted, start, end) {
      if (end <= start) return []
      if (wanted.length === 0) return Array.from({ length: end - start }, () => ({}))
      const compressors = await lazyCompressors(metadata)
      const records: Record<string, unknown>[] = await parquetReadObjects({ file: bytes, metadata, columns: [...wanted], rowStart: start, rowEnd: end, compressors, useOffsetIndex: true })
      if (records.length !== end - start) throw new Error(`rows ${start + 1} to ${end} hold only ${records.length} records`)
      return records
    },
  }
}

function meanBytes(metadata: FileMetaData, name: string): number {
  let bytes = 0
  for (const group of metadata.row_groups)
    for (const { meta_data: column } of group.columns) if (column?.path_in_schema[0] === name) bytes += Number(column.total_uncompressed_size)
  return bytes / Math.max(1, Number(metadata.num_rows))
}

/** Decompressors are half a megabyte of code: loaded only for codecs that hyparquet does not know itself. */
async function lazyCompressors(metadata: FileMetaData) {
  const isBuiltIn = metadata.row_groups.every((g) => g.columns.every((c) => ['UNCOMPRESSED', 'SNAPPY'].includes(c.meta_data?.codec ?? 'UNCOMPRESSED')))
  return isBuiltIn ? undefined : (await import('hyparquet-compressors')).compressors
}

async function checkEnds(bytes: Bytes): Promise<void> {
  const ascii = (buffer: ArrayBuffer) => String.fromCharCode(...new Uint8Array(buffer))
  if (bytes.byteLength < 12 || ascii(await bytes.slice(0, 4)) !== 'PAR1') throw new Error('it does not begin as a parquet file does')
  const tail = await bytes.slice(bytes.byteLength - 8, bytes.byteLength)
  const mark = ascii(tail.slice(4))
  if (mark === 'PARE') throw new Error('its footer is encrypted')
  if (mark !== 'PAR1') throw new Error('its end is missing; it was probably cut while downloading')
  const footerBytes = new DataView(tail).getUint32(0, true)
  if (footerBytes > MAX_FOOTER_BYTES || footerBytes + 12 > bytes.byteLength) throw new Error('its footer is said to be longer than the file')
}

function checkFooter(metadata: FileMetaData, fileBytes: number): void {
  const total = Number(metadata.num_rows)
  // A dictionary column spends under a bit a row at best; far beyond that the count is a lie.
  if (!Number.isSafeInteger(total) || total < 0 || total > fileBytes * 8) throw new Error(`it claims ${total} rows in ${fileBytes} bytes`)
  const sum = metadata.row_groups.reduce((rows, group) => rows + Number(group.num_rows), 0)
  if (sum !== total || metadata.row_groups.some((g) => g.num_rows < 0)) throw new Error(`its row groups hold ${sum} rows, its footer claims ${total}`)
  if (metadata.schema.length > MAX_COLUMNS * 4) throw new Error(`it has ${metadata.schema.length} schema nodes; 4,000 is the most`)
  if (metadata.schema.some(({ name }) => name === '__proto__')) throw new Error('it has a column called "__proto__"')
  for (const [i, group] of metadata.row_groups.entries()) {
    for (const { meta_data: column } of group.columns) {
      if (!column) throw new Error(`row group ${i + 1} does not say where its columns are`)
      const starts = [column.dictionary_page_offset, column.data_page_offset].filter((o) => o !== undefined && o > 0n)
      const start = Math.min(...starts.map(Number))
      const size = Number(column.total_compressed_size)
      if (!(start >= 4 && size >= 0 && start + size <= fileBytes)) throw new Error(`row group ${i + 1} points outside the file at column ${column.path_in_schema.join('.').slice(0, 80)}`)
      if (column.num_values < group.num_rows) throw new Error(`row group ${i + 1} has fewer values than rows in column ${column.path_in_schema.join('.').slice(0, 80)}`)
    }
  }
}

/** A column's type as a researcher writes it. */
export function typeName({ element, children }: SchemaTree): string {
  if (children.length > 0) {
    const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST'
    const inner = children[0]!
    if (isList && children.length === 1) return `list<${typeName(inner.children.length === 1 && inner.element.repetition_type === 'REPEATED' ? inner.children[0]! : inner)}>`
    const isMap = element.converted_type === 'MAP' || element.logical_type?.type === 'MAP'
    if (isMap) return 'map'
    const struct = `struct{${children.map((c) => c.element.name).join(', ')}}`
    return element.repetition_type === 'REPEATED' ? `list<${struct}>` : struct
  }
  const scalar = scalarName(element)
  return element.repetition_type === 'REPEATED' ? `list<${scalar}>` : scalar
}

function scalarName(element: SchemaTree['element']): string {
  const logical = element.logical_type?.type ?? element.converted_type
  switch (element.type) {
    case 'INT64': return logical?.startsWith('TIMESTAMP') ? 'timestamp' : 'int64'
    case 'INT32': return logical === 'DATE' ? 'date' : 'int32'
    case 'DOUBLE': return 'float64'
    case 'FLOAT': return 'float32'
    case 'BOOLEAN': return 'bool'
    case 'BYTE_ARRAY': return logical === 'UTF8' || logical === 'STRING' || logical === 'ENUM' ? 'string' : logical === 'JSON' ? 'json' : logical === 'DECIMAL' ? 'decimal' : 'binary'
    default: return (element.type ?? 'null').toLowerCase()
  }
}
