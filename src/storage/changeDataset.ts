/** What the researcher says of a stored dataset: roles of its columns, where it came from, what it may be used for. */
import { fail, ok, type Result } from '../base/result'
import { schemaOf } from '../proofs/schemas'
import type { RoleNames } from '../proofs/schemas/schema'
import type { WriteFailure } from './database'
import { getDataset, type DatasetHome, type DatasetReader, type ReadFailure } from './datasets'
import type { DatasetFlag, DatasetRecord, Provenance } from './datasetRecord'
import { trainableOf } from './importDataset'
import { playable, rememberRoles } from './rememberedRoles'

export interface DatasetChange {
  readonly roles?: RoleNames
  readonly flags?: readonly DatasetFlag[]
  readonly provenance?: Provenance
}

/** The record as it is stored now. Roles that a column cannot play are left out; what can be trained on is judged anew. */
export async function changeDataset(home: DatasetHome, reader: DatasetReader, id: string, change: DatasetChange): Promise<Result<DatasetRecord, ReadFailure | WriteFailure>> {
  const record = await getDataset(home, id)
  if (!record) return fail('noDataset', 'This dataset is not stored in this browser.', { where: 'Datasets', next: 'Drop its file again.' })
  const roles = change.roles ? playable(record.columns, change.roles) : record.roles
  let { trainable } = record
  if (change.roles) {
    const judged = await reader.use(id, ({ source }) => trainableOf(source, { schema: schemaOf(record.schemaId), names: roles }))
    if (!judged.ok) return judged
    trainable = judged.value
  }
  const changed: DatasetRecord = { ...record, roles, trainable, flags: change.flags ?? record.flags, provenance: change.provenance ?? record.provenance }
  const written = await home.database.write([{ put: ['dataset', id], value: changed }, ...(change.roles ? [rememberRoles(record.columns, roles)] : [])])
  return written.ok ? ok(changed) : { ...written, where: `\`${record.name}\`` }
}
