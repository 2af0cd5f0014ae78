import { splitCompletion } from '../../proofs/completion'

/** Reasoning and answer; a text that neither opens nor closes its thinking is an answer as a whole. */
export function thoughtAndAnswer(text: string, opensThinking: boolean): { readonly thought: string | null; readonly answer: string; readonly isThinking: boolean } {
  const hasThought = opensThinking || text.includes('</think>') || text.trimStart().startsWith('<think>')
  if (!hasThought) return { thought: null, answer: text, isThinking: false }
  const { reasoning, proof, isClosed } = splitCompletion(text)
  return { thought: reasoning, answer: proof, isThinking: !isClosed }
}
