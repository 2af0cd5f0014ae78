/**
 * FineProofs' shapes at full size, written by DuckDB in three codecs and several row groups, read back by the lab: row
 * counts, sums and every cell. `npm run bench -- fullSize --fixtures` writes the small files that the tests use instead.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report, type Figure } from './artifact'
import { RL_SELECT, SFT_SELECT, writeCodecFiles, writeWithDuckDb, type Written } from './data/duckdb'
import { CODEC_ROWS, RL_REWARDS, RL_ROWS, rlRows, SFT_ROWS, sftRows } from './data/rows'
import { fileAt, imported, use } from './data/storedFile'

const folder = mkdtempSync(join(tmpdir(), 'lab-full-'))
const figures: Figure[] = []

/** Reads all rows and compares each cell with what was written. @returns cells compared @throws at the first difference */
async function compare(path: string, expected: Iterable<object>): Promise<{ cells: number; rows: number; rowGroups: number; rewards: number }> {
  const one = await imported(await fileAt(path))
  const plain = (value: unknown): unknown => typeof value === 'bigint' ? Number(value) : ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>, plain) : Array.isArray(value) ? value.map(plain) : value
  let cells = 0
  let rewards = 0
  let row = 0
  const want = expected[Symbol.iterator]()
  await use(one, async ({ source }) => {
    const columns = source.columns.map((c) => c.name)
    for (let start = 0; start < source.rows; start += 200)
      for (const record of await source.read(columns, start, Math.min(source.rows, start + 200))) {
        const { done, value } = want.next()
        if (done) throw new Error(`${path} has more rows than were written`)
        for (const [name, cell] of Object.entries(value as Record<string, unknown>)) {
          if (JSON.stringify(plain(record[name])) !== JSON.stringify(cell)) throw new Error(`${path}, row ${row + 1}, \`${name}\` differs`)
          cells++
        }
        rewards += Number(record.num_rewards ?? 0)
        row++
      }
  })
  if (!want.next().done) throw new Error(`${path} has fewer rows than were written`)
  return { cells, rows: row, rowGroups: one.record.rowGroups, rewards }
}

const codecs = ['snappy', 'zstd', 'gzip'] as const
try {
  if (process.argv.includes('--fixtures')) {
    await writeWithDuckDb(rlRows(RL_ROWS, 60), RL_SELECT, [{ path: 'e2e/fixtures/duckdb-rl.parquet', codec: 'zstd' }])
    await writeWithDuckDb(sftRows(60, 900, 300), SFT_SELECT, [{ path: 'e2e/fixtures/duckdb-sft-snappy.parquet', codec: 'snappy' }, { path: 'e2e/fixtures/duckdb-sft-gzip.parquet', codec: 'gzip' }])
    await writeCodecFiles('e2e/fixtures', CODEC_ROWS)
    process.exit(0)
  }
  const rl = rlRows()
  const files: (Written & { name: string; rows: () => Iterable<object> })[] = codecs.map((codec) => ({ name: `RL, ${codec}`, codec, path: join(folder, `rl-${codec}.parquet`), rows: () => rl }))
  await writeWithDuckDb(rl, RL_SELECT, files)
  // Full-length texts: about 130,000 characters a row in its three long columns.
  const sft = codecs.map((codec) => ({ name: `SFT, ${codec}`, codec, path: join(folder, `sft-${codec}.parquet`), rows: () => sftRows() }))
  await writeWithDuckDb(sftRows(), SFT_SELECT, sft)
  for (const { name, path, rows } of [...files, ...sft]) {
    const start = performance.now()
    const found = await compare(path, rows())
    const wanted = name.startsWith('RL') ? RL_ROWS : SFT_ROWS
    if (found.rows !== wanted) throw new Error(`${name}: ${found.rows} rows of ${wanted}`)
    if (name.startsWith('RL') && found.rewards !== RL_REWARDS) throw new Error(`${name}: Σ num_rewards is ${found.rewards}, not ${RL_REWARDS}`)
    figures.push({ name: `${name}: cells equal`, unit: 'cells', ours: found.cells, peer: null, note: `${found.rows} rows, ${found.rowGroups} row groups, ${(statSync(path).size / 1e6).toFixed(1)} MB, ${((performance.now() - start) / 1000).toFixed(1)} s` })
  }
  report('fullSize', figures)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
