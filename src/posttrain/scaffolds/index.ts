/** Every scaffold by name, as shipped by QED-Nano's evaluation. */
import { planner, selfCheck, staticGraph } from './agents'
import { deepseekMath } from './deepseekMath'
import type { Dialect } from './prompts'
import type { Scaffold } from './scaffold'
import { reasoningCache, single } from './simple'
import { nomos, rsa } from './tournament'

export const SCAFFOLDS: Readonly<Record<string, (dialect: Dialect) => Scaffold>> = {
  single,
  rc: (dialect) => reasoningCache(dialect),
  dsm: (dialect) => deepseekMath(dialect),
  rsa: (dialect) => rsa(dialect),
  nomos: (dialect) => nomos(dialect),
  selfcheck: (dialect) => selfCheck(dialect),
  planner: (dialect) => planner(dialect),
  static: (dialect) => staticGraph(dialect),
}
