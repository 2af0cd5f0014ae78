import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { rlFile, sftFile } from '../../e2e/datasetFiles'
import { neverStop } from '../base/stop'
import { incomingFile } from './bytes'
import type { Change, Database, Key } from './database'
import { DatasetReader, getDataset, type DatasetHome } from './datasets'
import { hubBytes, incomingHub, type Network } from './hubBytes'
import { parseHubLink, resolveUrl } from './hubLink'
import { hubListing } from './hubListing'
import { importDataset, type ImportOptions } from './importDataset'
import { memoryDatabase } from './memoryDatabase'
import { memoryShards } from './shards'

const options: ImportOptions = { id: 'd', name: 'd', origin: 'file', now: 0, onProgress: () => {}, stop: neverStop }

/** A server that answers by range, and what it was asked. */
function server(content: Uint8Array, faults: (nth: number) => Response | Error | null = () => null) {
  const asked: { start: number; end: number }[] = []
  let nth = 0
  const network: Network = {
    onHeard: () => {}, wait: async () => {},
    fetch: async (_url, init) => {
      const fault = faults(nth++)
      if (fault instanceof Error) throw fault
      if (fault) return fault
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '')!.map(Number) as [number, number, number]
      asked.push({ start, end: end + 1 })
      return new Response(content.slice(start, end + 1), { status: 206 })
    },
  }
  return { network, asked, bytes: () => asked.reduce((sum, a) => sum + a.end - a.start, 0) }
}

describe('links', () => {
  const of = (repo: string, revision = 'main', path: string | null = null) => ({ repo, revision, path })
  test.each([
    ['lm-provers/FineProofs-RL', of('lm-provers/FineProofs-RL')],
    ['https://huggingface.co/datasets/lm-provers/FineProofs-RL', of('lm-provers/FineProofs-RL')],
    ['https://huggingface.co/datasets/a/b/tree/main/data', of('a/b', 'main', 'data')],
    ['https://huggingface.co/datasets/a/b/resolve/refs%2Fconvert%2Fparquet/default/train/0000.parquet?download=true', of('a/b', 'refs/convert/parquet', 'default/train/0000.parquet')],
    ['https://huggingface.co/datasets/a/b/blob/61c9ade2/data/x%20y.parquet', of('a/b', '61c9ade2', 'data/x y.parquet')],
    ['https://huggingface.co/datasets/a/b/viewer/default/train', of('a/b')],
    ['hf://datasets/a/b@v1/data/x.parquet', of('a/b', 'v1', 'data/x.parquet')],
    [' hf.co/datasets/a/b ', null], ['https://hf.co/datasets/a/b/', of('a/b')],
  ])('%s', (link, expected) => expect(parseHubLink(link)).toEqual(expected))
  test.each(['', 'a', 'a/b/c', '../..', 'https://example.com/datasets/a/b', 'https://huggingface.co.evil.com/datasets/a/b', 'http://huggingface.co/datasets/a/b', 'javascript:alert(1)', 'https://huggingface.co/datasets/a/b/resolve/main/../../x', 'https://huggingface.co/datasets/a/b/resolve/%zz/x', 'https://huggingface.co/a/b'])('%j is none', (link) => {
    const parsed = parseHubLink(link)
    if (parsed) expect(parsed.path?.split('/') ?? []).not.toContain('..')
    else expect(parsed).toBeNull()
  })
  test('an address is made of encoded parts', () => {
    expect(resolveUrl('a/b', 'refs/pr/1', 'data/x y#.parquet')).toBe('https://huggingface.co/datasets/a/b/resolve/refs%2Fpr%2F1/data/x%20y%23.parquet')
  })
})

describe('ranges', () => {
  const content = new Uint8Array(900_000).map((_, i) => (i * 7919) >> 3)
  test('any range is the bytes of the file; near ones are fetched once', async () => {
    const { network, asked } = server(content)
    const bytes = hubBytes('u', content.length, network)
    for (const [start, end] of [[0, 4], [899_992, 900_000], [100, 200], [0, 900_000], [262_100, 262_200], [5, 5]] as const)
      expect(new Uint8Array(await bytes.slice(start, end))).toEqual(content.slice(start, end))
    expect(asked).toHaveLength(3) // the first cell, the last cell, the whole; the rest lies within
  })
  test('a stumbling network is tried again, one that refuses is not', async () => {
    const shaky = server(content, (nth) => (nth === 0 ? new TypeError('Failed to fetch') : nth === 1 ? new Response('', { status: 503 }) : null))
    expect((await hubBytes('u', content.length, shaky.network).slice(0, 10)).byteLength).toBe(10)
    let asked = 0
    const refusing = server(content, () => (asked++, new Response('', { status: 403 })))
    await expect(hubBytes('u', content.length, refusing.network).slice(0, 10)).rejects.toThrow(/access is refused \(403\)/)
    expect(asked).toBe(1)
    const whole = server(content, () => new Response(content, { status: 200 }))
    await expect(hubBytes('u', content.length, whole.network).slice(300_000, 300_010)).rejects.toThrow(/whole files only/)
    const short = server(content, () => new Response(content.slice(0, 5), { status: 206 }))
    await expect(hubBytes('u', content.length, short.network).slice(300_000, 300_010)).rejects.toThrow(/only 5 of \d+ bytes/)
    const long = server(content.slice(0, 20), () => new Response(content.slice(0, 30), { status: 206 }))
    await expect(hubBytes('u', 20, long.network).slice(0, 20)).rejects.toThrow(/more than the 20 bytes/)
  })
})

