import { readFileSync } from 'node:fs'
import { parquetMetadataAsync } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { rlFile, sftFile } from '../../e2e/datasetFiles'
import { neverStop } from '../base/stop'
import { checkSplit, readRubrics, readScores, readVerdicts } from './curate'
import { DatasetReader, type DatasetHome, type Opened } from './datasets'
import { NO_PROVENANCE } from './datasetRecord'
import { exportName, exportRows, type ExportFormat } from './exportRows'
import { importDataset } from './importDataset'
import { memoryDatabase } from './memoryDatabase'
import { openParquet } from './parquet'
import { memoryShards } from './shards'

const about = { provenance: { ...NO_PROVENANCE, source: 'lm-provers/FineProofs-RL', revision: '61c9ade2' }, lineage: null }

async function opened<T>(file: File, use: (opened: Opened, home: DatasetHome) => Promise<T>): Promise<T> {
  const home: DatasetHome = { database: memoryDatabase(), shards: memoryShards() }
  const set = await importDataset(home, [file], { id: 'd', name: file.name, origin: 'file', now: 0, onProgress: () => {}, stop: neverStop })
  if (!set.ok) throw new Error(set.what)
  const result = await new DatasetReader(home).use('d', (one) => use(one, home))
  if (!result.ok) throw new Error(result.what)
  return result.value
}

async function exported(file: File, rows: Uint32Array | null, format: ExportFormat): Promise<File> {
  return opened(file, async (one) => {
    const parts: Uint8Array<ArrayBuffer>[] = []
    for await (const chunk of exportRows(one, rows, format, about, () => {}, neverStop)) parts.push(chunk)
    return new File(parts, `out.${format}`)
  })
}
const all = (file: File) => opened(file, ({ source }) => source.read(source.columns.map((c) => c.name), 0, source.rows))
const fileOf = ({ name, buffer }: { name: string; buffer: Buffer }) => new File([new Uint8Array(buffer)], name)

describe('parquet', () => {
  test.each([['SFT, with conversations', sftFile()], ['RL, with lists', rlFile()]])('%s: every cell, type and column comes back', async (_, dropped) => {
    const file = fileOf(dropped)
    const out = await exported(file, null, 'parquet')
    expect(await all(out)).toEqual(await all(file))
    const types = (one: File) => opened(one, async ({ source }) => source.columns.map(({ name, type }) => ({ name, type })))
    expect(await types(out)).toEqual(await types(file))
  })

  test('chosen rows in their order, small row groups, and where they came from', async () => {
    const rows = Uint32Array.from({ length: 250 }, (_, i) => (i * 7) % 120)
    const out = await exported(fileOf(rlFile()), rows, 'parquet')
    const source = await all(fileOf(rlFile()))
    expect(await all(out)).toEqual([...rows].map((row) => source[row]))
    const metadata = await parquetMetadataAsync({ byteLength: out.size, slice: (a, b) => out.slice(a, b).arrayBuffer() })
    expect(metadata.row_groups.map((g) => Number(g.num_rows))).toEqual([100, 100, 50])
    expect(JSON.parse(metadata.key_value_metadata!.find((kv) => kv.key === 'proof_lab')!.value!)).toEqual(about)
  })

  test('of JSON lines with aliases: the published names, gaps kept, other nesting as JSON text', async () => {
    const lines = [{ task: 'P', grading_guidelines: 'R', scores: [0, 7], note: { deep: [1] }, ok: true, x: 1.5 }, { task: 'Q', grading_guidelines: null, scores: [], note: null, ok: null, x: null }]
    const out = await exported(new File([lines.map((l) => JSON.stringify(l)).join('\n')], 'a.jsonl'), null, 'parquet')
    expect(await all(out)).toEqual([
      { problem: 'P', rubrics: 'R', scores: [0n, 7n], note: '{"deep":[1]}', ok: true, x: 1.5 },
      { problem: 'Q', rubrics: null, scores: [], note: null, ok: null, x: null },
    ])
  })
})

