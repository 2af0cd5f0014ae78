import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { jsonlFile, PROOF, rlFile, RUBRIC, sftFile, truncated, type DroppedFile } from '../../e2e/datasetFiles'
import { neverStop, type Stop } from '../base/stop'
import { DatasetReader, listDatasets, readTrainingRows, type DatasetHome } from './datasets'
import { upgraded, type DatasetRecordV1 } from './datasetRecord'
import { readProfile, writeProfile } from './datasetProfile'
import { DatasetTable, previewRows } from './datasetTable'
import { KEPT_MS, listTrash, purgeDataset, restoreDataset, sweepShards, trashDataset } from './datasetTrash'
import { importDataset } from './importDataset'
import { memoryDatabase } from './memoryDatabase'
import { ChunkHash, Sha256 } from './sha256'
import { chunksOf, memoryShards } from './shards'
import { bytesOf } from './bytes'
import { changeDataset } from './changeDataset'
import { ALL_ROWS, parseFilter, type Query } from '../proofs/query/filters'
import { recognise } from '../proofs/schemas'

const newHome = (failAt?: number): DatasetHome => ({ database: memoryDatabase(), shards: memoryShards(failAt) })
const asFile = ({ name, buffer }: Pick<DroppedFile, 'name' | 'buffer'>) => new File([new Uint8Array(buffer)], name)
const textFile = (name: string, text: string) => new File([text], name)
let count = 0
const put = (home: DatasetHome, file: File, stop: Stop = neverStop) =>
  importDataset(home, [file], { id: `d${++count}`, name: file.name, origin: 'file', now: count, onProgress: () => {}, stop })

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

