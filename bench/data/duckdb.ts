/** Files written by DuckDB, a program other than ours; and DuckDB's wasm build as a peer for queries. Both stand in bench/package.json. */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { once } from 'node:events'

/** Not resolved by the compiler: the peers are installed only where a benchmark runs. */
const peers = createRequire(new URL('../package.json', import.meta.url))

export const RL_SELECT = `SELECT problem, source, rubrics, scores::BIGINT[] AS scores, rewards::DOUBLE[] AS rewards, num_rewards::BIGINT AS num_rewards, reward_mean::DOUBLE AS reward_mean, reward_std::DOUBLE AS reward_std`
export const SFT_SELECT = `SELECT problem, reasoning_content, proof, category, competition, "gemini-3-pro-grade"::BIGINT AS "gemini-3-pro-grade", "qwen3-4b-thinking-reward@128"::DOUBLE AS "qwen3-4b-thinking-reward@128", source, messages::STRUCT(content VARCHAR, role VARCHAR)[] AS messages`

/** Rows as `codecRow` says them, made by DuckDB itself. */
const CODEC_SELECT = (rows: number) => `SELECT i::BIGINT AS id, 'Problem ' || i || ': show that $x_{' || (i % 7) || '} > 0$.' AS problem, CASE WHEN i % 11 = 3 THEN NULL ELSE (i % 8)::DOUBLE / 7 END AS reward_mean, [((i * 3) % 8)::BIGINT, (i % 8)::BIGINT][1:(1 + i % 2)::INT] AS scores, [{'content': 'u' || (i % 20), 'role': 'user'}, {'content': NULL, 'role': 'assistant'}] AS messages, {'a': i::INTEGER, 'b': {'c': 'x' || (i % 3)}} AS meta, (i % 2 = 0) AS is_even, DATE '2026-01-01' + (i % 365)::INT AS day FROM range(${rows}) t(i)`

/** Every codec that DuckDB writes, and its second format version with delta and byte-stream encodings. */
export const CODEC_FILES = [
  { codec: 'uncompressed', version: 'v1' }, { codec: 'snappy', version: 'v1' }, { codec: 'gzip', version: 'v1' }, { codec: 'zstd', version: 'v1' },
  { codec: 'brotli', version: 'v1' }, { codec: 'lz4_raw', version: 'v1' }, { codec: 'zstd', version: 'v2' },
] as const

/** Writes `duckdb-codec-<codec>-<version>.parquet` of two row groups for each of CODEC_FILES. */
export async function writeCodecFiles(folder: string, rows: number): Promise<void> {
  const connection = await connect()
  for (const { codec, version } of CODEC_FILES)
    await connection.run(`COPY (${CODEC_SELECT(rows)}) TO '${join(folder, `duckdb-codec-${codec}-${version}.parquet`)}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 2048, PARQUET_VERSION ${version})`)
  connection.closeSync()
}

async function connect() {
  const { DuckDBInstance } = peers('@duckdb/node-api') as { DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }> }> } }
  return (await DuckDBInstance.create(':memory:')).connect()
}

export interface Written {
  readonly path: string
  readonly codec: 'snappy' | 'zstd' | 'gzip'
  /** DuckDB's least is 2,048. */
  readonly rowGroupRows?: number
}

/** Hands the rows to DuckDB as JSON lines and lets it write each of the files. */
export async function writeWithDuckDb(rows: Iterable<object>, select: string, files: readonly Written[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-rows-'))
  const lines = join(folder, 'rows.jsonl')
  try {
    const out = createWriteStream(lines)
    for (const row of rows) if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain')
    out.end()
    await once(out, 'close')
    const connection = await connect()
    await connection.run('SET preserve_insertion_order = true; SET threads = 1')
    for (const { path, codec, rowGroupRows = 2048 } of files)
      await connection.run(`COPY (${select} FROM read_json('${lines}', format = 'newline_delimited', maximum_object_size = 67108864)) TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroupRows})`)
    connection.closeSync()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface WasmDb {
  readonly version: string
  insert(table: string, columns: Readonly<Record<string, readonly unknown[]>>, types: Readonly<Record<string, string>>): void
  /** First column of the first row. */
  value(sql: string): number
}

/** DuckDB as it would run in a browser's worker: its wasm build, in this process. Null where it is not installed. */
export async function openWasmDb(): Promise<WasmDb | null> {
  try {
    const duckdb = peers('@duckdb/duckdb-wasm/blocking') as {
      createDuckDB(bundles: object, logger: object, runtime: object): Promise<{ instantiate(onProgress: () => void): Promise<unknown>; getVersion(): string; registerFileText(name: string, text: string): void; dropFile(name: string): void; connect(): { query(sql: string): { toArray(): Record<string, unknown>[] }; insertJSONFromPath(name: string, options: object): void } }>
      VoidLogger: new () => object
      NODE_RUNTIME: object
    }
    const dist = dirname(peers.resolve('@duckdb/duckdb-wasm'))
    const db = await duckdb.createDuckDB({ mvp: { mainModule: join(dist, 'duckdb-mvp.wasm'), mainWorker: '' }, eh: { mainModule: join(dist, 'duckdb-eh.wasm'), mainWorker: '' } }, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME)
    await db.instantiate(() => {})
    const connection = db.connect()
    return {
      version: db.getVersion(),
      insert(table, columns, types) {
        const names = Object.keys(columns)
        const rows = columns[names[0]!]!.length
        connection.query(`CREATE TABLE ${table} (${names.map((n) => `"${n}" ${types[n]}`).join(', ')})`)
        for (let start = 0; start < rows; start += 20_000) {
          const text = JSON.stringify(Array.from({ length: Math.min(20_000, rows - start) }, (_, i) => Object.fromEntries(names.map((n) => [n, columns[n]![start + i]]))))
          db.registerFileText('rows.json', text)
          // By way of a table of its own: the reader puts the columns into the order of their names.
          connection.insertJSONFromPath('rows.json', { name: 'staging', create: true })
          const list = names.map((n) => `"${n}"`).join(', ')
          connection.query(`INSERT INTO ${table} (${list}) SELECT ${list} FROM staging`)
          connection.query('DROP TABLE staging')
          db.dropFile('rows.json')
        }
      },
      value: (sql) => Number(Object.values(connection.query(sql).toArray()[0]!)[0]),
    }
  } catch (error) {
    process.stderr.write(`duckdb-wasm is not here: ${error instanceof Error ? error.message : String(error)}\n`)
    return null
  }
}