describe('listing', () => {
  const answer = (body: unknown, status = 200) => async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  const sha = '61c9ade2e04ab4ee7e257434e0826cb9b737f63e'
  const siblings = [
    { rfilename: 'README.md', size: 5 }, { rfilename: 'dataset_infos.json', size: 5 }, { rfilename: 'empty.parquet', size: 0 },
    { rfilename: 'data/train-00000-of-00001.parquet', size: 6_531_223, lfs: { sha256: 'a'.repeat(64), size: 6_531_223 } }, { rfilename: 'all/x.jsonl', size: 7, lfs: null }, 'odd', { rfilename: 3 },
  ]
  test('readable files, pinned to the commit, with licence and hashes', async () => {
    let asked = ''
    const listed = await hubListing('lm-provers/FineProofs-RL', async (url) => ((asked = String(url)), answer({ sha, cardData: { license: 'apache-2.0' }, siblings })()))
    expect(asked).toBe('https://huggingface.co/api/datasets/lm-provers/FineProofs-RL/revision/main?blobs=true')
    expect(listed).toEqual({ ok: true, value: { repo: 'lm-provers/FineProofs-RL', revision: sha, licence: 'apache-2.0', files: [
      { path: 'all/x.jsonl', url: `https://huggingface.co/datasets/lm-provers/FineProofs-RL/resolve/${sha}/all/x.jsonl`, sizeBytes: 7, sha256: null },
      { path: 'data/train-00000-of-00001.parquet', url: `https://huggingface.co/datasets/lm-provers/FineProofs-RL/resolve/${sha}/data/train-00000-of-00001.parquet`, sizeBytes: 6_531_223, sha256: 'a'.repeat(64) },
    ] } })
    expect(await hubListing('hf://datasets/a/b/all', answer({ sha, siblings }))).toMatchObject({ value: { licence: null, files: [{ path: 'all/x.jsonl' }] } })
  })
  test.each([
    ['nonsense here', answer({}), 'link'], ['a/b', answer('', 401), 'noAccess'], ['a/b', answer('', 404), 'noDataset'], ['a/b', answer('', 500), 'network'], ['a/b', answer('<html>'), 'network'],
    ['a/b', answer({ sha: 3 }), 'network'], ['a/b', answer({ sha, siblings: [] }), 'empty'], ['hf://datasets/a/b/none', answer({ sha, siblings }), 'empty'], ['a/b', () => Promise.reject(new TypeError('x')), 'network'],
  ] as [string, typeof fetch, string][])('%s: a failure of its own kind (%#)', async (link, ask, kind) => {
    expect(await hubListing(link, ask)).toMatchObject({ ok: false, kind, what: expect.stringMatching(/\S/) as string, next: expect.stringMatching(/\S/) as string })
  })
})

