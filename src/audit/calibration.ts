import { mean } from '../base/numeric'
import type { Random } from '../base/random'
import { isotonic, mapped, type MonotoneMap } from './isotonic'
import { order, type PairedGrade } from './pairs'

export interface Calibration {
  /** Fitted on all pairs: what one would use. */
  readonly map: MonotoneMap
  /** Calibrated score of each pair, by a map that never saw its problem; in the order of the pairs. */
  readonly calibrated: readonly number[]
  readonly maeBefore: number
  readonly maeAfter: number
  readonly biasBefore: number
  readonly biasAfter: number
  readonly folds: number
}

/**
 * Judge-to-human map, cross-fitted by problem: each fold's proofs are mapped by the isotonic fit of the other folds, so the
 * error after calibration is that of unseen problems.
 * @param folds at most the number of problems
 * @returns null below two problems
 * @source CJE, arXiv 2512.11150: isotonic, cross-fitted, mean-preserving
 */
export function calibrate(pairs: readonly PairedGrade[], random: Random, folds = 5): Calibration | null {
  const problems = [...new Set(pairs.map((p) => p.problemId))].sort(order)
  if (problems.length < 2) return null
  const used = Math.min(folds, problems.length)
  const foldOf = new Map(random.shuffled(problems).map((id, i) => [id, i % used]))
  const maps = Array.from({ length: used }, (_, f) => fit(pairs.filter((p) => foldOf.get(p.problemId) !== f)))
  const calibrated = pairs.map((p) => mapped(maps[foldOf.get(p.problemId)!]!, p.judge))
  const gap = (of: (p: PairedGrade, i: number) => number, size: (d: number) => number) => mean(pairs.map((p, i) => size(of(p, i) - p.human)))!
  return {
    map: fit(pairs), calibrated, folds: used,
    maeBefore: gap((p) => p.judge, Math.abs), maeAfter: gap((_, i) => calibrated[i]!, Math.abs),
    biasBefore: gap((p) => p.judge, (d) => d), biasAfter: gap((_, i) => calibrated[i]!, (d) => d),
  }
}

function fit(pairs: readonly PairedGrade[]): MonotoneMap {
  return isotonic(pairs.map((p) => p.judge), pairs.map((p) => p.human))
}
