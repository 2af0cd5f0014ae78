/** The dataset workbench beside its peers, in one run: hyparquet alone for decoding, DuckDB's wasm build for queries. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { Random } from '../src/base/random'
import { neverStop } from '../src/base/stop'
import { findDuplicates } from '../src/proofs/dedup/duplicates'
import { jaccard, shingles } from '../src/proofs/dedup/minhash'
import { inventedProblems, retyped } from '../src/proofs/dedup/problemsFixture'
import { ALL_ROWS, parseFilter, type Query } from '../src/proofs/query/filters'
import { bytesOf } from '../src/storage/bytes'
import { DatasetTable, gridColumns, previewRows } from '../src/storage/datasetTable'
import { openParquet } from '../src/storage/parquet'
import { schemaOf } from '../src/proofs/schemas'
import { roleNames } from '../src/proofs/schemas/schema'
import type { Opened } from '../src/storage/datasets'
import { medianMs, report, type Figure } from './artifact'
import { openWasmDb, RL_SELECT, SFT_SELECT, writeWithDuckDb, type WasmDb } from './data/duckdb'
import { rlRows, sftRows } from './data/rows'
import { fileAt, imported, use } from './data/storedFile'

const folder = mkdtempSync(join(tmpdir(), 'lab-bench-'))
const figures: Figure[] = []

async function reading(): Promise<void> {
  const path = join(folder, 'sft-50mb.parquet')
  await writeWithDuckDb(sftRows(6_200, 13_000, 3_000), SFT_SELECT, [{ path, codec: 'zstd' }])
  const megabytes = statSync(path).size / 1e6
  const file = await fileAt(path)
  const first = await medianMs(3, async () => {
    const source = await openParquet(bytesOf(file))
    const schema = schemaOf('fineproofs-sft')
    await previewRows({ source, set: { schema, names: roleNames(schema, source.columns) } } as Opened, 0, 50)
  })
  figures.push({ name: `First 50 rows of a ${megabytes.toFixed(0)} MB parquet`, unit: 'ms', ours: first, peer: null, goal: { atMost: 1000, of: 'value' } })

  const one = await imported(file)
  const columns = await use(one, async (opened) => gridColumns(opened))
  const ours = await medianMs(9, () => use(one, (opened) => DatasetTable.load(opened, () => {}, neverStop)))
  const alone = await medianMs(9, async () => {
    const bytes = bytesOf(file)
    await parquetReadObjects({ file: bytes, metadata: await parquetMetadataAsync(bytes), columns, compressors })
  })
  figures.push({ name: `All rows of its ${columns.length} short columns, held`, unit: 'ms', ours, peer: { name: 'hyparquet', value: alone }, goal: { atMost: 1.3, of: 'ratio' } })
  const whole = await medianMs(3, () => imported(file))
  const decoded = await medianMs(3, async () => {
    const bytes = bytesOf(file)
    await parquetReadObjects({ file: bytes, metadata: await parquetMetadataAsync(bytes), compressors })
  })
  figures.push({ name: 'Import: checked, hashed and copied', unit: 'ms', ours: whole, peer: { name: 'hyparquet, every column', value: decoded }, goal: { atMost: 1.3, of: 'ratio' } })
}

interface Asked {
  readonly name: string
  readonly query: Query
  readonly sql: string
}

async function queries(label: string, table: DatasetTable, db: WasmDb | null, asked: readonly Asked[], limitMs: number): Promise<void> {
  for (const { name, query, sql } of asked) {
    let rows = -1
    const ours = await medianMs(5, async () => {
      const result = await table.select(query, () => {}, neverStop)
      if (!result.ok) throw new Error(result.what)
      rows = result.value.rows.length
    })
    let theirs: number | null = null
    if (db) {
      let count = -1
      theirs = await medianMs(5, () => void (count = db.value(sql)))
      if (count !== rows) throw new Error(`${label}, ${name}: ${rows} rows here, ${count} in DuckDB`)
    }
    figures.push({ name: `${label}: ${name} (${rows.toLocaleString('en')} rows)`, unit: 'ms', ours, peer: db ? { name: `duckdb-wasm ${db.version}`, value: theirs } : null, goal: { atMost: limitMs, of: 'value' }, note: 'ours also sorts out the rows and fills every histogram' })
  }
}

async function rlQueries(db: WasmDb | null): Promise<void> {
  const rows = rlRows()
  const path = join(folder, 'rl.parquet')
  await writeWithDuckDb(rows, RL_SELECT, [{ path, codec: 'snappy' }])
  const one = await imported(await fileAt(path))
  const table = (await use(one, (opened) => DatasetTable.load(opened, () => {}, neverStop)))!
  db?.insert('rl', { problem: rows.map((r) => r.problem), source: rows.map((r) => r.source), rubrics: rows.map((r) => r.rubrics), reward_mean: rows.map((r) => r.reward_mean) }, { problem: 'VARCHAR', source: 'VARCHAR', rubrics: 'VARCHAR', reward_mean: 'DOUBLE' })
  const cold = await medianMs(1, () => table.select({ ...ALL_ROWS, search: 'only examples' }, () => {}, neverStop))
  figures.push({ name: 'RL 5,227: first search, which reads the rubrics', unit: 'ms', ours: cold, peer: null })
  await queries('RL 5,227', table, db, [
    { name: 'range and category', query: { ...ALL_ROWS, filters: { reward_mean: parseFilter('(0,0.7]')!, source: parseFilter('=aops')! } }, sql: `SELECT count(*) FROM rl WHERE reward_mean > 0 AND reward_mean <= 0.7 AND source = 'aops'` },
    { name: 'full text in 12 million characters', query: { ...ALL_ROWS, search: 'treats equality, then concludes' }, sql: `SELECT count(*) FROM rl WHERE problem ILIKE '%treats equality, then concludes%' OR rubrics ILIKE '%treats equality, then concludes%' OR source ILIKE '%treats equality, then concludes%'` },
    { name: 'regular expression and range, sorted', query: { ...ALL_ROWS, search: '/coprime parts, then \\w+ the bound/', filters: { reward_mean: parseFilter('[0.2,)')! }, sort: { column: 'reward_mean', isDescending: true } }, sql: `SELECT count(*) FROM (SELECT * FROM rl WHERE reward_mean >= 0.2 AND (regexp_matches(problem, 'coprime parts, then \\w+ the bound', 'i') OR regexp_matches(rubrics, 'coprime parts, then \\w+ the bound', 'i')) ORDER BY reward_mean DESC)` },
  ], 100)
}

async function manyRows(db: WasmDb | null): Promise<void> {
  const count = 500_000
  const random = Random.seed(5)
  const problems = inventedProblems(5_000, 3)
  const text = Array.from({ length: count }, (_, i) => `${i}: ${problems[random.below(5_000)]!}`)
  const lines: string[] = []
  const mean = text.map(() => random.below(129) / 128)
  const source = text.map(() => ['aops', 'olympiads', 'tst'][random.below(3)]!)
  for (let i = 0; i < count; i++) lines.push(`{"problem":${JSON.stringify(text[i])},"proof":"p","reasoning":"r","reward_mean":${mean[i]},"source":"${source[i]}"}\n`)
  const file = new File(lines, 'many.jsonl')
  const start = performance.now()
  const one = await imported(file)
  const table = (await use(one, (opened) => DatasetTable.load(opened, () => {}, neverStop)))!
  figures.push({ name: `500,000 rows of jsonl (${(file.size / 1e6).toFixed(0)} MB): imported and held`, unit: 'ms', ours: performance.now() - start, peer: null })
  db?.insert('many', { problem: text, reward_mean: mean, source }, { problem: 'VARCHAR', reward_mean: 'DOUBLE', source: 'VARCHAR' })
  await queries('500,000', table, db, [
    { name: 'range and category', query: { ...ALL_ROWS, filters: { reward_mean: parseFilter('(0,0.7]')!, source: parseFilter('=aops')! } }, sql: `SELECT count(*) FROM many WHERE reward_mean > 0 AND reward_mean <= 0.7 AND source = 'aops'` },
    { name: 'full text', query: { ...ALL_ROWS, search: 'tangent to the incircle' }, sql: `SELECT count(*) FROM many WHERE problem ILIKE '%tangent to the incircle%'` },
    { name: 'full text, range, sorted', query: { ...ALL_ROWS, search: 'concurrent', filters: { reward_mean: parseFilter('[0.5,)')! }, sort: { column: 'reward_mean', isDescending: true } }, sql: `SELECT count(*) FROM (SELECT * FROM many WHERE reward_mean >= 0.5 AND problem ILIKE '%concurrent%' ORDER BY reward_mean DESC)` },
  ], 1500)
}

async function nearDuplicates(): Promise<void> {
  const random = Random.seed(4)
  const originals = inventedProblems(9_000, 12)
  const copies = originals.slice(0, 1_000).map((p) => retyped(p, random))
  const threshold = 0.6
  let found: Awaited<ReturnType<typeof findDuplicates>> = null
  const ms = await medianMs(1, async () => { found = await findDuplicates([...originals, ...copies], [], threshold, () => {}, neverStop) })
  const pairs = new Set(found!.pairs.map(({ row, other }) => `${row} ${other}`))
  const due = copies.flatMap((copy, i) => (jaccard(shingles(copy), shingles(originals[i]!)) >= threshold ? [`${9_000 + i} ${i}`] : []))
  figures.push({ name: 'Near duplicates among 10,000 problems', unit: 'ms', ours: ms, peer: null, goal: { atMost: 5000, of: 'value' } })
  figures.push({ name: `Recall on ${due.length} planted copies of similarity ≥ ${threshold}`, unit: 'share', ours: due.filter((pair) => pairs.has(pair)).length / due.length, peer: null, goal: { atLeast: 0.95, of: 'value' } })
}

try {
  await reading()
  const db = await openWasmDb()
  await rlQueries(db)
  await manyRows(db)
  await nearDuplicates()
  report('data', figures)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
