import { expect, test } from 'vitest'
import { jsonlFile, sftFile } from '../../e2e/datasetFiles'
import { neverStop } from '../base/stop'
import type { Database } from './database'
import { listDatasets, DatasetReader, type DatasetHome } from './datasets'
import { purgeDataset, restoreDataset, sweepShards, trashDataset, listTrash } from './datasetTrash'
import { importDataset } from './importDataset'
import { memoryDatabase } from './memoryDatabase'
import { memoryShards, type Chunks, type Shards } from './shards'

class Killed extends Error {}

/** A home whose n-th act on the disk is the last: before it (`isDone` false) or just after it the page is killed, and nothing more is written. */
function mortal(inner: DatasetHome, n: number, isDone: boolean): { home: DatasetHome; acts: () => number } {
  let acts = 0
  const act = async <T>(work: () => Promise<T>): Promise<T> => {
    if (acts >= n) throw new Killed()
    if (++acts < n) return work()
    if (isDone) await work()
    throw new Killed()
  }
  const database: Database = { ...inner.database, write: (changes) => act(() => inner.database.write(changes)) }
  const shards: Shards = {
    ...inner.shards,
    // A shard that is written in chunks can end in the middle of them: what was written stays on the disk.
    write: (name, chunks, onWritten, stop) => act(async () => {
      const all = (async function* (): Chunks { yield* chunks })()
      return inner.shards.write(name, all, onWritten, stop)
    }),
    remove: (name) => act(() => inner.shards.remove(name)),
  }
  return { home: { database, shards }, acts: () => acts }
}

const asFile = ({ name, buffer }: { name: string; buffer: Buffer }) => new File([new Uint8Array(buffer)], name)
const put = (home: DatasetHome, files: File[], id: string) => importDataset(home, files, { id, name: id, origin: 'file', now: 0, onProgress: () => {}, stop: neverStop })

/** After a start: every dataset is whole and read, no shard and no index belongs to nothing. */
async function expectWhole(home: DatasetHome, always: readonly string[]): Promise<string[]> {
  await sweepShards(home, 0)
  const records = await listDatasets(home)
  const trash = (await listTrash(home)).map((t) => t.record)
  const ids = records.map((r) => r.id)
  for (const id of always) expect(ids).toContain(id)
  for (const record of records) expect((await new DatasetReader(home).readRow(record.id, record.rows - 1)).ok, record.id).toBe(true)
  const named = [...records, ...trash].flatMap((r) => r.shards.map((s) => s.name)).sort()
  expect((await home.shards.list()).sort()).toEqual(named)
  for (const key of await home.database.keys({ under: ['jsonlIndex'] })) expect(named).toContain(key[1])
  expect(ids.filter((id) => trash.some((t) => t.id === id))).toEqual([])
  return ids
}

const parts = [0, 1].map((i) => new File([`{"problem":"p${i}","rubrics":"r"}\n`], `t-0000${i}-of-00002.jsonl`))
const csv = new File(['problem,rubrics\np,r\n'], 't.csv')

type Case = readonly [name: string, files: readonly File[], after: ((home: DatasetHome) => Promise<void>) | null]

test.each<Case>([
  ['an import of parquet', [asFile(sftFile())], null],
  ['an import of two shards', parts, null],
  ['an import that is turned into JSON lines', [csv], null],
  ['a removal', [asFile(sftFile())], async (home: DatasetHome) => void (await trashDataset(home, 'x', 0))],
  ['bringing back', parts, async (home: DatasetHome) => void (await trashDataset(home, 'x', 0), await restoreDataset(home, 'x'))],
  ['a final removal', parts, async (home: DatasetHome) => void (await trashDataset(home, 'x', 0), await purgeDataset(home, 'x'))],
])('%s, killed before and after its every act on the disk, leaves all or nothing', async (_, files, after) => {
  let points = 0
  const outcomes = new Set<boolean>()
  for (let n = 1; ; n++) {
    let isPast = false
    for (const isDone of [false, true]) {
      const disk: DatasetHome = { database: memoryDatabase(), shards: memoryShards() }
      expect((await put(disk, [asFile(jsonlFile('before.jsonl'))], 'before')).ok).toBe(true)
      if (after) expect(await put(disk, [...files], 'x')).toMatchObject({ ok: true, value: { id: 'x' } })
      const { home, acts } = mortal(disk, n, isDone)
      await (after ? after(home) : put(home, [...files], 'x')).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
      isPast ||= acts() < n
      outcomes.add((await expectWhole(disk, ['before'])).includes('x'))
      points++
      // A second start changes nothing, and the same file can be taken again.
      await expectWhole(disk, ['before'])
      if (!after) expect((await put(disk, [...files], 'again')).ok).toBe(true)
    }
    if (isPast) break
  }
  expect(points).toBeGreaterThanOrEqual(4)
  if (!after) expect(outcomes.size).toBe(2) // some kills came too early, the last too late
})