describe('datasets that are read where they lie', () => {
  const home = (network?: Network): DatasetHome => ({ database: memoryDatabase(), shards: memoryShards(), ...(network ? { network } : {}) })
  const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

  test('on the Hub: nothing is stored but the entry, the long columns are not fetched until a row is read', async () => {
    const filler = 'It follows, as was to be shown. '.repeat(160)
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const rows = Array.from({ length: 2_000 }, (_, i) => i)
    const data = new Uint8Array(parquetWriteBuffer({ codec: 'UNCOMPRESSED', rowGroupSize: 1_000, columnData: [
      { name: 'problem', data: rows.map((i) => `Problem ${i}`) }, { name: 'reasoning_content', data: rows.map((i) => `${i} ${filler}`) }, { name: 'proof', data: rows.map((i) => `Proof ${i}. ${filler}`) }, { name: 'source', data: rows.map((i) => (i % 3 ? 'aops' : 'olympiads')) },
    ] }))
    const hub = server(data)
    const one = home(hub.network)
    const file = { name: 'train.parquet', url: 'https://huggingface.co/datasets/a/b/resolve/c/train.parquet', sizeBytes: data.length, sha256: sha256(data) }
    const made = await importDataset(one, [incomingHub(file, hub.network)], { ...options, keep: 'link', provenance: { source: 'a/b', revision: 'c', licence: 'apache-2.0', packing: [] } })
    expect(made).toMatchObject({ ok: true, value: { rows: 2_000, schemaId: 'fineproofs-sft', sha256: file.sha256, provenance: { source: 'a/b', revision: 'c', licence: 'apache-2.0' }, shards: [{ place: { kind: 'hub', url: file.url } }] } })
    expect(await one.shards.list()).toEqual([])
    expect(data.length).toBeGreaterThan(20e6)
    const size = (name: string) => made.ok ? made.value.columns.find((c) => c.name === name)!.meanBytes! * 2_000 : NaN
    expect(data.length - hub.bytes()).toBeGreaterThan(0.9 * (size('reasoning_content') + size('proof')))
    const before = hub.bytes()
    const reader = new DatasetReader(one)
    expect(await reader.readRow('d', 1_999)).toMatchObject({ ok: true, value: { problem: 'Problem 1999', proof: `Proof 1999. ${filler}` } })
    expect(hub.bytes() - before).toBeLessThan(1.1 * size('proof') / 2) // the proofs of its row group
    expect(await reader.readReasoning('d', 3)).toEqual({ ok: true, value: `3 ${filler}` })
  })

  test('on the Hub and then offline: said so, and the entry stays', async () => {
    const data = new Uint8Array(rlFile().buffer)
    const hub = server(data)
    const one = home(hub.network)
    await importDataset(one, [incomingHub({ name: 'rl.parquet', url: 'u', sizeBytes: data.length, sha256: sha256(data) }, hub.network)], { ...options, keep: 'link' })
    const gone: DatasetHome = { ...one, network: server(data, () => new TypeError('Failed to fetch')).network }
    expect(await new DatasetReader(gone).readRow('d', 0)).toMatchObject({ ok: false, kind: 'network', what: expect.stringContaining('huggingface.co cannot be reached') as string })
    expect((await new DatasetReader(one).readRow('d', 0)).ok).toBe(true)
  })

  test('a download that is not what the Hub says is refused, and nothing stays', async () => {
    const data = new Uint8Array(rlFile().buffer)
    const hub = server(data)
    const one = home(hub.network)
    const from = (hash: string) => incomingHub({ name: 'rl.parquet', url: 'u', sizeBytes: data.length, sha256: hash }, hub.network)
    expect(await importDataset(one, [from('0'.repeat(64))], options)).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringContaining('its source says 000000000000') as string })
    expect([await one.shards.list(), await getDataset(one, 'd')]).toEqual([[], null])
    const made = await importDataset(one, [from(sha256(data))], options)
    expect(made).toMatchObject({ ok: true, value: { sha256: sha256(data) } })
    expect(await one.shards.list()).toEqual(['d'])
  })

  test('on the disk: read through its handle; moved, changed or not allowed is told', async () => {
    let file = new File([new Uint8Array(sftFile().buffer)], 'sft.parquet', { lastModified: 5 })
    let permission: PermissionState = 'granted'
    let isThere = true
    const handle = { getFile: async () => { if (!isThere) throw new DOMException('', 'NotFoundError'); return file }, queryPermission: async () => permission } as unknown as FileSystemFileHandle
    // A handle is an object of the browser; the fake database would clone it, so it is kept beside it.
    const base = memoryDatabase()
    const kept = new Map<string, unknown>()
    const isHandle = (change: Change): change is Extract<Change, { put: unknown }> => 'put' in change && change.put[0] === 'shardHandle'
    const database: Database = {
      ...base,
      get: async <T>(key: Key) => (kept.get(key.join()) as T | undefined) ?? base.get<T>(key),
      write: async (changes) => {
        for (const change of changes) if (isHandle(change)) kept.set(change.put.join(), change.value)
        return base.write(changes.filter((change) => !isHandle(change)))
      },
    }
    const one: DatasetHome = { database, shards: memoryShards() }
    const made = await importDataset(one, [incomingFile(file, handle)], { ...options, keep: 'link' })
    expect(made).toMatchObject({ ok: true, value: { rows: 120, sha256: sha256(new Uint8Array(sftFile().buffer)), shards: [{ place: { kind: 'file', modifiedAt: 5 } }] } })
    expect(await one.shards.list()).toEqual([])
    const read = () => new DatasetReader(one).readRow('d', 119)
    expect(await read()).toMatchObject({ ok: true, value: { problem: expect.stringContaining('Problem 120') as string } })
    permission = 'prompt'
    expect(await read()).toMatchObject({ ok: false, kind: 'noPermission', next: 'Press Allow reading.' })
    permission = 'granted'
    isThere = false
    expect(await read()).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringContaining('no longer where it was dropped from') as string })
    isThere = true
    file = new File(['other'], 'sft.parquet', { lastModified: 6 })
    expect(await read()).toMatchObject({ ok: false, kind: 'unreadable', what: expect.stringContaining('was changed since') as string })
  })

  test('what must be unpacked is copied, and a file without a handle too', async () => {
    const one = home()
    const handle = { getFile: async () => new File([], '') } as unknown as FileSystemFileHandle
    expect(await importDataset(one, [incomingFile(new File(['problem,rubrics\np,r\n'], 't.csv'), handle)], { ...options, keep: 'link' })).toMatchObject({ ok: true, value: { rows: 1 } })
    expect(await one.shards.list()).toEqual(['d'])
    expect((await importDataset(one, [incomingFile(new File([new Uint8Array(rlFile().buffer)], 'rl.parquet'))], { ...options, id: 'e', keep: 'link' })).ok).toBe(true)
    expect((await one.shards.list()).sort()).toEqual(['d', 'e'])
  })
})
