/** The verdict in a judge's reply, or why there is none. No verdict is null with its cause, never 0. */
import type { NoScoreCause } from '../../proofs/records'
import type { GradeStatus } from '../table'
import { FULL_POINTS } from './rubrics'

/** `truncated`: the reply met its length limit; `refused`: the endpoint's own filter spoke; `conflicting`: several scores. */
export type VerdictCause = NoScoreCause | 'truncated' | 'refused' | 'out_of_range' | 'conflicting'

export interface Verdict {
  /** 0 to 7. */
  readonly points: number | null
  readonly cause: VerdictCause | null
}

/**
 * The score of a reply: the first `<score>` tag (or `<points>`) with a whole number from 0 to 7 in it, after the thinking;
 * or `score` of a JSON object, which is then the whole reply. Nothing is clamped.
 * Edges: thinking that was never closed, a tag with anything else in it, or no tag → `no_score_tag`; a number outside 0–7 → `out_of_range`; a further tag
 * that says otherwise → `conflicting`, since one of the two may be quoted from the proof.
 * @source QED-Nano, arXiv 2604.04898, training code (verifier_api.py): first tag; there a missing one becomes 0
 */
export function parseJudgement(reply: string): Verdict {
  const thoughtEnd = reply.lastIndexOf('</think>')
  const text = (thoughtEnd < 0 ? reply : reply.slice(thoughtEnd + '</think>'.length)).trim()
  if (thoughtEnd < 0 && text.startsWith('<think>')) return { points: null, cause: 'no_score_tag' }
  const said = jsonScore(text) ?? [...text.matchAll(/<(score|points)>\s*([^<]*?)\s*<\/\1>/gi)].map((m) => m[2]!)
  const numbers = said.map((s) => (/^[-−+]?\d+(?:\s*\/\s*7)?$/.test(s) ? Number(s.replace('−', '-').replace(/\s*\/\s*7$/, '')) : null))
  const first = numbers[0]
  if (first === undefined || first === null) return { points: null, cause: 'no_score_tag' }
  if (numbers.some((n) => n !== first)) return { points: null, cause: 'conflicting' }
  return first >= 0 && first <= FULL_POINTS ? { points: first, cause: null } : { points: null, cause: 'out_of_range' }
}

/** Null when the text is no JSON object; an empty list when it is one without a score. */
function jsonScore(text: string): string[] | null {
  const bare = /^```(?:json)?\s*([\s\S]*?)\s*```$/.exec(text)?.[1] ?? text
  if (!bare.startsWith('{')) return null
  try {
    const value = JSON.parse(bare) as Record<string, unknown>
    const score = value['score'] ?? value['points']
    return typeof score === 'number' || typeof score === 'string' ? [String(score)] : []
  } catch {
    return null
  }
}

const STATUS: Readonly<Record<VerdictCause, GradeStatus>> = {
  no_input: 'missing', timeout: 'missing', rate_limit: 'missing', all_attempts_failed: 'missing',
  no_score_tag: 'unparsed', conflicting: 'unparsed', truncated: 'truncated', refused: 'refused', out_of_range: 'out_of_range',
}

/** What a verdict counts as in a grading table. */
export function statusOf(cause: VerdictCause | null): GradeStatus {
  return cause === null ? 'ok' : STATUS[cause]
}

/** Causes that another try may mend; the others are the judge's own answer. */
export function isWorthAnotherTry(cause: VerdictCause | null): boolean {
  return cause === 'timeout' || cause === 'rate_limit' || cause === 'all_attempts_failed'
}
