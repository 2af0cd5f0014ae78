/** The dataset schemas that the lab recognises. A file with rubrics is for reinforcement learning, whatever else it has. */
import { fineproofsRl } from './fineproofsRl'
import { fineproofsSft } from './fineproofsSft'
import { recogniseAmong, type ColumnInfo, type Schema, type SchemaId } from './schema'

export const SCHEMAS: readonly Schema[] = [fineproofsRl, fineproofsSft]

export function schemaOf(id: SchemaId): Schema {
  return SCHEMAS.find((schema) => schema.id === id)!
}

export function recognise(columns: readonly ColumnInfo[]) {
  return recogniseAmong(SCHEMAS, columns)
}
