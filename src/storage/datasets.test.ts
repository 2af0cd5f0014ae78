import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { jsonlFile, PROOF, rlFile, RUBRIC, sftFile, truncated, type DroppedFile } from '../../e2e/datasetFiles'
import { neverStop, type Stop } from '../base/stop'
import { DatasetReader, listDatasets, readTrainingRows, removeDataset, sweepShards, type DatasetHome } from './datasets'
import { importDataset } from './importDataset'
import { memoryDatabase } from './memoryDatabase'
import { Sha256 } from './sha256'
import { memoryShards } from './shards'

const newHome = (failAt?: number): DatasetHome => ({ database: memoryDatabase(), shards: memoryShards(failAt) })
const asFile = ({ name, buffer }: Pick<DroppedFile, 'name' | 'buffer'>) => new File([new Uint8Array(buffer)], name)
const textFile = (name: string, text: string) => new File([text], name)
let count = 0
const put = (home: DatasetHome, file: File, stop: Stop = neverStop) =>
  importDataset(home, file, { id: `d${++count}`, name: file.name, origin: 'file', now: count, onProgress: () => {}, stop })

async function stored(home: DatasetHome, file: File) {
  const result = await put(home, file)
  if (!result.ok) throw new Error(result.what)
  return result.value
}

/** A zstd frame of one raw block: single segment, four bytes of content size. @source RFC 8878, section 3.1.1 */
function zstdFrame(input: Uint8Array): Uint8Array {
  const n = input.length
  const block = (n << 3) | 1 // last block, type raw
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, n & 255, (n >> 8) & 255, (n >> 16) & 255, 0, block & 255, (block >> 8) & 255, (block >> 16) & 255, ...input)
}

test('SHA-256 over uneven pieces equals the platform’s', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 1_000_003]) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255)
    const ours = new Sha256()
    for (let at = 0; at < length; at += 997) ours.update(data.subarray(at, at + 997))
    expect(ours.hex()).toBe(createHash('sha256').update(data).digest('hex'))
  }
})

