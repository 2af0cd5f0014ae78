import { clusterError } from './clusterRobust'
import { isotonic, mapped } from './isotonic'
import type { PairedGrade } from './pairs'
import { studentT } from './studentT'

/** What may be claimed of calibrated scores on a target. */
export type SupportBadge = 'supported' | 'edge' | 'REFUSE-LEVEL'
export type TransportState = 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'NOT_GRADED' | 'NOT_CHECKED'

export interface TransportAudit {
  readonly badge: SupportBadge
  /** Share of target judge scores outside the labelled range. */
  readonly outside: number
  readonly state: TransportState
  /** mean(human − calibrated judge) on the target; null without labels there. */
  readonly residual: number | null
  readonly low: number | null
  readonly high: number | null
  readonly sourceLabels: number
  readonly targetProofs: number
  readonly targetLabels: number
}

export const LEAST_LABELS = 10
const REFUSE_SHARE = 0.05

/**
 * Does a calibration made on one slice hold on another?
 *   badge: REFUSE-LEVEL when more than 5 % of the target's scores lie outside the labelled range, or there are fewer than
 *   10 labels; edge when any do
 *   state: PASS when the 95 % interval of the mean residual (CR1 by problem) lies within ±margin, FAIL when it lies wholly
 *   outside 0 and its mean beyond the margin, INCONCLUSIVE otherwise; NOT_GRADED without target labels, NOT_CHECKED when
 *   fewer than two target problems carry one or the source is too small
 * The margin is fixed before the result is shown.
 * @param source pairs the map is fitted on
 * @param target judge scores on the other slice; `human` null where ungraded
 * @source CJE, arXiv 2512.11150 (badges, states, 10 labels); the 5 % bound is ours
 */
export function transportAudit(source: readonly PairedGrade[], target: readonly (Omit<PairedGrade, 'human'> & { readonly human: number | null })[], margin: number): TransportAudit {
  const low = Math.min(...source.map((p) => p.judge))
  const high = Math.max(...source.map((p) => p.judge))
  const outsiders = target.filter((p) => p.judge < low - 1e-9 || p.judge > high + 1e-9).length
  const outside = target.length === 0 ? 0 : outsiders / target.length
  const badge: SupportBadge = source.length < LEAST_LABELS || outside > REFUSE_SHARE ? 'REFUSE-LEVEL' : outside > 0 ? 'edge' : 'supported'
  const labelled = target.filter((p) => p.human !== null)
  const counts = { badge, outside, sourceLabels: source.length, targetProofs: target.length, targetLabels: labelled.length }
  if (labelled.length === 0) return { ...counts, state: 'NOT_GRADED', residual: null, low: null, high: null }
  if (source.length < LEAST_LABELS) return { ...counts, state: 'NOT_CHECKED', residual: null, low: null, high: null }
  const map = isotonic(source.map((p) => p.judge), source.map((p) => p.human))
  const sums = new Map<string, { count: number; difference: number }>()
  for (const p of labelled) {
    const sum = sums.get(p.problemId) ?? { count: 0, difference: 0 }
    sums.set(p.problemId, { count: sum.count + 1, difference: sum.difference + p.human! - mapped(map, p.judge) })
  }
  const error = clusterError([...sums].map(([problemId, sum]) => ({ problemId, ...sum, headroom: 0 })))
  if (error === null) return { ...counts, state: 'NOT_CHECKED', residual: null, low: null, high: null }
  const half = studentT(0.975, error.clusters - 1) * error.standardError
  const interval = { residual: error.mean, low: error.mean - half, high: error.mean + half }
  const state: TransportState = interval.low > -margin && interval.high < margin ? 'PASS'
    : (interval.low > 0 || interval.high < 0) && Math.abs(error.mean) > margin ? 'FAIL' : 'INCONCLUSIVE'
  return { ...counts, state, ...interval }
}
