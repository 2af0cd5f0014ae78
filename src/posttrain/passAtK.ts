/** What k draws from a list of n attempts give, without replacement: exact, no simulation. */

/**
 * Share of the k-subsets of n that avoid all of c marked ones: C(n−c, k) / C(n, k).
 * Edges: 0 when k > n − c, 1 when c = 0 or k = 0.
 */
export function missShare(n: number, c: number, k: number): number {
  if (c <= 0 || k <= 0) return 1
  if (k > n - c) return 0
  // The shorter product of the two equal ones.
  const [few, many] = c < k ? [c, k] : [k, c]
  let share = 1
  for (let i = 0; i < few; i++) share *= (n - many - i) / (n - i)
  return share
}

/**
 * Unbiased pass@k of one problem: the chance that at least one of k attempts is among the c right ones of n.
 *   pass@k = 1 − C(n−c, k) / C(n, k)
 * @returns null when k > n: more attempts than were made tell nothing without a model
 * @source Chen et al., arXiv 2107.03374, equation 1
 */
export function passAtK(n: number, c: number, k: number): number | null {
  return k > n || k < 1 ? null : 1 - missShare(n, c, k)
}
