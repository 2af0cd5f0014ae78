/** The difficulty of a set of problems, from the scores of a base model's attempts. */
import { groupStatistics } from './groupStatistics'
import { passAtK } from './passAtK'

/** Scores of a dataset in little room: row i's counts of 0 … 7 points at i·8; rows without a list are all zeros. */
export interface ScoreTable {
  readonly rows: number
  readonly counts: Int32Array
  /** reward_mean as it is written, NaN where there is none. */
  readonly writtenMeans: Float64Array
}

export interface DifficultySettings {
  /** Least score that counts as solved, 1–7. */
  readonly solvedFrom: number
  /** Rollouts in a group. */
  readonly groupSize: number
  /** The curriculum keeps low < mean reward ≤ high. */
  readonly low: number
  readonly high: number
}

/** @source QED-Nano, arXiv 2604.04898: never-solved problems and those above 0.7 are dropped; groups of 16 */
export const PAPER_SETTINGS: DifficultySettings = { solvedFrom: 7, groupSize: 16, low: 0, high: 0.7 }

export interface PassPoint {
  readonly k: number
  /** Mean over the problems with at least k attempts; null when there is none. */
  readonly pass: number | null
  readonly problems: number
}

/** Means over problems, each weighted alike. */
export interface GroupMeans {
  readonly problems: number
  readonly zeroVariance: number
  readonly allZero: number
  readonly allFull: number
  readonly advantageRms: number
  readonly bestScore: number
}

export interface Difficulty {
  /** Problems with a mean reward. */
  readonly problems: number
  readonly mean: number | null
  readonly median: number | null
  readonly std: number | null
  readonly neverSolved: number
  readonly alwaysSolved: number
  /** Problems by mean reward: [0, 0.05), … [0.95, 1]; those at exactly 0 and 1 are also counted above. */
  readonly histogram: readonly number[]
  readonly passCurve: readonly PassPoint[]
  /** Over all problems, and over those the curriculum keeps; null when none has enough attempts. */
  readonly groups: { readonly before: GroupMeans | null; readonly after: GroupMeans | null }
  readonly kept: { readonly count: number; readonly tooHard: number; readonly tooEasy: number; readonly unknown: number; readonly mean: number | null }
}

const BINS = 20
const KS = [1, 2, 4, 8, 16, 32, 64, 128] as const

/** Mean reward of a row: of its list, else as written; NaN without either. */
export function meanReward({ counts, writtenMeans }: ScoreTable, row: number): number {
  let n = 0
  let sum = 0
  for (let v = 0; v <= 7; v++) {
    n += counts[row * 8 + v]!
    sum += v * counts[row * 8 + v]!
  }
  return n > 0 ? sum / n / 7 : writtenMeans[row]!
}

export function isKept(mean: number, { low, high }: Pick<DifficultySettings, 'low' | 'high'>): boolean {
  return mean > low && mean <= high
}

/** @source QED-Nano, arXiv 2604.04898, difficulty of FineProofs-RL and its curriculum */
export function difficulty(table: ScoreTable, settings: DifficultySettings): Difficulty {
  const means: number[] = []
  const histogram = Array.from({ length: BINS }, () => 0)
  let unknown = 0, neverSolved = 0, alwaysSolved = 0, tooHard = 0, tooEasy = 0, keptCount = 0, keptSum = 0
  const passSums = KS.map(() => 0)
  const passProblems = KS.map(() => 0)
  const before = new GroupSum()
  const after = new GroupSum()
  for (let row = 0; row < table.rows; row++) {
    const mean = meanReward(table, row)
    if (Number.isNaN(mean)) {
      unknown++
      continue
    }
    means.push(mean)
    histogram[Math.max(0, Math.min(BINS - 1, Math.floor(mean * BINS + 1e-9)))]!++
    if (mean === 0) neverSolved++
    if (mean >= 1) alwaysSolved++
    const kept = isKept(mean, settings)
    if (kept) {
      keptCount++
      keptSum += mean
    } else if (mean <= settings.low) tooHard++
    else tooEasy++

    const counts = table.counts.subarray(row * 8, row * 8 + 8)
    let n = 0
    let solved = 0
    for (let v = 0; v <= 7; v++) {
      n += counts[v]!
      if (v >= settings.solvedFrom) solved += counts[v]!
    }
    KS.forEach((k, i) => {
      const pass = passAtK(n, solved, k)
      if (pass === null) return
      passSums[i]! += pass
      passProblems[i]!++
    })
    const group = groupStatistics(counts, settings.groupSize)
    before.add(group)
    if (kept) after.add(group)
  }
  const problems = means.length
  const mean = problems ? means.reduce((a, b) => a + b, 0) / problems : null
  return {
    problems, mean, median: median(means),
    std: mean === null ? null : Math.sqrt(means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / problems),
    neverSolved, alwaysSolved, histogram,
    passCurve: KS.map((k, i) => ({ k, pass: passProblems[i] ? passSums[i]! / passProblems[i]! : null, problems: passProblems[i]! })),
    groups: { before: before.means(), after: after.means() },
    kept: { count: keptCount, tooHard, tooEasy, unknown, mean: keptCount ? keptSum / keptCount : null },
  }
}

class GroupSum {
  private readonly sum = { problems: 0, zeroVariance: 0, allZero: 0, allFull: 0, advantageRms: 0, bestScore: 0 }

  add(group: ReturnType<typeof groupStatistics>): void {
    if (!group) return
    this.sum.problems++
    for (const key of ['zeroVariance', 'allZero', 'allFull', 'advantageRms', 'bestScore'] as const) this.sum[key] += group[key]
  }

  means(): GroupMeans | null {
    const { problems, ...sums } = this.sum
    if (problems === 0) return null
    return { problems, zeroVariance: sums.zeroVariance / problems, allZero: sums.allZero / problems, allFull: sums.allFull / problems, advantageRms: sums.advantageRms / problems, bestScore: sums.bestScore / problems }
  }
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
