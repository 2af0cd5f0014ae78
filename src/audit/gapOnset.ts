/** When the judge's score began to run away from the true one. */

const WINDOW = 5

/**
 * The first step from which the gap stays above where it began, for as long as it was watched.
 *   above: mean of 5 gaps > mean of the first 5 + 2 · their standard error, at this step and at every later one
 * @param gaps judge − true, one a step; null where a step had no grades
 * @returns the 0-based step at the middle of the first such window; null when it never ran away, or there are fewer than 10 gaps
 */
export function gapOnset(gaps: readonly (number | null)[]): number | null {
  const known = gaps.flatMap((gap, step) => (gap === null ? [] : [{ gap, step }]))
  if (known.length < 2 * WINDOW) return null
  const first = known.slice(0, WINDOW).map((k) => k.gap)
  const start = first.reduce((a, b) => a + b, 0) / WINDOW
  const error = Math.sqrt(first.reduce((a, g) => a + (g - start) ** 2, 0) / (WINDOW - 1) / WINDOW)
  const bar = start + 2 * error
  let onset: number | null = null
  for (let end = known.length; end >= WINDOW; end--) {
    const window = known.slice(end - WINDOW, end)
    if (!(window.reduce((a, k) => a + k.gap, 0) / WINDOW > bar + 1e-12)) break
    onset = window[Math.floor(WINDOW / 2)]!.step
  }
  return onset
}
