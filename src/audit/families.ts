/** Which solvers are a judge's own: by the researcher's word, by family columns, or by model names. */
import { familyOf, isSameModel } from './selfPreference'
import type { GradeTable } from './table'

export interface OwnSolvers {
  /** Judge → solvers of its family. */
  readonly own: ReadonlyMap<string, ReadonlySet<string>>
  /** Judge → the solver that is the same model. */
  readonly same: ReadonlyMap<string, string>
  readonly source: 'setting' | 'columns' | 'names' | 'sample'
}

/** "Judge: Solver, Solver; Judge: Solver" as a map; unknown names are dropped. */
export function readOwn(text: string, judges: readonly string[], solvers: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const part of text.split(';')) {
    const [judge, list] = part.split(/:(.*)/s).map((s) => s.trim())
    const name = judges.find((j) => j.toLowerCase() === judge?.toLowerCase())
    const own = (list ?? '').split(',').map((s) => solvers.find((x) => x.toLowerCase() === s.trim().toLowerCase())).filter((s): s is string => s !== undefined)
    if (name && own.length > 0) found.set(name, new Set(own))
  }
  return found
}

/** @param text the setting; empty to guess */
export function ownSolvers(table: GradeTable, judges: readonly string[], text: string): OwnSolvers {
  const same = new Map(judges.flatMap((j) => { const s = table.solvers.find((x) => isSameModel(x, j)); return s ? [[j, s] as const] : [] }))
  const set = readOwn(text, judges, table.solvers)
  if (set.size > 0) return { own: set, same, source: 'setting' }
  const solverFamily = new Map<string, string>()
  const raterFamily = new Map<string, string>()
  for (const { solver, rater, extras } of table.rows) {
    if (extras?.solverFamily) solverFamily.set(solver, extras.solverFamily)
    if (extras?.raterFamily) raterFamily.set(rater, extras.raterFamily)
  }
  const hasColumns = solverFamily.size > 0 && raterFamily.size > 0
  const own = new Map<string, ReadonlySet<string>>()
  for (const judge of judges) {
    const family = hasColumns ? (raterFamily.get(judge) ?? null) : familyOf(judge)
    const mine = family === null ? [] : table.solvers.filter((s) => (hasColumns ? solverFamily.get(s) : familyOf(s)) === family)
    if (mine.length > 0) own.set(judge, new Set(mine))
  }
  return { own, same, source: hasColumns ? 'columns' : 'names' }
}
