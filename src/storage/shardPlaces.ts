/** The bytes of a shard, wherever they lie: copied into this browser, on the researcher's disk, or on the Hub. */
import type { Bytes } from './bytes'
import { bytesOf } from './bytes'
import type { ShardRecord } from './datasetRecord'
import type { DatasetHome } from './datasets'
import { hubBytes, type Network } from './hubBytes'

/** The browser asks the researcher before it reads a file of the disk again; only a page can ask. */
export class NotAllowed extends Error {}

export function browserNetwork(onHeard: () => void): Network {
  return { fetch: (input, init) => fetch(input, init), wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), onHeard }
}

/** Null when a copy is gone. @throws NotAllowed; Error when a file has moved or changed */
export async function shardBytes({ shards, database, network }: DatasetHome, { name, fileName, place, sizeBytes }: ShardRecord): Promise<Bytes | null> {
  if (!place) return shards.read(name)
  if (place.kind === 'hub') return hubBytes(place.url, sizeBytes, network ?? browserNetwork(() => {}))
  const handle = await database.get<FileSystemFileHandle>(['shardHandle', name])
  if (handle && !(await isReadable(handle))) throw new NotAllowed()
  const file = await handle?.getFile().catch(() => null)
  if (!file) throw new Error(`\`${fileName}\` is no longer where it was dropped from`)
  if (file.lastModified !== place.modifiedAt || file.size !== sizeBytes) throw new Error(`\`${fileName}\` was changed since it was dropped`)
  return bytesOf(file)
}

async function isReadable(handle: FileSystemFileHandle): Promise<boolean> {
  // Not in every browser; where it is missing, reading itself tells.
  const { queryPermission } = handle as { queryPermission?: (o: { mode: 'read' }) => Promise<PermissionState> }
  return queryPermission ? (await queryPermission.call(handle, { mode: 'read' })) === 'granted' : true
}

/** The handles of the shards that lie on the disk, for the page to ask permission by: a worker cannot. */
export async function shardHandles({ database }: DatasetHome, shards: readonly ShardRecord[]): Promise<FileSystemFileHandle[]> {
  const found = await Promise.all(shards.filter((s) => s.place?.kind === 'file').map((s) => database.get<FileSystemFileHandle>(['shardHandle', s.name])))
  return found.flatMap((handle) => handle ?? [])
}
