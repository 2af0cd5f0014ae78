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

export interface ProofAbout {
  readonly problemId: string
  readonly domain: string
  readonly solver: string
}

/** Every rater's score of every proof under one rubric, runs averaged. Only rows with status `ok` count. */
export interface RaterScores {
  readonly byRater: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly about: ReadonlyMap<string, ProofAbout>
}

/**
 * The table read by rater and proof.
 * @param isUnparsedZero count unparsed replies as 0, which the researcher must ask for and every table then says
 */
export function raterScores(table: GradeTable, rubric: string, isUnparsedZero = false): RaterScores {
  const sums = new Map<string, Map<string, { total: number; count: number }>>()
  const about = new Map<string, ProofAbout>()
  for (const { proofId, problemId, domain, solver, rater, rubric: under, score: given, status, extras } of table.rows) {
    if (extras?.variant !== undefined && !isOriginal(extras.variant)) continue // a perturbed proof is another proof
    const score = given ?? (isUnparsedZero && status === 'unparsed' ? 0 : null)
    if (score === null || under !== rubric) continue
    let grades = sums.get(rater)
    if (!grades) sums.set(rater, (grades = new Map()))
    const sum = grades.get(proofId)
    if (sum) {
      sum.total += score
      sum.count++
    } else grades.set(proofId, { total: score, count: 1 })
    const known = about.get(proofId)
    // Some tables name the domain in the human rows only.
    if (!known || (known.domain === '' && domain !== '')) about.set(proofId, { problemId, domain, solver })
  }
  const byRater = new Map<string, Map<string, number>>()
  for (const [rater, grades] of sums) byRater.set(rater, new Map(Array.from(grades, ([id, { total, count }]) => [id, total / count])))
  return { byRater, about }
}

/** A variant that is the proof as it was written. */
export function isOriginal(variant: string): boolean {
  return /^(original|none|base|baseline|unperturbed)$/i.test(variant)
}

/** Human reference of each proof: the mean over the given raters who graded it. */
export function humanReference({ byRater }: RaterScores, humans: ReadonlySet<string>): Map<string, number> {
  const sums = new Map<string, { total: number; count: number }>()
  for (const rater of [...humans].sort())
    for (const [proofId, score] of byRater.get(rater) ?? []) {
      const sum = sums.get(proofId)
      if (sum) {
        sum.total += score
        sum.count++
      } else sums.set(proofId, { total: score, count: 1 })
    }
  return new Map(Array.from(sums, ([id, { total, count }]) => [id, total / count]))
}

/**
 * Every judge grade that has a human grade of the same proof under the same rubric.
 *   human = mean over human raters (each the mean of its runs),   judge = mean over the judge's runs
 * Only rows with status `ok` count; a proof without both sides gives no pair.
 * @returns sorted by judge, problem, proof, so that the order of the file changes nothing
 */
export function pairedGrades(table: GradeTable, rubric: string, humans: ReadonlySet<string>, isUnparsedZero = false): PairedGrade[] {
  const scores = raterScores(table, rubric, isUnparsedZero)
  const reference = humanReference(scores, humans)
  // Proofs are put in order once, not once a judge: a table of 100,000 grades spent most of its time on that sort.
  const proofs = Array.from(reference, ([proofId, human]) => ({ proofId, human, ...scores.about.get(proofId)! }))
  proofs.sort((a, b) => order(a.problemId, b.problemId) || order(a.proofId, b.proofId))
  const pairs: PairedGrade[] = []
  for (const judgeId of [...scores.byRater.keys()].sort()) {
    if (humans.has(judgeId)) continue
    const grades = scores.byRater.get(judgeId)!
    for (const { proofId, problemId, domain, solver, human } of proofs) {
      const judge = grades.get(proofId)
      if (judge !== undefined) pairs.push({ proofId, problemId, domain, solver, judgeId, judge, human })
    }
  }
  return pairs
}

/** Code-unit order: the same in every locale and in every language that repeats the computation. */
export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
