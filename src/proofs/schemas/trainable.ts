/** Whether the in-tab models can train on a dataset, judged on a sample of its rows. */
import { encode, VOCAB_SIZE } from '../tinyProofs/vocabulary'
import type { TaughtRow } from './rows'

export interface Trainable {
  readonly sft: boolean
  readonly rl: boolean
  /** Why a stage is closed to it; null when both are open. */
  readonly why: string | null
}

/** Rows looked at. */
export const SAMPLE_ROWS = 64

/** Whether the models know every word of the problem. */
export function isInVocabulary({ problem }: Pick<TaughtRow, 'problem'>): boolean {
  return encode(problem).ok
}

/**
 * SFT needs reasoning and proof, RL needs a rubric, and every text of the sample must be in the models' vocabulary.
 * Edges: no row → trainable for nothing.
 */
export function trainability(rows: readonly TaughtRow[]): Trainable {
  if (rows.length === 0) return { sft: false, rl: false, why: 'It has no row with a problem.' }
  const hasTraces = rows.some((r) => r.proof && r.reasoning !== null)
  const hasRubrics = rows.some((r) => r.rubric)
  for (const { problem, reasoning, proof } of rows) {
    for (const text of [problem, ...(hasTraces ? [reasoning ?? '', proof ?? ''] : [])]) {
      const ids = encode(text)
      if (ids.ok) continue
      const word = /^(".*") is not among/s.exec(ids.what)?.[1]
      return {
        sft: false, rl: false,
        why: `Its words are outside the ${VOCAB_SIZE}-token vocabulary of the in-tab models${word ? ` (first: ${word})` : ''}. Read it, analyse it; training on natural language needs a pretrained model.`,
      }
    }
  }
  if (hasTraces && hasRubrics) return { sft: true, rl: true, why: null }
  if (hasTraces) return { sft: true, rl: false, why: 'It has no rubrics, so nothing could grade the proofs of reinforcement learning.' }
  if (hasRubrics) return { sft: false, rl: true, why: 'It has no reasoning with proofs to imitate.' }
  return { sft: false, rl: false, why: 'It has neither reasoning with proofs to imitate nor rubrics to grade by.' }
}