test('a hash of held chunks and one of streamed chunks are the same', async () => {
  for (const chunks of [0, 3, 20]) {
    const chunk = Uint8Array.from({ length: 4 * 2 ** 20 }, (_, i) => (i * 7 + (i >> 9)) & 255)
    const [ours, theirs] = [new ChunkHash(), createHash('sha256')]
    for (let i = 0; i < chunks; i++) {
      ours.update(chunk)
      theirs.update(chunk)
    }
    expect(await ours.hex()).toBe(theirs.digest('hex'))
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
    expect(set.columns).toContainEqual(expect.objectContaining({ name: 'messages', type: 'list<struct{content, role}>' }))
    expect(set.columns).toContainEqual(expect.objectContaining({ name: 'gemini-3-pro-grade', type: 'int64' }))
    expect(set.trainable).toMatchObject({ sft: false, rl: false, why: expect.stringContaining('vocabulary of the in-tab models') as string })
    const reader = new DatasetReader(home)
    const grid = await reader.use(set.id, (opened) => previewRows(opened, 49, 52))
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
    expect(set.columns).toContainEqual(expect.objectContaining({ name: 'scores', type: 'list<int64>' }))
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
    ['a bad line', textFile('b.jsonl', '{"problem":"p","proof":"x"}\n{"problem":\n'), 'unreadable', 'line 2 is not valid JSON'],
    ['damaged pages', asFile({ name: 'f.parquet', buffer: flipped }), 'unreadable', ''],
    ['not parquet', textFile('x.parquet', 'hello hello hello'), 'unreadable', 'does not begin'],
    ['a picture', asFile({ name: 'a.png', buffer: Buffer.from('\u0089PNG\r\n\u001a\n') }), 'unsupported', 'no parquet, jsonl, json or csv'],
    ['half an archive', asFile({ name: 'a.zip', buffer: Buffer.from('PK\u0003\u0004xxxxxxxxx') }), 'unreadable', 'File format is not recognized'],
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

describe('a table of another schema is stored, and says what keeps it from being a known one', () => {
  test.each([
    ['a column missing', asFile(sftFile('s.parquet', 'problem')), 'missing column `problem` (string', false],
    ['no reasoning', textFile('q.jsonl', '{"problem":"p","proof":"x","category":"Algebra"}\n'), 'or `reasoning_content` (string, FineProofs-SFT); found', true],
    ['answers in place of proofs', textFile('a.jsonl', '{"problem":"p","answer":"3","category":"Algebra","competition":"c"}\n'), 'missing column', true],
    ['no rubrics', textFile('r.jsonl', '{"problem":"p","scores":[1],"reward_mean":0.5,"num_rewards":1}\n'), 'missing column `rubrics`', true],
    ['a column of numbers', textFile('n.jsonl', '{"problem":3,"proof":"x","reasoning_content":""}\n'), '`problem` holds int64; string is needed', false],
  ])('%s', async (_, file, why, hasProblem) => {
    const home = newHome()
    const set = await stored(home, file)
    expect(set.schemaId).toBe('other')
    expect(recognise(set.columns).why).toContain(why)
    expect(set.roles.problem).toBe(hasProblem ? 'problem' : undefined)
    expect(set.roles.proof).not.toBe('answer')
    expect(set.trainable).toMatchObject({ sft: false, rl: false })
  })

  test('a role that is set by hand is kept, and what can be trained on is judged anew', async () => {
    const home = newHome()
    const set = await stored(home, textFile('t.jsonl', '{"statement":"S","marks":"Checkpoints\\n- all (7 pts)","n":3}\n'))
    expect(set.roles).toEqual({})
    const reader = new DatasetReader(home)
    const changed = await changeDataset(home, reader, set.id, { roles: { problem: 'statement', rubric: 'marks', grade: 'statement', source: 'gone' } })
    expect(changed).toMatchObject({ ok: true, value: { roles: { problem: 'statement', rubric: 'marks' } } })
    expect(changed.ok && Object.keys(changed.value.roles)).toEqual(['problem', 'rubric'])
    expect(await reader.readRow(set.id, 0)).toMatchObject({ ok: true, value: { problem: 'S', rubric: 'Checkpoints\n- all (7 pts)' } })
  })

  test('a row without problem stays a row, and trains nothing', async () => {
    const home = newHome()
    const set = await stored(home, textFile('h.jsonl', '{"problem":"p","proof":"x","reasoning_content":""}\n{"problem":null,"proof":"x","reasoning_content":""}\n'))
    expect(set.rows).toBe(2)
    expect(await readTrainingRows(set.id, {}, home)).toMatchObject({ ok: true, value: [{ problem: 'p' }] })
  })
})

test('shards of one set are one dataset; shards of two are refused', async () => {
  const home = newHome()
  const parts = [0, 1, 2].map((i) => textFile(`train-0000${i}-of-00003.jsonl`, `{"problem":"p${i}","rubrics":"r"}\n{"problem":"q${i}","rubrics":"r"}\n`))
  const put3 = (files: File[]) => importDataset(home, files, { id: 'joined', name: 'train.jsonl', origin: 'file', now: 0, onProgress: () => {}, stop: neverStop })
  const set = await put3(parts)
  expect(set).toMatchObject({ ok: true, value: { rows: 6, shardsOf: 3, shards: [{ name: 'joined.1' }, { name: 'joined.2' }, { name: 'joined.3' }] } })
  const reader = new DatasetReader(home)
  expect(await reader.readRow('joined', 3)).toMatchObject({ ok: true, value: { problem: 'q1' } })
  const page = await reader.use('joined', (opened) => previewRows(opened, 1, 5))
  expect(page.ok && page.value.map((r) => r.problem)).toEqual(['q0', 'p1', 'q1', 'p2'])
  const before = await home.shards.list()
  const other = textFile('train-00001-of-00003.jsonl', '{"question":"p","rubrics":"r"}\n')
  expect(await put3([parts[0]!, other])).toMatchObject({ ok: false, kind: 'otherColumns', what: expect.stringContaining('no column `problem`') as string })
  expect(await home.shards.list()).toEqual(before)
})

test('a query is answered from the held columns, and the long texts are found by search', async () => {
  const home = newHome()
  const set = await stored(home, asFile(rlFile()))
  const table = await new DatasetReader(home).use(set.id, (opened) => DatasetTable.load(opened, () => {}, neverStop))
  if (!table.ok || !table.value) throw new Error('no table')
  const { database } = home
  await new DatasetReader(home).use(set.id, async (opened) => {
    expect(await readProfile(database, opened)).toBeNull()
    await writeProfile(database, opened, table.value!.facts)
    expect(await readProfile(database, opened)).toEqual(table.value!.facts)
    expect(await readProfile(database, { ...opened, record: { ...opened.record, roles: {} } })).toBeNull()
  })
  const select = async (query: Partial<Query>) => table.value!.select({ ...ALL_ROWS, ...query }, () => {}, neverStop)
  const hard = await select({ filters: { reward_mean: parseFilter('(0,0.4]')! }, sort: { column: 'reward_mean', isDescending: true } })
  const wanted = Array.from({ length: 120 }, (_, i) => i).filter((i) => (7 + (i % 8)) / 28 <= 0.4)
  expect(hard.ok && hard.value.rows.length).toBe(wanted.length)
  expect(hard.ok && [...hard.value.rows].sort((a, b) => a - b)).toEqual(wanted)
  expect(hard.ok && hard.value.facets.source).toEqual([wanted.length])
  expect(await select({ search: 'the converse is not' })).toMatchObject({ ok: true, value: { foundIn: { rubrics: 120 } } })
  const one = await select({ search: '/problem 4[12]:/' })
  expect(one.ok && [...one.value.rows]).toEqual([40, 41])
  expect(await select({ search: '/(/' })).toMatchObject({ ok: false, kind: 'pattern' })
  // A link may bring a pattern that is none: the cells are read all the same.
  expect(await table.value.page([41], { ...ALL_ROWS, search: '/(/' })).toMatchObject({ rows: [{ scores: 4 }], snippets: null })
  const page = await table.value.page([41], { ...ALL_ROWS, search: 'PROBLEM 42' })
  expect(page).toMatchObject({ rows: [{ reward_mean: 8 / 28, scores: 4 }], snippets: [{ column: 'problem', hit: 'Problem 42' }] })
})

test('a set for evaluation is marked, a twin is found again, an orphan is swept, a removed sample is remembered', async () => {
  const home = newHome()
  const { buffer } = rlFile()
  const set = await stored(home, asFile({ name: 'QEDBench-test.parquet', buffer }))
  expect(set.flags).toEqual(['no_train'])
  expect(await readTrainingRows(set.id, {}, home)).toMatchObject({ ok: false, kind: 'evaluationOnly' })
  expect((await stored(home, asFile({ name: 'again.parquet', buffer }))).id).toBe(set.id)
  await home.shards.write('orphan', chunksOf(bytesOf(new Blob(['abc']))), () => {}, neverStop)
  expect(await sweepShards(home, 0)).toEqual(['orphan'])
  expect(await home.shards.list()).toEqual([set.id])
  await importDataset(home, [asFile(sftFile())], { id: 'sample', name: 'S', origin: 'sample', now: 0, onProgress: () => {}, stop: neverStop })
  expect((await listDatasets(home)).map((d) => d.id)).toEqual(['sample', set.id])
  await trashDataset(home, 'sample', 1000)
  expect(await home.database.get(['sampleRemoved', 'sample'])).toBe(true)
  expect((await listDatasets(home)).map((d) => d.id)).toEqual([set.id])
  expect(await sweepShards(home, 1000 + KEPT_MS)).toEqual([]) // a removal can be undone until its time is over
  expect(await restoreDataset(home, 'sample')).toMatchObject({ id: 'sample' })
  expect(await home.database.get(['sampleRemoved', 'sample'])).toBeUndefined()
  expect((await new DatasetReader(home).readRow('sample', 3)).ok).toBe(true)
  await trashDataset(home, 'sample', 1000)
  await sweepShards(home, 1001 + KEPT_MS)
  expect(await home.shards.list()).toEqual([set.id])
  expect(await restoreDataset(home, 'sample')).toBeNull()
  await trashDataset(home, set.id, 2000)
  await purgeDataset(home, set.id)
  expect([await listTrash(home), await home.shards.list()]).toEqual([[], []])
})

test('a record of version 1 is read as one of today', () => {
  const old: DatasetRecordV1 = {
    schema: 1, id: 'a', name: 'train.parquet', schemaId: 'fineproofs-rl', format: 'parquet', rows: 3, rowGroups: 1, sizeBytes: 9, sha256: 'ff',
    columns: [{ name: 'problem', type: 'string' }, { name: 'rubrics', type: 'string' }, { name: 'scores', type: 'list<int64>' }],
    origin: 'file', addedAt: 5, trainable: { sft: false, rl: true, why: null }, flags: [],
  }
  expect(upgraded(old)).toMatchObject({
    schema: 2, id: 'a', rows: 3, roles: { problem: 'problem', rubric: 'rubrics', scores: 'scores' }, lineage: null,
    shards: [{ name: 'a', fileName: 'train.parquet', sizeBytes: 9, sha256: 'ff', rows: 3 }],
  })
  expect(upgraded({ ...old, schema: 3 } as unknown as DatasetRecordV1)).toBeNull()
})

test('roles that were set are those of the next file with the same columns, and of no other', async () => {
  const home = newHome()
  const take = (name: string, header: string) => stored(home, textFile(`${name}.csv`, `${header}\n${name} 1,why 1\n${name} 2,why 2\n`))
  const first = await take('a', 'statement,argument')
  expect(first.roles).toEqual({})
  const roles = { problem: 'statement', proof: 'argument' }
  expect((await changeDataset(home, new DatasetReader(home), first.id, { roles })).ok).toBe(true)
  expect((await take('b', 'statement,argument')).roles).toEqual(roles)
  expect((await take('c', 'argument,statement')).roles).toEqual(roles)
  expect((await take('d', 'statement,argued')).roles).toEqual({})
})
