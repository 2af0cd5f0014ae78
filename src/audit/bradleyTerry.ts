import { inverted } from './regression'

export interface PairwiseResult {
  /** Shown first. */
  readonly first: string
  readonly second: string
  /** Wins of the first, 0..1 each; ties count ½. */
  readonly wins: number
  readonly count: number
}

export interface BradleyTerry {
  /** Log strength, centred on 0. */
  readonly strength: ReadonlyMap<string, number>
  /** Log odds given to whatever is shown first; null when not fitted. */
  readonly firstSlot: number | null
  readonly firstSlotError: number | null
  readonly isConverged: boolean
}

/**
 * Strengths from pairwise wins.
 *   logit P(first beats second) = β_first − β_second (+ γ),   γ the pull of the first slot
 * Newton's method on the likelihood. Edges: something that always wins has no finite strength; the fit then stops
 * unconverged and says so.
 * @source Bradley and Terry 1952; order effect of Davidson and Beaver 1977
 */
export function bradleyTerry(results: readonly PairwiseResult[], hasOrder = false): BradleyTerry {
  const names = [...new Set(results.flatMap((r) => [r.first, r.second]))].sort()
  const k = names.length - 1 + (hasOrder ? 1 : 0)
  const at = new Map(names.map((n, i) => [n, i]))
  // The last name is the reference, so that the rest is identified.
  const row = (r: PairwiseResult) => {
    const x = new Array<number>(k).fill(0)
    const [a, b] = [at.get(r.first)!, at.get(r.second)!]
    if (a < names.length - 1) x[a] = 1
    if (b < names.length - 1) x[b] = -1
    if (hasOrder) x[k - 1] = 1
    return x
  }
  const design = results.map(row)
  let beta = new Array<number>(k).fill(0)
  let inverse: number[][] | null = null
  let isConverged = false
  for (let pass = 0; pass < 100 && !isConverged; pass++) {
    const gradient = new Array<number>(k).fill(0)
    const hessian = Array.from({ length: k }, () => new Array<number>(k).fill(0))
    results.forEach((r, i) => {
      const x = design[i]!
      const p = 1 / (1 + Math.exp(-x.reduce((s, v, a) => s + v * beta[a]!, 0)))
      for (let a = 0; a < k; a++) {
        gradient[a]! += x[a]! * (r.wins - r.count * p)
        for (let b = 0; b < k; b++) hessian[a]![b]! += x[a]! * x[b]! * r.count * p * (1 - p)
      }
    })
    inverse = inverted(hessian)
    if (inverse === null) break
    const steps = inverse.map((r) => r.reduce((s, v, b) => s + v * gradient[b]!, 0))
    const largest = Math.max(...steps.map(Math.abs))
    const damp = Math.min(1, 2 / Math.max(largest, 1e-12))
    beta = beta.map((v, a) => v + damp * steps[a]!)
    isConverged = largest < 1e-10
    if (Math.max(...beta.map(Math.abs)) > 30) break
  }
  const raw = names.map((_, i) => (i < names.length - 1 ? beta[i]! : 0))
  const centre = raw.reduce((a, b) => a + b, 0) / raw.length
  return {
    strength: new Map(names.map((n, i) => [n, raw[i]! - centre])),
    firstSlot: hasOrder ? beta[k - 1]! : null,
    firstSlotError: hasOrder && inverse ? Math.sqrt(inverse[k - 1]![k - 1]!) : null,
    isConverged,
  }
}

export interface OrderSwap {
  readonly pairs: number
  /** Share of pairs whose winner changes with the order. */
  readonly flipRate: number
  /** Share of all comparisons won by the first slot. */
  readonly firstShare: number
}

/**
 * Both orders of each pair side by side.
 * @param swapped winner in each order: the slot that won, 1 or 2, or 0 for a tie
 * @returns null for no pairs
 * @source MT-Bench, arXiv 2306.05685; JudgeBench, arXiv 2410.12784, runs each pair in both orders
 */
export function orderSwap(swapped: readonly { readonly forward: 0 | 1 | 2; readonly backward: 0 | 1 | 2 }[]): OrderSwap | null {
  if (swapped.length === 0) return null
  const first = swapped.reduce((sum, s) => sum + [s.forward, s.backward].reduce<number>((t, w) => t + (w === 1 ? 1 : w === 0 ? 0.5 : 0), 0), 0)
  // The same item wins in both orders when the slots differ; two ties agree too.
  const flips = swapped.filter((s) => !((s.forward === 1 && s.backward === 2) || (s.forward === 2 && s.backward === 1) || (s.forward === 0 && s.backward === 0))).length
  return { pairs: swapped.length, flipRate: flips / swapped.length, firstShare: first / (2 * swapped.length) }
}
