/** Roles that the researcher set, remembered for the next file with the same columns. */
import { fits, type ColumnInfo, type Role, type RoleNames } from '../proofs/schemas/schema'
import type { Change, Database, Key } from './database'
import { Sha256 } from './sha256'

function keyOf(columns: readonly ColumnInfo[]): Key {
  const header = columns.map(({ name, type }) => `${name} ${type}`).sort()
  return ['rolesOf', new Sha256().update(new TextEncoder().encode(JSON.stringify(header))).hex()]
}

/** To be written along with the record whose roles they are. */
export function rememberRoles(columns: readonly ColumnInfo[], roles: RoleNames): Change {
  return { put: keyOf(columns), value: roles }
}

/** Null when nothing was set for such a file. */
export async function rememberedRoles(database: Database, columns: readonly ColumnInfo[]): Promise<RoleNames | null> {
  const roles = await database.get<RoleNames>(keyOf(columns))
  return roles ? playable(columns, roles) : null
}

/** The roles without those that their columns cannot play. */
export function playable(columns: readonly ColumnInfo[], roles: RoleNames): RoleNames {
  const types = new Map(columns.map((c) => [c.name, c.type]))
  return Object.fromEntries((Object.entries(roles) as [Role, string][]).filter(([role, name]) => types.has(name) && fits(role, types.get(name)!)))
}
