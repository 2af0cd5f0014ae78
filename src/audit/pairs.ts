import type { GradeTable } from './table'

/** One proof scored by a judge and by humans under the same rubric, both as fractions of full marks. */
export interface PairedGrade {
  readonly proofId: string
  readonly problemId: string
  readonly domain: string
  readonly solver: string
  readonly judgeId: string
  /** Mean over the judge's runs. */
  readonly judge: number
  /** Mean over the human raters. */
  readonly human: number
}

interface Sum { total: number; count: number }

/**
 * Every judge grade that has a human grade of the same proof under the same rubric.
 *   human = mean over human raters (each the mean of its runs),   judge = mean over the judge's runs
 * Only rows with status `ok` count; a proof without both sides gives no pair.
 * @returns sorted by judge, problem, proof, so that the order of the file changes nothing
 */
export function pairedGrades(table: GradeTable, rubric: string, humans: ReadonlySet<string>): PairedGrade[] {
  const byRater = new Map<string, Map<string, Sum>>()
  const about = new Map<string, { problemId: string; domain: string; solver: string }>()
  for (const { proofId, problemId, domain, solver, rater, rubric: under, score } of table.rows) {
    if (score === null || under !== rubric) continue
    const grades = byRater.get(rater) ?? new Map<string, Sum>()
    byRater.set(rater, grades)
    const sum = grades.get(proofId) ?? { total: 0, count: 0 }
    sum.total += score
    sum.count++
    grades.set(proofId, sum)
    const known = about.get(proofId)
    // Some tables name the domain in the human rows only.
    if (!known || (known.domain === '' && domain !== '')) about.set(proofId, { problemId, domain, solver })
  }
  const reference = new Map<string, Sum>()
  for (const rater of [...humans].sort())
    for (const [proofId, { total, count }] of byRater.get(rater) ?? []) {
      const sum = reference.get(proofId) ?? { total: 0, count: 0 }
      sum.total += total / count
      sum.count++
      reference.set(proofId, sum)
    }
  const pairs: PairedGrade[] = []
  for (const [judgeId, grades] of byRater) {
    if (humans.has(judgeId)) continue
    for (const [proofId, { total, count }] of grades) {
      const human = reference.get(proofId)
      if (human) pairs.push({ proofId, ...about.get(proofId)!, judgeId, judge: total / count, human: human.total / human.count })
    }
  }
  return pairs.sort((a, b) => order(a.judgeId, b.judgeId) || order(a.problemId, b.problemId) || order(a.proofId, b.proofId))
}

/** Code-unit order: the same in every locale and in every language that repeats the computation. */
export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
