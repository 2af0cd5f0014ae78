import type { Rollout } from '../../posttrain/runRecords'
import type { NoScoreCause } from '../../proofs/records'

const CAUSES: Readonly<Record<NoScoreCause, string>> = {
  no_input: 'no proof',
  no_score_tag: 'no score in the reply',
  timeout: 'judge timed out',
  rate_limit: 'judge refused for rate',
  all_attempts_failed: 'judge failed',
}

/** Why there is a 0 or no score, in two or three words. */
export function causeText(cause: NoScoreCause): string {
  return CAUSES[cause]
}

/** A signed number with a true minus; "—" when there is none. */
export function signed(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return '—'
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return text
  return value < 0 ? `−${text}` : `+${text}`
}

/** "5/7"; where a judge rewarded and the checker says otherwise, "5.31/7 (true 2)". */
export function scoreText({ score, trueScore }: Pick<Rollout, 'score' | 'trueScore'>): string {
  const given = score === null ? '—' : `${Number(score.toFixed(2))}/7`
  return trueScore === null || trueScore === undefined || trueScore === score ? given : `${given} (true ${Number(trueScore.toFixed(2))})`
}
