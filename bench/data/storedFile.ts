/** A file on this disk as the lab would be handed it, and a home in memory to store it in. */
import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import { neverStop } from '../../src/base/stop'
import { DatasetReader, type DatasetHome, type Opened } from '../../src/storage/datasets'
import type { DatasetRecord } from '../../src/storage/datasetRecord'
import { importDataset } from '../../src/storage/importDataset'
import { memoryDatabase } from '../../src/storage/memoryDatabase'
import { memoryShards } from '../../src/storage/shards'

export async function fileAt(path: string): Promise<File> {
  return new File([await openAsBlob(path)], basename(path))
}

export interface InMemory {
  readonly home: DatasetHome
  readonly record: DatasetRecord
  readonly reader: DatasetReader
}

/** @throws Error with the reason when it is refused */
export async function imported(file: File): Promise<InMemory> {
  const home: DatasetHome = { database: memoryDatabase(), shards: memoryShards() }
  const set = await importDataset(home, [file], { id: 'd', name: file.name, origin: 'file', now: 0, onProgress: () => {}, stop: neverStop })
  if (!set.ok) throw new Error(set.what)
  return { home, record: set.value, reader: new DatasetReader(home) }
}

export async function use<T>({ reader }: InMemory, work: (opened: Opened) => Promise<T>): Promise<T> {
  const result = await reader.use('d', work)
  if (!result.ok) throw new Error(result.what)
  return result.value
}
