import { parseRubric } from '../rubric'
import { levelOf } from './generate'
import { kindOf } from './kind'
import { derived, parseStatement } from './problem'
import { proveStatement } from './prove'

/**
 * Level and domain of a problem, to split an evaluation by: lines and rules of the proof that the reference prover finds.
 * Where the problem was made from a shorter derivation than the prover's, the level is higher than the one it was made at.
 * @returns no traits for a text of another domain, or when no proof is found
 */
export function traitsOf(problem: string, rubric: string): Readonly<Record<string, string>> {
  const statement = parseStatement(problem)
  const proof = statement.ok ? proveStatement(statement.value) : null
  if (!proof) return {}
  const hasRoutes = parseRubric(rubric).chains.length > 0
  return { level: `Level ${levelOf(derived(proof).length)}`, domain: kindOf(proof, hasRoutes ? proof : null) }
}