describe('FineProofs files', () => {
  test('SFT parquet: types, rows across row groups, reasoning apart', async () => {
    const home = newHome()
    const dropped = sftFile()
    const set = await stored(home, asFile(dropped))
    expect(set).toMatchObject({ schemaId: 'fineproofs-sft', format: 'parquet', rows: 120, origin: 'file', flags: [] })
    expect(set.rowGroups).toBeGreaterThan(1)
    expect(set.sha256).toBe(createHash('sha256').update(dropped.buffer).digest('hex'))
    expect(set.columns).toContainEqual({ name: 'messages', type: 'list<struct{content, role}>' })
    expect(set.columns).toContainEqual({ name: 'gemini-3-pro-grade', type: 'int64' })
    expect(set.trainable).toMatchObject({ sft: false, rl: false, why: expect.stringContaining('vocabulary of the in-tab models') as string })
    const reader = new DatasetReader(home)
    const grid = await reader.gridRows(set.id, 49, 52)
    expect(grid.ok && grid.value.map((r) => r['gemini-3-pro-grade'])).toEqual([1, 2, 3])
    expect(await reader.readRow(set.id, 51)).toMatchObject({ ok: true, value: { index: 51, problem: 'Problem 52: show that $x_{51} > 0$.', proof: PROOF, rubric: null, grade: 3, hasReasoning: true } })
    expect(await reader.readReasoning(set.id, 119)).toEqual({ ok: true, value: 'Thinking about $x_{119}$ first.' })
    expect(await reader.readRow(set.id, 120)).toMatchObject({ ok: false, kind: 'unreadable' })
    expect(await reader.readRow('none', 0)).toMatchObject({ ok: false, kind: 'noDataset' })
  })

  test('RL parquet, gzip: rubric and scores', async () => {
    const home = newHome()
    const set = await stored(home, asFile(rlFile()))
    expect(set.schemaId).toBe('fineproofs-rl')
    expect(set.columns).toContainEqual({ name: 'scores', type: 'list<int64>' })
    expect(await new DatasetReader(home).readRow(set.id, 5)).toMatchObject({ ok: true, value: { rubric: RUBRIC, scores: [0, 0, 7, 5], rewardMean: 12 / 28, rewardStd: 0.25, proof: null, hasReasoning: false } })
  })

  test('without proof and reasoning columns, both come out of the messages', async () => {
    const home = newHome()
    const messages = [[{ content: 'Prove it', role: 'user' }, { content: '<think>\nhm\n</think>\nQed.', role: 'assistant' }]]
    const buffer = Buffer.from(`${JSON.stringify({ problem: 'P', messages: messages[0] })}\n`)
    const set = await stored(home, asFile({ name: 'm.jsonl', buffer }))
    expect(await readTrainingRows(set.id, {}, home)).toEqual({ ok: true, value: [{ problem: 'P', reasoning: 'hm', proof: 'Qed.', rubric: null }] })
  })

  test('zstd', async () => {
    const home = newHome()
    const buffer = Buffer.from(parquetWriteBuffer({
      columnData: [{ name: 'task', data: ['A', 'B'] }, { name: 'grading_guidelines', data: ['Checkpoints', 'Checkpoints'] }],
      codec: 'ZSTD', compressors: { ZSTD: zstdFrame },
    }))
    const set = await stored(home, asFile({ name: 'z.parquet', buffer }))
    expect(await readTrainingRows(set.id, { limit: 1 }, home)).toMatchObject({ ok: true, value: [{ problem: 'A', rubric: 'Checkpoints' }] })
  })

  test('JSON lines: rows by byte range, with characters of many bytes and no newline at the end', async () => {
    const home = newHome()
    const set = await stored(home, asFile(jsonlFile()))
    expect(set).toMatchObject({ schemaId: 'fineproofs-sft', format: 'jsonl', rows: 120 })
    expect(await new DatasetReader(home).readRow(set.id, 119)).toMatchObject({ ok: true, value: { problem: 'Line 120: $y_{119}$' } })
    const odd = await stored(home, textFile('odd.jsonl', '\ufeff{"problem":"∀ε","reasoning":"τ","proof":"é"}\r\n\r\n{"problem":"β","reasoning":"","proof":"ζ"}'))
    expect(await readTrainingRows(odd.id, {}, home)).toMatchObject({ ok: true, value: [{ problem: '∀ε' }, { problem: 'β', proof: 'ζ' }] })
  })

  test('the bundled samples train', async () => {
    const home = newHome()
    const sample = (name: string) => asFile({ name, buffer: readFileSync(`public/sample/${name}`) })
    const sft = await stored(home, sample('tiny-proofs-sft.parquet'))
    const rl = await stored(home, sample('tiny-proofs-rl.parquet'))
    expect(sft.trainable).toMatchObject({ sft: true, rl: false })
    expect(rl.trainable).toMatchObject({ sft: false, rl: true })
    const rows = await readTrainingRows(sft.id, {}, home)
    expect(rows.ok && rows.value.length).toBe(sft.rows)
    expect(rows.ok && rows.value.every((r) => r.proof && r.reasoning)).toBe(true)
  })
})

