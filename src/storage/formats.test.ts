import { gzipSync } from 'node:zlib'
import { BlobReader, BlobWriter, ZipWriter, configure } from '@zip.js/zip.js/lib/zip-core-native.js'
import { describe, expect, test } from 'vitest'
import { rlFile } from '../../e2e/datasetFiles'
import { neverStop } from '../base/stop'
import { archiveMembers, type MemberChoice } from './archive'
import { DatasetReader, listDatasets, type DatasetHome } from './datasets'
import { importDataset } from './importDataset'
import { memoryDatabase } from './memoryDatabase'
import { memoryShards } from './shards'

configure({ useWebWorkers: false })

const newHome = (): DatasetHome => ({ database: memoryDatabase(), shards: memoryShards() })
const file = (name: string, content: BlobPart) => new File([content], name)
const take = (home: DatasetHome, one: File, member?: MemberChoice) =>
  importDataset(home, [one], { id: 'd', name: one.name, origin: 'file', now: 0, onProgress: () => {}, stop: neverStop, ...(member ? { member } : {}) })

async function rowsOf(one: File, member?: MemberChoice) {
  const home = newHome()
  const set = await take(home, one, member)
  if (!set.ok) throw new Error(set.what)
  const rows = await new DatasetReader(home).use('d', ({ source }) => source.read(source.columns.map((c) => c.name), 0, source.rows))
  if (!rows.ok) throw new Error(rows.what)
  expect(await home.shards.list()).toEqual(set.value.shards.map((s) => s.name)) // no layer is left behind
  return { set: set.value, rows: rows.value }
}

/** A zstd frame of raw blocks. @source RFC 8878, section 3.1.1 */
function zstd(text: string): Uint8Array<ArrayBuffer> {
  const input = new TextEncoder().encode(text)
  const parts = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...new Uint8Array(Uint32Array.of(input.length).buffer))]
  for (let at = 0; at < input.length; at += 1000) {
    const block = input.slice(at, at + 1000)
    const head = (block.length << 3) | Number(at + 1000 >= input.length)
    parts.push(Uint8Array.of(head & 255, (head >> 8) & 255, (head >> 16) & 255, ...block))
  }
  return Uint8Array.from(parts.flatMap((p) => [...p]))
}

async function zip(members: Readonly<Record<string, string>>, options: { password?: string; zipCrypto?: boolean } = {}): Promise<Blob> {
  const writer = new ZipWriter(new BlobWriter())
  for (const [name, text] of Object.entries(members)) await writer.add(name, new BlobReader(new Blob([text])), options)
  return writer.close()
}

const CSV = 'problem,rubrics,reward_mean,solved,scores,id\r\n"Show that ""a, b""\nholds",R1,0.25,true,"[0, 7]",007\r\nβ,R2,,false,"[1, 2, 3]",008\r\n'
const CSV_ROWS = [
  { problem: 'Show that "a, b"\nholds', rubrics: 'R1', reward_mean: 0.25, solved: true, scores: [0, 7], id: '007' },
  { problem: 'β', rubrics: 'R2', reward_mean: null, solved: false, scores: [1, 2, 3], id: '008' },
]

describe('csv', () => {
  test('quotes, lines in cells, and cells read as what their column says', async () => {
    const { set, rows } = await rowsOf(file('t.csv', CSV))
    expect(rows).toEqual(CSV_ROWS)
    expect(set).toMatchObject({ schemaId: 'fineproofs-rl', format: 'jsonl', provenance: { packing: ['csv'] } })
    expect(set.columns.map((c) => c.type)).toEqual(['string', 'string', 'float64', 'bool', 'list<json>', 'string'])
  })

  test('rows across spans of 1 MiB are whole, whatever stands in them', async () => {
    const texts = Array.from({ length: 4000 }, (_, i) => `${i}: "${'x\n,"'.repeat(i % 300)}" ∀`)
    const csv = `problem;proof\n${texts.map((t, i) => `"${t.replaceAll('"', '""')}";p${i}`).join('\n')}`
    expect(csv.length).toBeGreaterThan(3 * 2 ** 20 - 1_200_000)
    const { rows } = await rowsOf(file('long.csv', csv))
    expect(rows.map((r) => r.problem)).toEqual(texts)
  })

  test.each([
    ['a row too short', 'a,b\n1,2\n3\n', 'row 2 has 1 cells where the header names 2'],
    ['a name twice', 'a,a\n1,2\n', 'names `a` twice'],
    ['a column without name', 'a,\n1,2\n', 'column 2 of its header has no name'],
    ['a quote that never closes', 'a,b\n1,"2\n3,4\n', 'quote is not closed'],
    ['a column that would reach a prototype', 'a,__proto__\n1,2\n', '__proto__'],
  ])('%s is refused', async (_, text, what) => {
    const home = newHome()
    const result = await take(home, file('b.csv', text))
    expect(result).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringContaining(what) as string })
    expect(await home.shards.list()).toEqual([])
  })
})

