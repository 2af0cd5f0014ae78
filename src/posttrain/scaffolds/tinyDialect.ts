/**
 * The scaffolds' language for tiny proofs. A prompt is the text of its tokens, chat tokens included, so that `encode` gives the model
 * exactly what is meant. The policy is asked as in training: a problem, or a problem with lines "So far"; the assistant
 * summarises and says whether a proof stands.
 */
import { sentence, type Result } from '../../base/result'
import { decode, promptIds, SO_FAR, summariserPromptIds, verifierPromptIds } from '../../proofs/tinyProofs/vocabulary'
import { proofLines } from '../../proofs/tinyProofs/proofLines'
import type { Dialect } from './prompts'

/**
 *   refine   goes on from the first half of a doubted proof: a wrong line is more often late than early
 *   merge    goes on from the lines that most of the attempts share, in order of first mention
 *   compare  asks whether the first proof stands; if not, the second wins
 * @throws for what only natural language can say: planning, approaches, grouping
 */
export const tinyDialect: Dialect = {
  solve: (problem) => text(promptIds(problem)),
  reason: (problem, summary) => text(promptIds(problem, summary)),
  summarise: (problem, summary, reasoning) => text(summariserPromptIds(problem, summary, reasoning)),
  solveAndEvaluate: (problem) => text(promptIds(problem)),
  verify: (problem, proof) => text(verifierPromptIds(problem, proof)),
  refine: (problem, proof) => {
    const lines = proofLines(proof)
    return text(promptIds(problem, soFar(lines.slice(0, Math.floor(lines.length / 2)))))
  },
  merge: (problem, proofs) => text(promptIds(problem, soFar(sharedLines(proofs.filter((proof) => proof !== '').map(proofLines))))),
  score: (problem, proof) => text(verifierPromptIds(problem, proof)),
  compare: (problem, first) => text(verifierPromptIds(problem, first)),
  classify: unspoken,
  consolidate: unspoken,
  choose: unspoken,
  approach: unspoken,
  solveBy: unspoken,
  plan: unspoken,
}

/** Lines that more than half of the attempts have; of two attempts, those of both. */
export function sharedLines(attempts: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>()
  for (const lines of attempts) for (const line of new Set(lines)) counts.set(line, (counts.get(line) ?? 0) + 1)
  return [...counts].flatMap(([line, count]) => (count * 2 > attempts.length ? [line] : []))
}

function soFar(lines: readonly string[]): string {
  return lines.length === 0 ? '' : [SO_FAR, ...lines].join(' ')
}

function text(ids: Result<number[]>): string {
  if (!ids.ok) throw new Error(sentence(ids))
  return decode(ids.value)
}

function unspoken(): never {
  throw new Error('Tiny proofs have no words for this call; choose single, rc, dsm or rsa.')
}
