/** The dataset schemas that the lab recognises, the most particular first: of two that fit, the first is taken. */
import { matharenaGradingbench, matharenaOutputs, qedNanoViewer, trlCompletions } from './attempts'
import { finalAnswers, imoAnswerBench, imoProofBench, proofBench } from './benchmarks'
import { fineproofsRl } from './fineproofsRl'
import { fineproofsSft } from './fineproofsSft'
import { recogniseAmong, roleNames, whyUnrecognised, type ColumnInfo, type Recognised, type Role, type RoleColumn, type Schema, type SchemaId } from './schema'

/** A file with rubrics is for reinforcement learning, whatever else it has. */
export const SCHEMAS: readonly Schema[] = [trlCompletions, matharenaOutputs, matharenaGradingbench, qedNanoViewer, imoProofBench, proofBench, fineproofsRl, fineproofsSft, imoAnswerBench, finalAnswers]

/** Any other table: roles are guessed by the names that the schemas know, and set by the researcher. */
export const otherTable: Schema = { id: 'other', name: 'Table', columns: anyName() }

function anyName(): RoleColumn[] {
  const names = new Map<Role, Set<string>>()
  // A benchmark's `answer` is a proof; elsewhere it is mostly a number.
  for (const column of [fineproofsRl, fineproofsSft, qedNanoViewer, trlCompletions, imoProofBench, proofBench].flatMap((s) => s.columns)) {
    const known = names.get(column.role) ?? new Set<string>()
    for (const name of column.names) known.add(name)
    names.set(column.role, known)
  }
  return [...names].map(([role, known]) => ({ role, names: [...known] }))
}

export function schemaOf(id: SchemaId): Schema {
  return SCHEMAS.find((schema) => schema.id === id) ?? otherTable
}

/** The schema of the columns; `why` says what keeps a table from being one of those known, null when it is one. */
export function recognise(columns: readonly ColumnInfo[]): Recognised & { readonly why: string | null } {
  const known = recogniseAmong(SCHEMAS, columns)
  if (known) return { ...known, why: null }
  return { schema: otherTable, names: roleNames(otherTable, columns), why: whyUnrecognised([fineproofsRl, fineproofsSft], columns) }
}
