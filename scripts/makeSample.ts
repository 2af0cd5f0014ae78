/**
 * Writes the bundled sample: the tiny-proofs task in the schemas of FineProofs-SFT and FineProofs-RL, from one seed, so
 * that running it again gives the same rows. Every number in the files is measured by the checker.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { Random } from '../src/base/random'
import { makeSplit, rlRow, sftRow, type RlRow, type SftRow } from '../src/proofs/tinyProofs/dataset'

const SEED = 7
const SIZES = { train: 1800, rl: 600, heldOut: 256 }
/** Small groups, so that reading one row of the sample goes the way that reading one row of a large file does. */
const ROW_GROUP_ROWS = 200
const FOLDER = new URL('../public/sample/', import.meta.url)

/** One element of a parquet schema, as the writer takes it. */
type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>[number]

const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' })
const number = (name: string, type: 'INT64' | 'DOUBLE'): SchemaElement => ({ name, type, repetition_type: 'OPTIONAL' })
/** The three-level list that Arrow writes: name → list → element. */
const list = (name: string, element: readonly SchemaElement[]): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
]

const SFT_SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 9 },
  text('problem'),
  text('reasoning_content'),
  text('proof'),
  text('category'),
  text('competition'),
  number('gemini-3-pro-grade', 'INT64'),
  number('qwen3-4b-thinking-reward@128', 'DOUBLE'),
  text('source'),
  ...list('messages', [{ name: 'element', repetition_type: 'OPTIONAL', num_children: 2 }, text('content'), text('role')]),
]

const RL_SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 8 },
  text('problem'),
  text('source'),
  text('rubrics'),
  ...list('scores', [number('element', 'INT64')]),
  ...list('rewards', [number('element', 'DOUBLE')]),
  number('num_rewards', 'INT64'),
  number('reward_mean', 'DOUBLE'),
  number('reward_std', 'DOUBLE'),
]

/** A third smaller than snappy here; the published files are compressed too. */
function gzip(page: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(page, { level: 9 }))
}

function write<Row extends object>(name: string, schema: SchemaElement[], rows: readonly Row[], integers: readonly (keyof Row)[]): void {
  const whole = (value: unknown): unknown => (Array.isArray(value) ? value.map(whole) : BigInt(value as number))
  const columnData = (Object.keys(rows[0]!) as (keyof Row & string)[]).map((column) => ({
    name: column,
    data: rows.map((row): unknown => (integers.includes(column) ? whole(row[column]) : row[column])),
  }))
  const kvMetadata = [{ key: 'licence', value: 'Apache-2.0; synthetic: generated and graded by program' }]
  const bytes = parquetWriteBuffer({ columnData, schema, rowGroupSize: ROW_GROUP_ROWS, kvMetadata, codec: 'GZIP', compressors: { GZIP: gzip } })
  writeFileSync(new URL(name, FOLDER), new Uint8Array(bytes))
  console.log(`${name}: ${rows.length} rows, ${bytes.byteLength} bytes`)
}

const split = makeSplit(SEED, SIZES)
const random = Random.seed(SEED, 21)
const sft: SftRow[] = split.train.map((problem) => sftRow(problem, random.below(3) ? 'verbose' : 'concise', random))
const rl = (problems: typeof split.train): RlRow[] => problems.map((problem) => rlRow(problem, random))

mkdirSync(FOLDER, { recursive: true })
write('tiny-proofs-sft.parquet', SFT_SCHEMA, sft, ['gemini-3-pro-grade'])
write('tiny-proofs-rl.parquet', RL_SCHEMA, rl(split.train.slice(0, SIZES.rl)), ['scores', 'num_rewards'])
write('tiny-proofs-heldout.parquet', RL_SCHEMA, rl(split.heldOut), ['scores', 'num_rewards'])
