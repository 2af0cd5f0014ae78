/** The curriculum: problems that the policy solves sometimes, and not nearly always. */
import { isKept } from './difficulty'

export interface CurriculumSettings {
  /** Attempts a problem. */
  readonly attempts: number
  /** Problems are kept for low < mean reward ≤ high. */
  readonly low: number
  readonly high: number
}

/** @source QED-Nano, arXiv 2604.04898: never-solved problems and those with a mean above 0.7 are dropped */
export const PAPER_CURRICULUM = { low: 0, high: 0.7 } as const

export const CURRICULUM_BINS = 10

export interface Curriculum {
  /** Indices of the kept problems, ascending. */
  readonly kept: readonly number[]
  readonly tooHard: number
  readonly tooEasy: number
  /** Problems without any grade. */
  readonly ungraded: number
  /** Problems by mean reward, [0, 0.1) … [0.9, 1]. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** @param means mean reward of every problem, 0–1; null where no attempt was graded */
export function curriculum(means: readonly (number | null)[], settings: Pick<CurriculumSettings, 'low' | 'high'>): Curriculum {
  const kept: number[] = []
  const [before, after] = [0, 0].map(() => new Array<number>(CURRICULUM_BINS).fill(0)) as [number[], number[]]
  let [tooHard, tooEasy, ungraded] = [0, 0, 0]
  means.forEach((mean, i) => {
    if (mean === null) {
      ungraded++
      return
    }
    const bin = Math.max(0, Math.min(CURRICULUM_BINS - 1, Math.floor(mean * CURRICULUM_BINS + 1e-9)))
    before[bin]!++
    if (isKept(mean, settings)) {
      after[bin]!++
      kept.push(i)
    } else if (mean <= settings.low) tooHard++
    else tooEasy++
  })
  return { kept, tooHard, tooEasy, ungraded, before, after }
}
