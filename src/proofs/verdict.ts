/** The verdict of a filter model on a problem: a JSON object of six keys, in a fenced block or bare. */

export interface Verdict {
  readonly incomplete: boolean
  /** 1 (school contest) to 10 (hardest olympiad problem). */
  readonly difficulty: number
  readonly gaps: boolean
  readonly wrong: boolean
  readonly disagreement: boolean
  readonly computational: boolean
}

const FLAGS = ['incomplete', 'gaps', 'wrong', 'disagreement', 'computational'] as const

/**
 * Null for a reply without such an object, so that the row is kept and decided on later. The last object counts: what
 * comes before it is thinking.
 * @source QED-Nano, arXiv 2604.04898, released code (eval/configs/prompts/filtering.txt, eval/scripts/filtering.py)
 */
export function parseVerdict(reply: string): Verdict | null {
  const fenced = [...reply.matchAll(/```(?:json)?\s*(\{[\s\S]*?\})\s*```/gi)].map((m) => m[1]!)
  const bare = [...reply.matchAll(/\{[^{}]*\}/g)].map((m) => m[0])
  for (const text of [...fenced.reverse(), ...bare.reverse()]) {
    const verdict = verdictOf(text)
    if (verdict) return verdict
  }
  return null
}

/** Whether nothing speaks against a problem but its difficulty. */
export function isSound({ incomplete, gaps, wrong, disagreement, computational }: Verdict): boolean {
  return !(incomplete || gaps || wrong || disagreement || computational)
}

function verdictOf(text: string): Verdict | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const record = value as Record<string, unknown>
  const { difficulty } = record
  if (!Number.isInteger(difficulty) || Number(difficulty) < 1 || Number(difficulty) > 10 || FLAGS.some((flag) => typeof record[flag] !== 'boolean')) return null
  return record as unknown as Verdict
}
