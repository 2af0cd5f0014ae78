import type { Random } from '../base/random'

export interface SignFlip {
  /** Σ over problems of the differences, over Σ counts: the mean difference. */
  readonly difference: number
  /** Two-sided. */
  readonly p: number
  readonly clusters: number
  /** All 2^G sign patterns were tried, none drawn. */
  readonly isExact: boolean
}

const EXACT_CLUSTERS = 14

/**
 * Sign-flip test by problem: is the mean difference between two judges on the same proofs 0?
 * Under the null a problem's whole difference is as likely negative as positive, so its sign is flipped as one.
 *   p = #{|T*| ≥ |T|} / 2^G exactly for G ≤ 14, else (1 + #{|T*| ≥ |T|}) / (1 + draws)
 * @param sums difference of each problem, summed over its proofs
 * @returns null without problems
 * @source Fisher 1935; Winkler et al. 2015 (exchangeability by block)
 */
export function signFlip(sums: readonly number[], proofs: number, random: Random, draws = 10_000): SignFlip | null {
  const G = sums.length
  if (G === 0 || proofs === 0) return null
  const total = sums.reduce((a, b) => a + b, 0)
  const least = Math.abs(total) - 1e-9
  let atLeast = 0
  if (G <= EXACT_CLUSTERS) {
    for (let code = 0; code < 2 ** G; code++) {
      let t = 0
      for (let g = 0; g < G; g++) t += (code >> g) & 1 ? sums[g]! : -sums[g]!
      if (Math.abs(t) >= least) atLeast++
    }
    return { difference: total / proofs, p: atLeast / 2 ** G, clusters: G, isExact: true }
  }
  for (let r = 0; r < draws; r++) {
    let t = 0
    for (let g = 0, bits = 0; g < G; g++) {
      if (g % 32 === 0) bits = random.uint32()
      t += (bits >>> (g % 32)) & 1 ? sums[g]! : -sums[g]!
    }
    if (Math.abs(t) >= least) atLeast++
  }
  return { difference: total / proofs, p: (1 + atLeast) / (1 + draws), clusters: G, isExact: false }
}
