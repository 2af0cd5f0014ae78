/** Names of files that are shards of one dataset. */

export interface ShardName {
  /** What the shards share. */
  readonly set: string
  readonly index: number
  readonly of: number
}

/** `train-00001-of-00004.parquet` → set `train.parquet`, index 1 of 4; null for a name of another form. */
export function shardNamed(fileName: string): ShardName | null {
  const match = /^(.*?)-(\d{5})-of-(\d{5})(\..*)?$/.exec(fileName)
  return match ? { set: `${match[1]}${match[4] ?? ''}`, index: Number(match[2]), of: Number(match[3]) } : null
}

/** Files that were dropped together, those of one set as one group in the order of their numbers. */
export function shardGroups<T extends { readonly name: string }>(files: readonly T[]): T[][] {
  const groups = new Map<string, T[]>()
  for (const file of files) {
    const shard = shardNamed(file.name)
    const key = shard ? `shard ${shard.of} ${shard.set}` : `file ${groups.size}`
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return [...groups.values()].map((group) => group.sort((a, b) => (shardNamed(a.name)?.index ?? 0) - (shardNamed(b.name)?.index ?? 0)))
}
