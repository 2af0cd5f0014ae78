import { sampleStd } from '../base/numeric'
import { benjaminiYekutieli } from './multiplicity'
import { studentTCdf } from './studentT'

export type AltScore = 'negRmse' | 'accuracy'

export interface AltTestHuman {
  readonly human: string
  readonly items: number
  /** Share of items on which the judge is at least as close to the other humans as this human is. */
  readonly advantage: number
  /** One-sided p of "the human is better by less than ε". */
  readonly p: number
  readonly isRejected: boolean
}

export interface AltTest {
  readonly humans: readonly AltTestHuman[]
  /** ω: share of humans the judge may stand in for. */
  readonly winningRate: number
  /** ρ: mean advantage. */
  readonly advantage: number
  /** ω ≥ 0.5. */
  readonly isPassed: boolean
  /** Humans left out for having too few common items. */
  readonly tooFew: readonly string[]
}

/**
 * May the judge replace a human annotator? Each human in turn is left out and compared with the judge by closeness to the
 * humans who remain:
 *   d_i = [human closer or as close] − [judge closer or as close],   H₀: mean d ≥ ε,   one-sided t-test
 *   p-values corrected by Benjamini–Yekutieli at q = 0.05;   ω = rejected / humans;   passed when ω ≥ 0.5
 * Closeness is −RMSE to the remaining grades (or the share of them met exactly).
 * @param grades human → item → grade; items count with at least two humans
 * @param leastItems a human with fewer common items is left out (30 in the published code)
 * @returns null when fewer than two humans remain
 * @source Calderon et al., arXiv 2501.10970, and its published code
 */
export function altTest(
  judge: ReadonlyMap<string, number>, grades: ReadonlyMap<string, ReadonlyMap<string, number>>,
  { epsilon = 0.2, leastItems = 30, score = 'negRmse' as AltScore, q = 0.05 } = {},
): AltTest | null {
  const raw: { human: string; items: number; advantage: number; p: number }[] = []
  const tooFew: string[] = []
  for (const [human, own] of grades) {
    const gaps: number[] = []
    let judgeWins = 0
    for (const [item, mine] of own) {
      const others = [...grades].flatMap(([id, g]) => (id !== human && g.has(item) ? [g.get(item)!] : []))
      const theirs = judge.get(item)
      if (others.length === 0 || theirs === undefined) continue
      const [humanScore, judgeScore] = [closeness(mine, others, score), closeness(theirs, others, score)]
      const isJudge = judgeScore >= humanScore - 1e-12 ? 1 : 0
      judgeWins += isJudge
      gaps.push((humanScore >= judgeScore - 1e-12 ? 1 : 0) - isJudge)
    }
    if (gaps.length < Math.max(2, leastItems)) tooFew.push(human)
    else raw.push({ human, items: gaps.length, advantage: judgeWins / gaps.length, p: oneSidedT(gaps, epsilon) })
  }
  if (raw.length < 2) return null
  const adjusted = benjaminiYekutieli(raw.map((r) => r.p))
  const humans = raw.map((r, i) => ({ ...r, isRejected: adjusted[i]! <= q }))
  const winningRate = humans.filter((h) => h.isRejected).length / humans.length
  return { humans, winningRate, advantage: humans.reduce((sum, h) => sum + h.advantage, 0) / humans.length, isPassed: winningRate >= 0.5, tooFew }
}

function closeness(grade: number, others: readonly number[], score: AltScore): number {
  return score === 'accuracy'
    ? others.filter((o) => Math.abs(o - grade) <= 1e-9).length / others.length
    : -Math.sqrt(others.reduce((sum, o) => sum + (o - grade) ** 2, 0) / others.length)
}

/** P(T ≤ t) for H₀: mean ≥ ε. Constant samples are decided by their value. */
function oneSidedT(x: readonly number[], epsilon: number): number {
  const n = x.length
  const mean = x.reduce((a, b) => a + b, 0) / n
  const sd = sampleStd(x)!
  if (sd < 1e-12) return mean < epsilon ? 0 : 1
  return studentTCdf((mean - epsilon) / (sd / Math.sqrt(n)), n - 1)
}
