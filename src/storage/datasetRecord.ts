/** One dataset in the catalogue, and how records of earlier versions are read. */
import type { ColumnInfo, RoleNames, SchemaId } from '../proofs/schemas/schema'
import { roleNames } from '../proofs/schemas/schema'
import { schemaOf } from '../proofs/schemas'
import type { Trainable } from '../proofs/schemas/trainable'
import type { ShardPlace } from './bytes'

/** One stored file of a dataset. */
export interface ShardRecord {
  /** Its name in the private file system. */
  readonly name: string
  /** The name under which it was dropped. */
  readonly fileName: string
  readonly sizeBytes: number
  /** SHA-256 of the stored bytes, hex. */
  readonly sha256: string
  readonly rows: number
  /** Where it is read from, when it was not copied into the private file system. */
  readonly place?: ShardPlace
}

/** Where the shards of a dataset lie that are not held here; null when all are. */
export function placeOf({ shards }: Pick<DatasetRecord, 'shards'>): ShardPlace['kind'] | null {
  return shards.find((shard) => shard.place)?.place?.kind ?? null
}

/** `no_train`: training refuses it. `no_export`: it leaves the browser in no file. */
export type DatasetFlag = 'no_train' | 'no_export'

/** Where a dataset came from, in the researcher's words; kept in every export. */
export interface Provenance {
  /** For example `lm-provers/FineProofs-RL`. */
  readonly source: string | null
  /** Commit of the source. */
  readonly revision: string | null
  readonly licence: string | null
  /** How the file was packed when it was dropped: `zip`, `gzip`, `zstd`, `csv`, `json`. */
  readonly packing: readonly string[]
}

/** What a derived dataset was made of. */
export interface Lineage {
  readonly parents: readonly { readonly id: string; readonly name: string; readonly sha256: string; readonly rows: number }[]
  /** One sentence a step, in order: "kept 0 < reward_mean ≤ 0.7: 3,410 of 5,227 rows". */
  readonly steps: readonly string[]
}

/**
 * Rows stay in shards; this record says all that is needed to read them.
 * @version 2
 */
export interface DatasetRecord {
  readonly schema: 2
  readonly id: string
  readonly name: string
  readonly schemaId: SchemaId
  readonly format: 'parquet' | 'jsonl'
  readonly rows: number
  readonly rowGroups: number
  readonly sizeBytes: number
  /** SHA-256 of the file, hex; of several shards, of their hashes one after the other. */
  readonly sha256: string
  readonly shards: readonly ShardRecord[]
  /** How many shards its file names speak of; null when they do not. */
  readonly shardsOf: number | null
  readonly columns: readonly ColumnInfo[]
  /** Which column plays which role: recognised by name, or set by the researcher. */
  readonly roles: RoleNames
  readonly origin: 'sample' | 'file' | 'derived'
  readonly addedAt: number
  /** Whether the in-tab models can train on it, and if not, why. */
  readonly trainable: Trainable
  readonly flags: readonly DatasetFlag[]
  readonly provenance: Provenance
  readonly lineage: Lineage | null
}

export const NO_PROVENANCE: Provenance = { source: null, revision: null, licence: null, packing: [] }

/** Version 1: one shard named like the dataset; roles were found again at each reading. */
export type DatasetRecordV1 = Omit<DatasetRecord, 'schema' | 'shards' | 'shardsOf' | 'roles' | 'provenance' | 'lineage' | 'origin'> & {
  readonly schema: 1
  readonly origin: 'sample' | 'file'
}

/** The record in today's version; null for one that a later version of the lab wrote. */
export function upgraded(stored: DatasetRecord | DatasetRecordV1): DatasetRecord | null {
  if (stored.schema === 2) return stored
  if (stored.schema !== 1) return null
  const { id, name, sizeBytes, sha256, rows } = stored
  return {
    ...stored, schema: 2,
    shards: [{ name: id, fileName: name, sizeBytes, sha256, rows }], shardsOf: null,
    roles: roleNames(schemaOf(stored.schemaId), stored.columns),
    provenance: NO_PROVENANCE, lineage: null,
  }
}
