import { mean, sampleStd } from '../../base/numeric'
import type { Attempt } from './attempt'

/** How several runs over the same problems are made one number. @source QED-Nano, released code, `stats.py --merge-method` */
export type Merge = 'mean' | 'max' | 'min'

export interface AverageAtN {
  /** Runs. */
  readonly n: number
  /** Grade in percent of full marks of each run, in order. */
  readonly runs: readonly number[]
  /** The runs merged, in percent: with `mean`, avg@n. */
  readonly percent: number
  /** Sample deviation (ddof 1) over the runs, in points of a percent; null for a single run. */
  readonly std: number | null
}

/**
 * avg@n of the grade with its deviation over the runs.
 *   run_r = 100 · mean over the run's problems of score/7,   avg@n = mean_r run_r,   std² = Σ_r (run_r − avg@n)² / (n − 1)
 * An attempt without a grade counts 0, as in the source; `evaluationStatistics` counts those apart.
 * @returns null without an attempt
 * @source QED-Nano, arXiv 2604.04898, section on evaluation: avg@3 of the grade, deviation over the three runs
 */
export function averageAtN(attempts: readonly Attempt[], merge: Merge = 'mean'): AverageAtN | null {
  const scores = new Map<number, number[]>()
  for (const { run, score } of attempts) {
    const own = scores.get(run)
    if (own) own.push(score ?? 0)
    else scores.set(run, [score ?? 0])
  }
  if (scores.size === 0) return null
  const runs = [...scores].sort(([a], [b]) => a - b).map(([, list]) => (100 * mean(list)!) / 7)
  const percent = merge === 'mean' ? mean(runs)! : merge === 'max' ? Math.max(...runs) : Math.min(...runs)
  return { n: runs.length, runs, percent, std: sampleStd(runs) }
}
