/** When the judge's score began to run away from the true one. */

const WINDOW = 5
/** A gap that was above for fewer windows than this at the end may be a wave. */
const LEAST_WINDOWS = 10

/**
 * The first step from which the gap stays above where it began, for as long as it was watched.
 *   above: mean of 5 gaps > mean of the first 5 + 2 · their standard error, in this window and in every later one, 10 at least
 * @param gaps judge − true, one a step; null where a step had no grades
 * @returns the 0-based step at the middle of the first such window; null when it never ran away, or there are fewer than 15 gaps
 */
export function gapOnset(gaps: readonly (number | null)[]): number | null {
  const known = gaps.flatMap((gap, step) => (gap === null ? [] : [{ gap, step }]))
  if (known.length < WINDOW + LEAST_WINDOWS) return null
  const first = known.slice(0, WINDOW).map((k) => k.gap)
  const start = first.reduce((a, b) => a + b, 0) / WINDOW
  const error = Math.sqrt(first.reduce((a, g) => a + (g - start) ** 2, 0) / (WINDOW - 1) / WINDOW)
  const bar = start + 2 * error
  let onset: number | null = null
  let windows = 0
  for (let end = known.length; end >= WINDOW; end--) {
    const window = known.slice(end - WINDOW, end)
    if (!(window.reduce((a, k) => a + k.gap, 0) / WINDOW > bar + 1e-12)) break
    windows++
    onset = window[Math.floor(WINDOW / 2)]!.step
  }
  return windows < LEAST_WINDOWS ? null : onset
}
