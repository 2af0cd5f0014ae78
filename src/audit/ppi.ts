/** Prediction-powered inference: a mean human score from few labels and many judge scores. */
import { normalQuantile } from './normal'

export interface PpiEstimate {
  readonly theta: number
  readonly standardError: number
  readonly low: number
  readonly high: number
  /** Weight of the judge: 1 for PPI, 0 for labels only. */
  readonly lambda: number
}

export interface Ppi {
  readonly labelled: number
  readonly unlabelled: number
  readonly classical: PpiEstimate
  readonly ppi: PpiEstimate
  readonly ppiPlus: PpiEstimate
  /** Labels that the classical mean would need for PPI++'s error, over the labels used. */
  readonly labelGain: number | null
}

/**
 * θ = λ mean(f, unlabelled) + mean(Y − λ f, labelled)
 *   SE² = λ² var(f, unlabelled)/N + var(Y − λ f, labelled)/n,   population variances
 * PPI sets λ = 1; PPI++ sets λ = cov(Y, f) / ((1 + n/N) var(f)), var over all f, clipped to 0..1; λ = 0 is the plain mean.
 * With clusters (problem of each item) the variances are those of cluster totals, since proofs of a problem are not
 * independent; without them items are, as in the source.
 * @returns null without two labels or without unlabelled scores
 * @source Angelopoulos et al. 2023, arXiv 2301.09633; PPI++, arXiv 2311.01453. The clustered variance is ours
 */
export function ppi(
  labelled: readonly { readonly human: number; readonly judge: number; readonly cluster?: string }[],
  unlabelled: readonly { readonly judge: number; readonly cluster?: string }[],
): Ppi | null {
  const n = labelled.length
  const N = unlabelled.length
  if (n < 2 || N < 1) return null
  const y = labelled.map((l) => l.human)
  const f = labelled.map((l) => l.judge)
  const g = unlabelled.map((u) => u.judge)
  const all = varianceOfMean([...f, ...g], null) * (n + N)
  const [my, mf] = [average(y), average(f)]
  const covariance = y.reduce((sum, v, i) => sum + ((v - my) * (f[i]! - mf)) / n, 0)
  const best = all < 1e-18 ? 0 : Math.min(1, Math.max(0, covariance / ((1 + n / N) * all)))
  const [inLabelled, inUnlabelled] = [clustersIn(labelled), clustersIn(unlabelled)]
  const at = (lambda: number): PpiEstimate => {
    const rectifier = y.map((v, i) => v - lambda * f[i]!)
    const theta = lambda * average(g) + average(rectifier)
    const standardError = Math.sqrt(lambda ** 2 * varianceOfMean(g, inUnlabelled) + varianceOfMean(rectifier, inLabelled))
    const margin = normalQuantile(0.975) * standardError
    return { theta, standardError, low: theta - margin, high: theta + margin, lambda }
  }
  const [classical, plus] = [at(0), at(best)]
  return {
    labelled: n, unlabelled: N, classical, ppi: at(1), ppiPlus: plus,
    labelGain: plus.standardError > 0 ? (classical.standardError / plus.standardError) ** 2 : null,
  }
}

function clustersIn(items: readonly { readonly cluster?: string }[]): readonly string[] | null {
  return items.every((i) => i.cluster !== undefined) ? items.map((i) => i.cluster!) : null
}

function average(x: readonly number[]): number {
  return x.reduce((a, b) => a + b, 0) / x.length
}

/** Population variance over n; with clusters, Σ_g (Σ residuals)² / n², times G/(G−1). */
function varianceOfMean(x: readonly number[], clusters: readonly string[] | null): number {
  const m = average(x)
  if (clusters === null) return x.reduce((sum, v) => sum + (v - m) ** 2, 0) / x.length ** 2
  const sums = new Map<string, number>()
  x.forEach((v, i) => sums.set(clusters[i]!, (sums.get(clusters[i]!) ?? 0) + v - m))
  const G = sums.size
  const squares = [...sums.values()].reduce((sum, s) => sum + s * s, 0)
  return G < 2 ? squares / x.length ** 2 : ((G / (G - 1)) * squares) / x.length ** 2
}
