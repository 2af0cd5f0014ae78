/** How long to wait before the next try. */

const FIRST_MS = 500
export const LONGEST_WAIT_MS = 60_000

/**
 * Exponential back-off with jitter: a draw from [½, 1] · min(60 s, 0.5 s · 2^tries), and never less than the endpoint asks for.
 * @param tries failed tries so far, from 1 @param retryAfterMs what the endpoint asks for; null when it does not, or the
 * browser may not read it (across origins `Retry-After` is hidden unless exposed) @param unit a draw from [0, 1)
 */
export function waitBeforeRetry(tries: number, retryAfterMs: number | null, unit: number): number {
  const backoff = Math.min(LONGEST_WAIT_MS, FIRST_MS * 2 ** (tries - 1)) * (0.5 + unit / 2)
  return Math.min(LONGEST_WAIT_MS, Math.max(backoff, retryAfterMs ?? 0))
}

/** `Retry-After` in milliseconds from now: seconds, or a date. Null for anything else. @source RFC 9110, 10.2.3 */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null
  const text = header.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
