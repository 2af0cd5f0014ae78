import { bootstrapSteps, type Bootstrapped, type BootstrapOptions } from './bootstrap'
import { order, type PairedGrade } from './pairs'

export interface RubricShift {
  readonly judge: string
  readonly proofs: number
  readonly problems: number
  /** mean(score under `to` − score under `from`). */
  readonly judgeShift: Bootstrapped
  readonly humanShift: Bootstrapped
  /** judge shift / human shift: 0 ignores the rubric, 1 follows it; null estimate when the humans' own interval holds 0. */
  readonly sensitivity: Bootstrapped
}

/**
 * How far one judge moves when the rubric changes, against how far humans move, on proofs graded by both under both.
 *   sensitivity = Σ (judge_to − judge_from) / Σ (human_to − human_from)
 * @returns null without common proofs
 * @source QEDBench, arXiv 2602.20629 ("dual rubric"); the ratio is the lab's
 */
export function* rubricShiftSteps(from: readonly PairedGrade[], to: readonly PairedGrade[], options: Omit<BootstrapOptions, 'stream'>): Generator<number, RubricShift | null> {
  const other = new Map(to.map((p) => [p.proofId, p]))
  const both = from.flatMap((p) => (other.has(p.proofId) ? [{ a: p, b: other.get(p.proofId)! }] : []))
  const first = both[0]
  if (!first) return null
  const problems = [...new Set(both.map(({ a }) => a.problemId))].sort(order)
  const at = new Map(problems.map((p, i) => [p, i]))
  const [count, judge, human] = [0, 1, 2].map(() => new Float64Array(problems.length)) as [Float64Array, Float64Array, Float64Array]
  for (const { a, b } of both) {
    const g = at.get(a.problemId)!
    count[g]!++
    judge[g]! += b.judge - a.judge
    human[g]! += b.human - a.human
  }
  const [judgeShift, humanShift, ratio] = yield* bootstrapSteps([count, judge, human], [
    (s) => s(1) / s(0), (s) => s(2) / s(0), (s) => (Math.abs(s(2)) < 1e-12 ? NaN : s(1) / s(2)),
  ], { ...options, stream: `rubric|${first.a.judgeId}` })
  const range = humanShift!.interval
  const isUndefined = range === null || (range.low <= 0 && range.high >= 0)
  return {
    judge: first.a.judgeId, proofs: both.length, problems: problems.length, judgeShift: judgeShift!, humanShift: humanShift!,
    sensitivity: isUndefined ? { estimate: null, interval: null, standardError: null } : ratio!,
  }
}
