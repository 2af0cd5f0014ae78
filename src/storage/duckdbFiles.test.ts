import { readFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { CODEC_FILES } from '../../bench/data/duckdb'
import { CODEC_ROWS, codecRow, RL_REWARDS, RL_ROWS, rlRows, sftRows } from '../../bench/data/rows'
import { imported, use } from '../../bench/data/storedFile'
import { neverStop } from '../base/stop'
import { difficulty, PAPER_SETTINGS } from '../posttrain/difficulty'
import { checkSplit, readScores } from './curate'
import { DatasetTable } from './datasetTable'

const file = (name: string) => new File([new Uint8Array(readFileSync(`e2e/fixtures/${name}`))], name)
const plain = (value: unknown): unknown => typeof value === 'bigint' ? Number(value) : ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>, plain) : Array.isArray(value) ? value.map(plain) : value
const asWritten = (record: Record<string, unknown>) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, plain(value)]))

test('FineProofs-RL at its size, written by DuckDB with zstd: types, rows, Σ num_rewards, every cell', async () => {
  const one = await imported(file('duckdb-rl.parquet'))
  expect(one.record).toMatchObject({ schemaId: 'fineproofs-rl', rows: RL_ROWS })
  expect(one.record.rowGroups).toBeGreaterThan(1)
  expect(one.record.columns.map((c) => `${c.name} ${c.type}`)).toEqual(['problem string', 'source string', 'rubrics string', 'scores list<int64>', 'rewards list<float64>', 'num_rewards int64', 'reward_mean float64', 'reward_std float64'])
  const expected = rlRows(RL_ROWS, 60)
  await use(one, async ({ source }) => {
    const records = await source.read(source.columns.map((c) => c.name), 0, source.rows)
    records.forEach((record, i) => expect(asWritten(record), `row ${i + 1}`).toEqual(expected[i]))
  })

  const read = (await use(one, (opened) => readScores(opened, () => {}, neverStop)))!
  expect(read.report).toMatchObject({ attempts: RL_REWARDS, shortest: 62, longest: 256, faultyRows: 0, rowsWithLists: RL_ROWS })
  expect(read.report.lengths.find((l) => l.length === 128)?.rows).toBe(4773)
  const found = difficulty(read.table, PAPER_SETTINGS)
  const means = expected.map((r) => r.reward_mean)
  expect(found.kept.count).toBe(means.filter((m) => m > 0 && m <= 0.7).length)
  expect(found.kept.count + found.kept.tooHard + found.kept.tooEasy).toBe(RL_ROWS)
  expect(found.mean).toBeCloseTo(means.reduce((a, b) => a + b, 0) / RL_ROWS, 12)
  expect(found.passCurve.find((p) => p.k === 128)?.problems).toBe(4774) // those with 62 to 127 attempts are left out

  const table = (await use(one, (opened) => DatasetTable.load(opened, () => {}, neverStop)))!
  expect(table.facts.find((f) => f.name === 'source')?.profile).toMatchObject({ kind: 'category', filled: RL_ROWS, distinct: 2 })
})

test.each(['duckdb-sft-snappy.parquet', 'duckdb-sft-gzip.parquet'])('FineProofs-SFT, written by DuckDB (%s): every cell, conversations included', async (name) => {
  const one = await imported(file(name))
  expect(one.record).toMatchObject({ schemaId: 'fineproofs-sft', rows: 60 })
  expect(one.record.columns.at(-1)).toMatchObject({ name: 'messages', type: 'list<struct{content, role}>' })
  const expected = [...sftRows(60, 900, 300)]
  await use(one, async ({ source }) => {
    const records = await source.read(source.columns.map((c) => c.name), 0, source.rows)
    expect(records.map(asWritten)).toEqual(expected)
  })
  expect(await use(one, (opened) => checkSplit(opened, () => {}, neverStop))).toMatchObject({ compared: 60, equal: 60 })
})

test.each(CODEC_FILES)('$codec, format $version, written by DuckDB: numbers, gaps, lists, structs in lists and in structs, booleans, dates', async ({ codec, version }) => {
  const one = await imported(file(`duckdb-codec-${codec}-${version}.parquet`))
  expect(one.record).toMatchObject({ rows: CODEC_ROWS, rowGroups: 2 })
  expect(one.record.columns.map((c) => `${c.name} ${c.type}`)).toEqual(['id int64', 'problem string', 'reward_mean float64', 'scores list<int64>', 'messages list<struct{content, role}>', 'meta struct{a, b}', 'is_even bool', 'day date'])
  await use(one, async ({ source }) => {
    const records = await source.read(source.columns.map((c) => c.name), 0, source.rows)
    records.forEach((record, i) => expect(asWritten(record), `row ${i + 1}`).toEqual(codecRow(i)))
    const [last] = await source.read(['meta', 'scores'], CODEC_ROWS - 1, CODEC_ROWS) // a row of the second group alone
    expect(asWritten(last!)).toEqual({ meta: codecRow(CODEC_ROWS - 1).meta, scores: codecRow(CODEC_ROWS - 1).scores })
  })
})

/** A block of LZ4 that holds its input as literals, in the frames that Hadoop put around it. */
function lz4Frame(input: Uint8Array): Uint8Array {
  const length: number[] = []
  if (input.length >= 15) for (let left = input.length - 15; ; left -= 255) {
    length.push(Math.min(255, left))
    if (left < 255) break
  }
  const block = Buffer.concat([Buffer.from([Math.min(15, input.length) << 4, ...length]), input])
  const head = Buffer.alloc(8)
  head.writeUInt32BE(input.length, 0)
  head.writeUInt32BE(block.length, 4)
  return new Uint8Array(Buffer.concat([head, block]))
}

test('the old LZ4 of Hadoop, which no program writes any more', async () => {
  const data = Array.from({ length: 700 }, (_, i) => `Problem ${i}`)
  const bytes = parquetWriteBuffer({ columnData: [{ name: 'problem', data }], codec: 'LZ4', compressors: { LZ4: lz4Frame } })
  const one = await imported(new File([bytes], 'lz4.parquet'))
  expect(await use(one, ({ source }) => source.read(['problem'], 0, source.rows))).toEqual(data.map((problem) => ({ problem })))
})
