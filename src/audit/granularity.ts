/** Can a published mean come from whole steps of a grading grid? */

/** Totals on the grid (in steps of 1/`steps`) whose mean over n rounds to the value. */
export interface GridTotals {
  readonly steps: number
  /** Numerators: total = numerator / steps. */
  readonly numerators: readonly number[]
  /** One more total that lies halfway and prints as the value only under round-half-to-even; null when there is none. */
  readonly halfEven: number | null
}

/**
 * Every total t/k whose mean t/(k n) rounds to the value.
 *   half up: value − ½u ≤ t/(k n) < value + ½u,   u = 10^−decimals;   the upper end belongs to round-half-to-even alone
 * 0.625 prints as 0.63 under one rule and as 0.62 under the other, and either may have been used.
 * @returns no numerators when the value is impossible on this grid
 * @source Brown and Heathers 2017 (GRIM)
 */
export function gridTotals(value: number, n: number, steps: number, decimals = 2): GridTotals {
  const half = 0.5 * 10 ** -decimals
  const [first, end] = [Math.ceil((value - half) * n * steps - 1e-7), (value + half) * n * steps]
  const numerators: number[] = []
  for (let t = Math.max(0, first); t < end - 1e-7 && t <= n * steps; t++) numerators.push(t)
  const tie = Math.round(end)
  const isEven = Math.round(value / 10 ** -decimals) % 2 === 0
  return { steps, numerators, halfEven: isEven && Math.abs(end - tie) < 1e-7 && tie <= n * steps ? tie : null }
}

/** Does a computed value print as the published one, under either rounding rule? */
export function printsAs(computed: number, published: number, decimals = 2): boolean {
  return Math.abs(computed - published) <= 0.5 * 10 ** -decimals + 1e-9
}
