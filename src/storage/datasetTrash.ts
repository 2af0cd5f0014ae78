/** Removed datasets: out of the catalogue at once, their shards kept until the removal is final. */
import type { Result } from '../base/result'
import type { WriteFailure } from './database'
import { getDataset, type DatasetHome } from './datasets'
import { upgraded, type DatasetRecord } from './datasetRecord'

/** @version 1 */
export interface TrashRecord {
  readonly schema: 1
  readonly record: DatasetRecord
  /** Milliseconds since 1970. */
  readonly removedAt: number
}

/** A removal can be undone for so long; then its room is taken back at the next start. */
export const KEPT_MS = 24 * 3_600_000

/** One write: the dataset is in the catalogue or in the trash, never in both or neither. */
export async function trashDataset({ database, ...rest }: DatasetHome, id: string, now: number): Promise<Result<void, WriteFailure>> {
  const record = await getDataset({ database, ...rest }, id)
  if (!record) return { ok: true, value: undefined }
  return database.write([
    { put: ['datasetTrash', id], value: { schema: 1, record, removedAt: now } satisfies TrashRecord },
    { drop: { under: ['dataset', id] } },
    ...(record.origin === 'sample' ? [{ put: ['sampleRemoved', id], value: true }] : []),
  ])
}

/** Puts it back; null when it is no longer there. */
export async function restoreDataset({ database }: DatasetHome, id: string): Promise<DatasetRecord | null> {
  const trash = await database.get<TrashRecord>(['datasetTrash', id])
  if (!trash) return null
  const written = await database.write([
    { put: ['dataset', id], value: trash.record },
    { drop: { under: ['datasetTrash', id] } },
    { drop: { under: ['sampleRemoved', id] } },
  ])
  if (!written.ok) throw new Error(written.what)
  return trash.record
}

export async function listTrash({ database }: DatasetHome): Promise<TrashRecord[]> {
  const found = await database.values<TrashRecord>({ under: ['datasetTrash'] })
  return found.flatMap((trash) => {
    const record = upgraded(trash.record)
    return record ? [{ ...trash, record }] : []
  }).sort((a, b) => b.removedAt - a.removedAt)
}

/** Ends the removal: the entry goes first, for a shard without one is swept later, an entry without shard would be a lie. */
export async function purgeDataset({ database, shards }: DatasetHome, id: string): Promise<void> {
  const trash = await database.get<TrashRecord>(['datasetTrash', id])
  if (!trash) return
  const names = trash.record.shards.map((s) => s.name)
  const written = await database.write([{ drop: { under: ['datasetTrash', id] } }, ...names.flatMap((name) => [{ drop: { under: ['jsonlIndex', name] } }, { drop: { under: ['shardHandle', name] } }]), { drop: { under: ['profile', id] } }])
  if (!written.ok) throw new Error(written.what)
  for (const name of names) await shards.remove(name)
}

/** What a start sets right: old removals become final, and shards and indexes that no entry names go. @returns names of the shards removed */
export async function sweepShards(home: DatasetHome, now: number): Promise<string[]> {
  for (const { record, removedAt } of await listTrash(home)) if (now - removedAt > KEPT_MS) await purgeDataset(home, record.id)
  const known = new Set<string>()
  // Records of a later version are not understood, but their shards are theirs.
  const stored = [
    ...(await home.database.values<DatasetRecord>({ under: ['dataset'] })),
    ...(await home.database.values<TrashRecord>({ under: ['datasetTrash'] })).map((t) => t.record),
  ]
  for (const record of stored) for (const name of [record.id, ...(record.shards ?? []).map((s) => s.name)]) known.add(name)
  const orphans = (await home.shards.list()).filter((name) => !known.has(name))
  for (const name of orphans) await home.shards.remove(name)
  const lost = (await home.database.keys({ under: ['jsonlIndex'] })).filter((key) => !known.has(String(key[1])))
  if (lost.length > 0) await home.database.write(lost.map((key) => ({ drop: { under: key } })))
  return orphans
}
