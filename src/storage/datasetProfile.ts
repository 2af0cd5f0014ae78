/** What the columns of a dataset hold, kept in the catalogue: a large dataset opens with its histograms at once. */
import type { RoleNames } from '../proofs/schemas/schema'
import type { Database } from './database'
import type { Opened } from './datasets'
import type { ColumnFacts } from './datasetTable'

/** @version 1 */
interface ProfileRecord {
  readonly schema: 1
  /** Of the file it was taken from, and the roles at that time: with others it is out of date. */
  readonly sha256: string
  readonly roles: RoleNames
  readonly facts: readonly ColumnFacts[]
}

const key = (id: string) => ['profile', id] as const

/** Null when there is none, or it is out of date. */
export async function readProfile(database: Database, { record }: Opened): Promise<readonly ColumnFacts[] | null> {
  const stored = await database.get<ProfileRecord>(key(record.id))
  const isCurrent = stored?.schema === 1 && stored.sha256 === record.sha256 && JSON.stringify(stored.roles) === JSON.stringify(record.roles)
  return isCurrent ? stored.facts : null
}

/** A profile that cannot be stored is found again: nothing is lost, so nothing is said. A dataset not yet stored keeps none. */
export async function writeProfile(database: Database, { record }: Opened, facts: readonly ColumnFacts[]): Promise<void> {
  if (record.sha256 === '') return
  await database.write([{ put: key(record.id), value: { schema: 1, sha256: record.sha256, roles: record.roles, facts } satisfies ProfileRecord }])
}
