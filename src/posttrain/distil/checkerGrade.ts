import { gradeProof } from '../../proofs/tinyProofs/check'
import { parseStatement } from '../../proofs/tinyProofs/problem'
import { proveStatement } from '../../proofs/tinyProofs/prove'
import { rubricFor } from '../../proofs/tinyProofs/rubricFor'
import type { DistilItem, Taught } from './distil'

/** Who gave the grade. */
export const CHECKER_NAME = 'tiny-proofs checker'

/** The checker's grade, by the problem's own rubric or by that of the reference proof; null for a problem of another domain. */
export function checkerGrade(item: DistilItem, proof: string): Taught | null {
  const statement = parseStatement(item.problem)
  if (!statement.ok) return null
  const rubric = item.rubric ?? ownRubric(item)
  return rubric === null ? null : gradeProof(item.problem, rubric, proof)
}

function ownRubric({ problem }: DistilItem): string | null {
  const statement = parseStatement(problem)
  const proof = statement.ok ? proveStatement(statement.value) : null
  return statement.ok && proof ? rubricFor({ ...statement.value, level: 0, kind: '', proof, alternative: null }).raw : null
}
