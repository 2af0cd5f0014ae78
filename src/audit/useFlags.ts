/** What may not be done with a table's rows, whatever is computed from them. */
import type { Exhibit, Entry } from './exhibit'
import type { Matrix } from './matrix'
import type { GradeTable } from './table'

/** `no_train`: never into a training set. `no_export`: rows stay in this browser; aggregates leave it only over enough proofs. */
export type UseFlag = 'no_train' | 'no_export'

/** Fewest proofs behind a number that leaves the browser when rows may not. A choice of the lab. */
export const LEAST_EXPORTED = 5

/**
 * Flags of a table: those its rows carry, those set by hand, and both for a table that is a copy of QEDBench, whose terms
 * allow evaluation only and forbid passing rows on.
 */
export function useFlagsOf(table: GradeTable, fileName: string, set: readonly UseFlag[]): UseFlag[] {
  const said = new Set<string>()
  for (const { extras } of table.rows) if (extras?.flags !== undefined) for (const flag of extras.flags.toLowerCase().split(/[^a-z_]+/)) said.add(flag)
  const isQedBench = /qed[-_ ]?bench/i.test(fileName)
  return (['no_train', 'no_export'] as const).filter((flag) => isQedBench || said.has(flag) || set.includes(flag))
}

/**
 * The exhibit as it may leave the browser: numbers over fewer than five proofs are withheld and said to be, tables that
 * name single proofs are left out.
 */
export function exportable(exhibit: Exhibit, flags: readonly UseFlag[]): Exhibit | null {
  if (!flags.includes('no_export')) return exhibit
  if (exhibit.columns[0]?.label === 'Proof') return null
  let withheld = 0
  const guard = (e: Entry): Entry => {
    if (e.n === undefined || e.n >= LEAST_EXPORTED || typeof e.value !== 'number') return e
    withheld++
    return { ...e, value: null, low: null, high: null }
  }
  const rows = exhibit.rows.map((row) => row.map(guard))
  if (withheld === 0) return exhibit
  return { ...exhibit, rows, figure: null, warnings: [...exhibit.warnings, `${withheld} numbers over fewer than ${LEAST_EXPORTED} proofs are withheld: the table's terms forbid passing rows on.`] }
}

/** The matrix as it may leave the browser: cells over fewer than five proofs are left out. */
export function exportableMatrix(matrix: Matrix, flags: readonly UseFlag[]): Matrix {
  return flags.includes('no_export') ? { ...matrix, cells: matrix.cells.filter((c) => c.proofs >= LEAST_EXPORTED) } : matrix
}
