/** What a dropped file is, by its first bytes; its name is asked only where they do not say. */
import { fail, type Failure } from '../base/result'
import type { Bytes } from './bytes'
import type { Packing } from './unpack'

export type FileFormat = 'parquet' | 'jsonl' | 'json array' | 'json object' | 'csv' | 'zip' | Packing

/** @param fileName with the ending of a packing already taken off */
export async function formatOf(bytes: Bytes, fileName: string): Promise<FileFormat | Failure<'unsupported'>> {
  const head = new Uint8Array(await bytes.slice(0, Math.min(65_536, bytes.byteLength)))
  const magic = String.fromCharCode(...head.slice(0, 4))
  if (magic === 'PAR1') return 'parquet'
  if (magic === 'PARE') return fail('unsupported', 'This parquet file is encrypted.', { next: 'Export it without encryption.' })
  if (magic.startsWith('PK\u0003\u0004') || magic.startsWith('PK\u0005\u0006')) return 'zip'
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd'
  if (/\.parquet$/i.test(fileName)) return 'parquet' // it will be said why it is none
  const text = new TextDecoder().decode(head).replace(/^\ufeff/, '').trimStart()
  if (/\.(csv|tsv)$/i.test(fileName)) return 'csv'
  if (/\.(jsonl|ndjson)$/i.test(fileName)) return 'jsonl'
  if (text.startsWith('[')) return 'json array'
  if (text.startsWith('{')) return isOneLineObject(text) ? 'jsonl' : 'json object'
  if (/\.json$/i.test(fileName)) return 'json object'
  return fail('unsupported', 'This is no parquet, jsonl, json or csv file, nor one of them packed as gz, zst or zip.', { next: 'Export it as parquet or as one JSON object a line. Grading tables go to Judges.' })
}

/** A first line that is an object of its own, or one so long that it does not end here, begins JSON lines. */
function isOneLineObject(text: string): boolean {
  const end = text.search(/[\r\n]/)
  if (end < 0) return text.length > 32_768 || isObject(text)
  return isObject(text.slice(0, end))
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    // A lone object with lists of rows is one JSON file, not a line of them.
    return typeof value === 'object' && value !== null && !Object.values(value).some((v) => Array.isArray(v) && v.length > 0 && v.every((e) => typeof e === 'object' && e !== null && !('role' in e)))
  } catch {
    return false
  }
}
