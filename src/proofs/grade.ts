/** The score in a grader's reply. */
import type { NoScoreCause } from './records'

export interface ParsedScore {
  /** 0 to 7; null when the reply holds no readable tag, never 0 in its place. */
  readonly score: number | null
  readonly cause: Extract<NoScoreCause, 'no_score_tag'> | null
}

/**
 * The first `<score>` tag that holds a whole number, clamped to 0–7; a tag with anything else in it is no score.
 *   score = min(7, max(0, n))
 * @source QED-Nano, arXiv 2604.04898, training code (verifier_api.py); there a score is not clamped, and a missing
 * tag becomes 0, which is then indistinguishable from a wrong proof
 */
export function parseScoreTag(reply: string): ParsedScore {
  const digits = /<score>\s*([-−]?\d+)\s*<\/score>/i.exec(reply)?.[1]
  if (digits === undefined) return { score: null, cause: 'no_score_tag' }
  const value = Number(digits.replace('−', '-'))
  return { score: value > 0 ? Math.min(7, value) : 0, cause: null }
}