test('a few rows out of a group with many pages are the rows of the whole, lists and structs too', async () => {
  const rows = 300
  const data = (of: (i: number) => unknown) => Array.from({ length: rows }, (_, i) => of(i))
  const buffer = parquetWriteBuffer({
    pageSize: 700, rowGroupSize: 200,
    columnData: [
      { name: 'problem', data: data((i) => `Problem ${i} ${'x'.repeat((i * 37) % 211)}`) },
      { name: 'scores', data: data((i) => (i % 13 === 0 ? null : Array.from({ length: (i * 7) % 40 }, (_, j) => BigInt((i + j) % 8)))) },
      { name: 'reward_mean', data: data((i) => (i % 5 ? i / rows : null)) },
    ],
    schema: [
      { name: 'root', num_children: 3 }, { name: 'problem', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'scores', repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 }, { name: 'element', repetition_type: 'OPTIONAL', type: 'INT64' },
      { name: 'reward_mean', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ],
  })
  const reads: number[] = []
  const bytes = { byteLength: buffer.byteLength, slice: async (a: number, b?: number) => (reads.push((b ?? buffer.byteLength) - a), buffer.slice(a, b)) }
  const source = await openParquet(bytes)
  const whole = await source.read(['problem', 'scores', 'reward_mean'], 0, rows)
  reads.length = 0
  for (const [start, end] of [[0, 1], [7, 9], [99, 140], [150, 260], [199, 201], [299, 300]] as const) expect(await source.read(['problem', 'scores', 'reward_mean'], start, end)).toEqual(whole.slice(start, end))
  reads.length = 0
  await source.read(['problem'], 120, 121)
  expect(reads.reduce((a, b) => a + b, 0)).toBeLessThan(4_000) // one page and its index, of 20,000 bytes
})

test('jsonl and csv hold the same rows; a cell that a spreadsheet would run is disarmed', async () => {
  const lines = [{ problem: '=HYPERLINK("x")', rubrics: 'a, "b"\nc', reward_mean: -0.25, scores: [1, 2] }, { problem: '+1 is ∀', rubrics: '', reward_mean: null, scores: null }]
  const file = new File([lines.map((l) => JSON.stringify(l)).join('\n')], 'a.jsonl')
  expect(await all(await exported(file, null, 'jsonl'))).toEqual(lines)
  const csv = await exported(file, Uint32Array.of(1, 0), 'csv')
  expect(await csv.text()).toBe(`problem,rubrics,reward_mean,scores\r\n'+1 is ∀,,,\r\n"'=HYPERLINK(""x"")","a, ""b""\nc",-0.25,"[1,2]"\r\n`)
  expect((await all(csv))[1]).toEqual({ problem: `'=HYPERLINK("x")`, rubrics: 'a, "b"\nc', reward_mean: -0.25, scores: [1, 2] })
})

test('a file names its revision', () => {
  expect(exportName('train ∀ 1.parquet', { ...NO_PROVENANCE, revision: '61c9ade2e04ab4ee7e25' }, 'jsonl')).toBe('train-1-61c9ade2e04a.jsonl')
  expect(exportName('../..', NO_PROVENANCE, 'csv')).toBe('dataset.csv')
})

describe('over all rows', () => {
  const sample = (name: string) => new File([new Uint8Array(readFileSync(`public/sample/${name}`))], name)
  test('score lists of the sample hold together; those of a bent file do not', async () => {
    const good = await opened(sample('tiny-proofs-rl.parquet'), (one) => readScores(one, () => {}, neverStop))
    expect(good!.report).toMatchObject({ rowsWithLists: 600, faultyRows: 0, faults: [] })
    expect(good!.report.worstReward).toBeLessThan(1e-6)
    expect(good!.table.counts.reduce((a, b) => a + b, 0)).toBe(good!.report.attempts)
    const bent = await opened(fileOf(rlFile()), (one) => readScores(one, () => {}, neverStop))
    expect(bent!.report).toMatchObject({ rowsWithLists: 120, attempts: 480, shortest: 4, longest: 4, faultyRows: 120, faults: expect.arrayContaining([{ row: 0, what: expect.stringContaining('reward_std differs') as string }]) as unknown })
  })

  test('rubrics, verdicts and the think/proof split', async () => {
    const rubrics = await opened(sample('tiny-proofs-rl.parquet'), (one) => readRubrics(one, () => {}, neverStop))
    expect(rubrics).toMatchObject({ rubrics: 600, totals: [{ total: 7, rubrics: 600 }], unparsedLines: 0 })
    const split = await opened(sample('tiny-proofs-sft.parquet'), (one) => checkSplit(one, () => {}, neverStop))
    expect(split).toMatchObject({ compared: 1800, equal: 1800, exceptions: [] })
    const odd = await opened(fileOf(sftFile()), (one) => checkSplit(one, () => {}, neverStop))
    expect(odd).toMatchObject({ compared: 120, equal: 0, exceptions: expect.arrayContaining([{ row: 0, what: 'the conversation has no </think>' }]) as unknown })
    const verdict = { incomplete: false, difficulty: 4, gaps: false, wrong: false, disagreement: false, computational: false }
    const lines = [JSON.stringify(verdict), `\`\`\`json\n${JSON.stringify({ ...verdict, wrong: true, difficulty: 9 })}\n\`\`\``, '{"cut', null].map((v) => JSON.stringify({ problem: 'p', proof: 'x', reasoning: 'y', verdict: v }))
    const verdicts = await opened(new File([lines.join('\n')], 'v.jsonl'), (one) => readVerdicts(one, () => {}, neverStop))
    expect(verdicts).toMatchObject({ parsed: 2, unparsed: 2, faults: { wrong: 1, gaps: 0 }, difficulty: [0, 0, 0, 1, 0, 0, 0, 0, 1, 0] })
    expect([...verdicts!.sound]).toEqual([0])
  })
})
