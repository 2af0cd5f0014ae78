import { Random } from '../../base/random'
import { parseStatement, proofText } from '../../proofs/tinyProofs/problem'
import { proveStatement } from '../../proofs/tinyProofs/prove'
import { reasoning, type Style } from '../../proofs/tinyProofs/teacher'
import type { DistilItem, TeacherReply } from './distil'

export type ReferenceStyle = Style | 'mixed'

/**
 * The reference prover of tiny proofs as a teacher: its proof, with reasoning in the chosen style; `mixed` draws verbose for two
 * problems in three, as the bundled set has it. The same seed and row give the same trace, in any order of asking.
 */
export function referenceTeacher(item: DistilItem, style: ReferenceStyle, seed: number): TeacherReply {
  const statement = parseStatement(item.problem)
  if (!statement.ok) return { kind: 'cannot', told: `This is no problem of the tiny-proofs task: ${statement.what}` }
  const proof = proveStatement(statement.value)
  if (!proof) return { kind: 'cannot', told: 'The reference prover finds no proof.' }
  const random = Random.seed(seed, item.index)
  const chosen = style === 'mixed' ? (random.below(3) ? 'verbose' : 'concise') : style
  const problem = { ...statement.value, level: 0, kind: '', proof, alternative: null }
  return { kind: 'reply', reasoning: reasoning(problem, chosen, random), proof: proofText(proof), isClosed: true, isTruncated: false, tokens: null }
}
