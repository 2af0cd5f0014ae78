/** Correlations of two equally long lists of scores. All are null when one side does not vary. */

/** Pearson correlation; null when one list does not vary. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  const n = x.length
  if (n < 2) return null
  let mx = 0
  let my = 0
  for (let i = 0; i < n; i++) {
    mx += x[i]! / n
    my += y[i]! / n
  }
  let xx = 0
  let yy = 0
  let xy = 0
  for (let i = 0; i < n; i++) {
    xx += (x[i]! - mx) ** 2
    yy += (y[i]! - my) ** 2
    xy += (x[i]! - mx) * (y[i]! - my)
  }
  return xx < 1e-18 || yy < 1e-18 ? null : xy / Math.sqrt(xx * yy)
}

/** Spearman's ρ: Pearson on average ranks. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  return pearson(averageRanks(x), averageRanks(y))
}

/** Ranks from 1; equal values (to 1e-9) share the mean of their places. */
export function averageRanks(x: readonly number[]): number[] {
  const byValue = x.map((_, i) => i).sort((a, b) => x[a]! - x[b]!)
  const ranks = new Array<number>(x.length)
  for (let i = 0; i < byValue.length; ) {
    let j = i + 1
    while (j < byValue.length && x[byValue[j]!]! - x[byValue[i]!]! <= 1e-9) j++
    for (let k = i; k < j; k++) ranks[byValue[k]!] = (i + j + 1) / 2
    i = j
  }
  return ranks
}

/** Which pairs the denominator of τ leaves out: those tied on one side (the usual τ-b), or on both sides too. */
export type TauTies = 'oneSide' | 'bothSides'

/**
 * Kendall's τ-b.
 *   τ = (C − D) / √((C + D + T₁)(C + D + T₂)),   T₁, T₂ = pairs tied on one side only
 * `bothSides` adds the pairs tied on both sides to T₁ and T₂, as ProofGrader's text reads.
 * Counted by score classes, not pair by pair: grades lie on few levels, and n² is slow for thousands of proofs.
 * @source Kendall 1945; ProofGrader, arXiv 2510.13888, A.3
 */
export function kendallTau(x: readonly number[], y: readonly number[], ties: TauTies = 'oneSide'): number | null {
  const n = x.length
  const [rx, ry] = [averageRanks(x), averageRanks(y)]
  const classes = new Map<string, { x: number; y: number; count: number }>()
  for (let i = 0; i < n; i++) {
    const key = `${rx[i]} ${ry[i]}`
    const known = classes.get(key)
    if (known) known.count++
    else classes.set(key, { x: rx[i]!, y: ry[i]!, count: 1 })
  }
  const cells = [...classes.values()]
  let concordant = 0
  let discordant = 0
  let tiedX = 0
  let tiedY = 0
  let tiedBoth = 0
  for (let i = 0; i < cells.length; i++) {
    const a = cells[i]!
    tiedBoth += (a.count * (a.count - 1)) / 2
    for (let j = i + 1; j < cells.length; j++) {
      const b = cells[j]!
      const product = (a.x - b.x) * (a.y - b.y)
      const pairs = a.count * b.count
      if (product > 0) concordant += pairs
      else if (product < 0) discordant += pairs
      else if (a.x === b.x) tiedX += pairs
      else tiedY += pairs
    }
  }
  const more = ties === 'bothSides' ? tiedBoth : 0
  const whole = (concordant + discordant + tiedX + more) * (concordant + discordant + tiedY + more)
  return whole === 0 ? null : (concordant - discordant) / Math.sqrt(whole)
}

/**
 * Lin's concordance correlation.
 *   CCC = 2 cov / (var_x + var_y + (x̄ − ȳ)²), population moments
 * Equals quadratic κ on a uniform grid. Null when neither side varies and both are equal.
 * @source Lin 1989
 */
export function concordance(x: readonly number[], y: readonly number[]): number | null {
  const n = x.length
  if (n === 0) return null
  const mx = x.reduce((a, b) => a + b, 0) / n
  const my = y.reduce((a, b) => a + b, 0) / n
  let below = (mx - my) ** 2
  let covariance = 0
  for (let i = 0; i < n; i++) {
    below += ((x[i]! - mx) ** 2 + (y[i]! - my) ** 2) / n
    covariance += ((x[i]! - mx) * (y[i]! - my)) / n
  }
  return below < 1e-18 ? null : (2 * covariance) / below
}