describe('refused, and nothing stored', () => {
  const good = asFile(sftFile())
  const whole = rlFile().buffer
  const flipped = Buffer.from(whole)
  for (let i = 4; i < 400; i++) flipped[i]! ^= 0xff
  test.each([
    ['cut', asFile(truncated(sftFile())), 'unreadable', 'cut while downloading'],
    ['a column missing', asFile(sftFile('s.parquet', 'problem')), 'missingColumn', 'missing column `problem` (string'],
    ['no reasoning', textFile('q.jsonl', '{"problem":"p","proof":"x","category":"Algebra"}\n'), 'missingColumn', 'or `reasoning_content` (string, FineProofs-SFT); found'],
    ['answers in place of proofs', textFile('a.jsonl', '{"problem":"p","answer":"3","category":"Algebra","competition":"c"}\n'), 'missingColumn', 'missing column'],
    ['no rubrics', textFile('r.jsonl', '{"problem":"p","scores":[1],"reward_mean":0.5,"num_rewards":1}\n'), 'missingColumn', 'missing column `rubrics` (string, FineProofs-RL); found: `problem`'],
    ['a column of numbers', textFile('n.jsonl', '{"problem":3,"proof":"x","reasoning_content":""}\n'), 'wrongType', '`problem` holds int64'],
    ['a row without problem', textFile('h.jsonl', '{"problem":"p","proof":"x","reasoning_content":""}\n{"problem":null,"proof":"x","reasoning_content":""}\n'), 'wrongType', 'Row 2'],
    ['a bad line', textFile('b.jsonl', '{"problem":"p","proof":"x"}\n{"problem":\n'), 'unreadable', 'line 2 is not valid JSON'],
    ['damaged pages', asFile({ name: 'f.parquet', buffer: flipped }), 'unreadable', ''],
    ['not parquet', textFile('x.parquet', 'hello hello hello'), 'unreadable', 'does not begin'],
    ['a table of grades', textFile('g.csv', 'a,b\n1,2\n'), 'unsupported', 'neither'],
    ['an archive', asFile({ name: 'a.zip', buffer: Buffer.from('PK\u0003\u0004xxxxxxxxx') }), 'unsupported', 'archive'],
    ['no bytes', textFile('e.jsonl', ''), 'empty', 'no bytes'],
    ['only blank lines', textFile('e.jsonl', '\n\n'), 'empty', 'no row'],
  ])('%s', async (_, file, kind, what) => {
    const home = newHome()
    const before = await stored(home, good)
    const result = await put(home, file)
    expect(result).toMatchObject({ ok: false, kind, where: `\`${file.name}\`` })
    expect(!result.ok && result.what).toContain(what)
    expect(!result.ok && result.next).toBeTruthy()
    expect(await listDatasets(home)).toEqual([before])
    expect(await home.shards.list()).toEqual([before.id])
  })

  test('every cut of a file is refused', async () => {
    for (let i = 1; i < 40; i++) {
      const home = newHome()
      const result = await put(home, asFile({ name: 'cut.parquet', buffer: whole.subarray(0, Math.floor((whole.length * i) / 40)) }))
      expect(result).toMatchObject({ ok: false, kind: 'unreadable' })
    }
  })

  test('a full disk, and a cancel', async () => {
    const full = newHome(100)
    expect(await put(full, good)).toMatchObject({ ok: false, kind: 'quota' })
    expect(await full.shards.list()).toEqual([])
    const home = newHome()
    expect(await put(home, good, { aborted: true })).toMatchObject({ ok: false, kind: 'cancelled' })
    expect(await home.shards.list()).toEqual([])
  })
})

test('a set for evaluation is marked, a twin is found again, an orphan is swept, a removed sample is remembered', async () => {
  const home = newHome()
  const { buffer } = rlFile()
  const set = await stored(home, asFile({ name: 'QEDBench-test.parquet', buffer }))
  expect(set.flags).toEqual(['no_train'])
  expect((await stored(home, asFile({ name: 'again.parquet', buffer }))).id).toBe(set.id)
  await home.shards.write('orphan', { byteLength: 3, slice: async () => new ArrayBuffer(3) }, () => {}, neverStop)
  expect(await sweepShards(home)).toEqual(['orphan'])
  expect(await home.shards.list()).toEqual([set.id])
  await importDataset(home, asFile(sftFile()), { id: 'sample', name: 'S', origin: 'sample', now: 0, onProgress: () => {}, stop: neverStop })
  expect((await listDatasets(home)).map((d) => d.id)).toEqual(['sample', set.id])
  await removeDataset(home, 'sample')
  expect(await home.database.get(['sampleRemoved', 'sample'])).toBe(true)
  expect(await home.shards.list()).toEqual([set.id])
})
