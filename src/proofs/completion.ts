/** A model's completion, split where the thinking ends and the proof begins. */

export interface SplitCompletion {
  /** What was thought; the whole text when the thinking never ended. */
  readonly reasoning: string
  /** What was submitted to be graded; empty when the thinking never ended. */
  readonly proof: string
  /** Whether a `</think>` was written at all: false means the completion ran out of tokens while thinking. */
  readonly isClosed: boolean
}

const OPEN = '<think>'
const CLOSE = '</think>'
const ENDS = ['<|im_end|>', '<|endoftext|>', '<pad>'] as const

/**
 * The two parts of a completion: the proof is what follows the LAST `</think>`, trimmed.
 * Edges: no tag gives an empty proof, never the whole text: an unfinished thought must not be graded as a proof.
 * A leading `<think>` may be missing, as the chat template writes it into the prompt.
 * @source QED-Nano, arXiv 2604.04898, training code (rollouts.py); we also strip end-of-turn tokens from the end
 */
export function splitCompletion(text: string): SplitCompletion {
  const at = text.lastIndexOf(CLOSE)
  if (at < 0) return { reasoning: withoutOpening(withoutEnds(text)), proof: '', isClosed: false }
  return {
    reasoning: withoutOpening(text.slice(0, at)),
    proof: withoutEnds(text.slice(at + CLOSE.length)),
    isClosed: true,
  }
}

function withoutOpening(text: string): string {
  const trimmed = text.trim()
  return trimmed.startsWith(OPEN) ? trimmed.slice(OPEN.length).trim() : trimmed
}

/** Trimmed, without the end-of-turn tokens at its end. Walks an index, so a megabyte of padding stays linear. */
function withoutEnds(text: string): string {
  let end = text.length
  for (;;) {
    while (end > 0 && /\s/.test(text.charAt(end - 1))) end--
    const token = ENDS.find((t) => text.endsWith(t, end))
    if (!token) return text.slice(0, end).trim()
    end -= token.length
  }
}
