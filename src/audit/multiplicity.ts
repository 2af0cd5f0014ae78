/** Adjusted p-values for a family of tests that are read together. */

/**
 * Holm's step-down: p̃_(i) = max_{j≤i} min(1, (m − j + 1) p_(j)). Controls the chance of any false finding.
 * @returns in the order given; an empty family gives an empty list
 * @source Holm 1979
 */
export function holm(p: readonly number[]): number[] {
  return stepped(p, (sorted) => {
    let running = 0
    return sorted.map((value, i) => (running = Math.max(running, Math.min(1, (sorted.length - i) * value))))
  })
}

/**
 * Benjamini–Hochberg: p̃_(i) = min_{j≥i} min(1, m p_(j) / j). Controls the share of false findings, for independent or
 * positively dependent tests.
 * @source Benjamini and Hochberg 1995
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  return stepUp(p, 1)
}

/** Benjamini–Yekutieli: BH times Σ 1/j; holds under any dependence. @source Benjamini and Yekutieli 2001 */
export function benjaminiYekutieli(p: readonly number[]): number[] {
  return stepUp(p, p.reduce((sum, _, i) => sum + 1 / (i + 1), 0))
}

function stepUp(p: readonly number[], factor: number): number[] {
  return stepped(p, (sorted) => {
    const m = sorted.length
    const out = new Array<number>(m)
    let running = 1
    for (let i = m - 1; i >= 0; i--) out[i] = running = Math.min(running, (factor * m * sorted[i]!) / (i + 1))
    return out
  })
}

function stepped(p: readonly number[], adjust: (sorted: readonly number[]) => readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!)
  const adjusted = adjust(order.map((i) => p[i]!))
  const out = new Array<number>(p.length)
  order.forEach((at, i) => (out[at] = adjusted[i]!))
  return out
}