describe('json', () => {
  const objects = [{ problem: 'a "[{,}]" \\" b', rubrics: 'x\ny', scores: [1, { deep: [2] }] }, { problem: 'β', rubrics: '', scores: [] }]
  test('an array of objects, pretty or not, of any length', async () => {
    expect((await rowsOf(file('a.json', JSON.stringify(objects)))).rows).toEqual(objects)
    expect((await rowsOf(file('a.json', `\ufeff\n${JSON.stringify(objects, null, 2)}\n`))).rows).toEqual(objects)
    const many = Array.from({ length: 30_000 }, (_, i) => ({ problem: `p${i} ${'∀'.repeat(i % 90)}`, proof: `${i}` }))
    const long = await rowsOf(file('a.json', JSON.stringify(many)))
    expect(long.rows).toEqual(many)
  })

  test('an object with its rows, with wrapped rows, with columns, or a lone row', async () => {
    expect((await rowsOf(file('o.json', JSON.stringify({ version: 1, tags: ['x'], data: objects }, null, 1)))).rows).toEqual(objects)
    expect((await rowsOf(file('o.json', JSON.stringify({ features: [{ name: 'problem' }], rows: objects.map((row, row_idx) => ({ row_idx, row })) })))).rows).toEqual(objects)
    expect((await rowsOf(file('o.json', JSON.stringify({ problem: ['a', 'b'], n: [1, 2] }, null, 1)))).rows).toEqual([{ problem: 'a', n: 1 }, { problem: 'b', n: 2 }])
    expect((await rowsOf(file('o.json', JSON.stringify({ problem: 'a', n: 1 }, null, 1)))).rows).toEqual([{ problem: 'a', n: 1 }])
  })

  test.each([
    ['cut', '[{"problem":"a"},{"prob', 'not closed'],
    ['text behind it', '[{"problem":"a"}] x', 'behind the end'],
    ['no objects', '[1,2,3]', 'not an object with named fields'],
    ['broken inside', '[{"problem":"a"},{"problem":b}]', 'line 2 is not valid JSON'],
    ['deep nesting', `[{"problem":${'['.repeat(70_000)}${']'.repeat(70_000)}}]`, 'deeper than 64 levels'],
    ['a prototype', '[{"problem":"a","__proto__":{"polluted":1}}]', '__proto__'],
  ])('%s is refused', async (_, text, what) => {
    const result = await take(newHome(), file('b.json', text))
    expect(result).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringContaining(what) as string })
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

describe('packed', () => {
  const lines = Array.from({ length: 500 }, (_, i) => JSON.stringify({ problem: `p${i}`, rubrics: `r${i}` })).join('\n')
  test('gzip and zstd, of jsonl, csv and parquet', async () => {
    const gz = await rowsOf(file('rows.jsonl.gz', gzipSync(lines)))
    expect(gz.rows.at(-1)).toEqual({ problem: 'p499', rubrics: 'r499' })
    expect(gz.set).toMatchObject({ format: 'jsonl', provenance: { packing: ['gzip'] }, shards: [{ fileName: 'rows.jsonl' }] })
    expect((await rowsOf(file('rows.jsonl.zst', zstd(lines)))).rows).toEqual(gz.rows)
    expect((await rowsOf(file('t.csv.zst', zstd(CSV)))).rows).toEqual(CSV_ROWS)
    const whole = rlFile().buffer
    const parquet = await rowsOf(file('t.parquet.gz', gzipSync(whole)))
    expect(parquet.set).toMatchObject({ format: 'parquet', rows: 120, sizeBytes: whole.length })
  })

  test('zip: one table is taken, of several one is chosen, foreign members are passed over', async () => {
    expect((await rowsOf(file('a.zip', await zip({ 'readme.txt': 'x', '__MACOSX/._t.csv': 'x', 'data/t.csv': CSV })))).rows).toEqual(CSV_ROWS)
    const two = file('a.zip', await zip({ 'a.csv': CSV, 'b.jsonl': lines }))
    const members = await archiveMembers(two, 'a.zip')
    expect(members.ok && members.value.map((m) => m.name)).toEqual(['a.csv', 'b.jsonl'])
    expect(await take(newHome(), two)).toMatchObject({ ok: false, kind: 'unsupported', what: 'The archive holds 2 tables.' })
    expect((await rowsOf(two, { name: 'b.jsonl', password: null })).rows).toHaveLength(500)
    const packed = new ZipWriter(new BlobWriter())
    await packed.add('t.csv.gz', new BlobReader(new Blob([gzipSync(CSV)])))
    const inner = await rowsOf(file('a.zip', await packed.close()))
    expect([inner.rows, inner.set.provenance.packing]).toEqual([CSV_ROWS, ['zip', 'gzip', 'csv']])
    expect(await archiveMembers(await zip({ 'a.txt': 'x' }), 'a.zip')).toMatchObject({ ok: false, kind: 'empty' })
  })

  test.each([[false, 'AES'], [true, 'the old cipher']] as const)('zip with a password (zipCrypto %s, %s): it is asked for, a wrong one is told, and it is stored nowhere', async (zipCrypto, _) => {
    const one = file('bench.zip', await zip({ 't.csv': CSV }, { password: 'open sesame', zipCrypto }))
    expect(await archiveMembers(one, 'bench.zip')).toMatchObject({ ok: true, value: [{ name: 't.csv', isEncrypted: true }] })
    const home = newHome()
    expect(await take(home, one)).toMatchObject({ ok: false, kind: 'password', what: 'It is protected by a password.' })
    expect(await take(home, one, { name: 't.csv', password: 'wrong' })).toMatchObject({ ok: false, kind: 'password', what: expect.stringContaining('does not open it') as string })
    expect([await listDatasets(home), await home.shards.list()]).toEqual([[], []])
    const set = await take(home, one, { name: 't.csv', password: 'open sesame' })
    expect(set).toMatchObject({ ok: true, value: { flags: ['no_train', 'no_export'], rows: 2 } })
    expect(JSON.stringify(await home.database.values({ under: [] }))).not.toContain('sesame')
    expect(await (await home.shards.file((await home.shards.list())[0]!))!.text()).not.toContain('sesame')
  })

  test('bombs and traps are refused within a bound', async () => {
    const zeros = gzipSync(Buffer.alloc(100 * 2 ** 20, 32), { level: 9 })
    expect(await take(newHome(), file('bomb.jsonl.gz', zeros))).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringMatching(/over 200 times its size/) as string })
    expect(await take(newHome(), file('cut.jsonl.gz', gzipSync(lines).subarray(0, 400)))).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringMatching(/gzip data is damaged/) as string })
    expect(await take(newHome(), file('cut.jsonl.zst', zstd(lines).slice(0, 3000)))).toMatchObject({ ok: false, kind: 'unreadable' })
    const nested = gzipSync(gzipSync(gzipSync(gzipSync(lines))))
    expect(await take(newHome(), file('n.gz', nested))).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringMatching(/three layers/) as string })
    for (const name of ['../x.csv', '/x.csv', 'a/__proto__/x.csv'])
      expect(await archiveMembers(await zip({ [name]: CSV }), 'a.zip')).toMatchObject({ ok: false, kind: 'unreadable' })
    const whole = new Uint8Array(await (await zip({ 'x.csv': CSV.repeat(50) })).arrayBuffer())
    whole[60]! ^= 0xff
    expect(await take(newHome(), file('flip.zip', whole))).toMatchObject({ ok: false, kind: 'unreadable' })
  })
})
