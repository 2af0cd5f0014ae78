/** One's own grades, given before any other is seen: kept apart from the table, undone step by step. */
import { agreement } from './agreement'
import { concordance } from './correlation'
import type { PairedGrade } from './pairs'

/** The scale of the grading keys. @source QED-Nano and the olympiads grade from 0 to 7 */
export const FULL_MARKS = 7

/** What is wrong with a proof. @source categories of the Open Proof Corpus, arXiv 2506.21621, in our words */
export const ERROR_TAGS = ['logical gap', 'wrong claim', 'missing case', 'circular', 'misread problem', 'calculation', 'unjustified step', 'incomplete'] as const
export type ErrorTag = (typeof ERROR_TAGS)[number]

export interface BlindGrade {
  /** 0..7; null when only tagged. */
  readonly points: number | null
  readonly tags: readonly ErrorTag[]
}

/** @version 1 */
export interface BlindGrades {
  readonly schema: 1
  readonly tableId: string
  /** Rubric → proof → grade. */
  readonly grades: Readonly<Record<string, Readonly<Record<string, BlindGrade>>>>
}

/** A change and what was there before, newest last. */
export interface BlindStep {
  readonly rubric: string
  readonly proofId: string
  readonly before: BlindGrade | null
}

export function noGrades(tableId: string): BlindGrades {
  return { schema: 1, tableId, grades: {} }
}

export function gradeAt({ grades }: BlindGrades, rubric: string, proofId: string): BlindGrade | null {
  return grades[rubric]?.[proofId] ?? null
}

/** The grades with one of them set, or taken away by null. */
export function withGrade(all: BlindGrades, rubric: string, proofId: string, grade: BlindGrade | null): BlindGrades {
  const own = { ...all.grades[rubric] }
  if (grade === null) delete own[proofId]
  else own[proofId] = grade
  return { ...all, grades: { ...all.grades, [rubric]: own } }
}

export interface BlindSummary {
  readonly graded: number
  /** Against the human reference, and against each judge: mean difference (theirs − mine), mean absolute, concordance. */
  readonly against: readonly { readonly name: string; readonly proofs: number; readonly bias: number; readonly mae: number; readonly concordance: number | null }[]
}

/** How one's own grades compare. @param pairs pairs of every judge under the rubric */
export function blindSummary(all: BlindGrades, rubric: string, pairs: readonly PairedGrade[]): BlindSummary {
  const mine = new Map(Object.entries(all.grades[rubric] ?? {}).flatMap(([id, g]) => (g.points === null ? [] : [[id, g.points / FULL_MARKS] as const])))
  const known = pairs.filter((p) => mine.has(p.proofId))
  const humans = [...new Map(known.map((p) => [p.proofId, { ...p, judge: p.human }])).values()]
  const judges = [...new Set(known.map((p) => p.judgeId))].sort()
  const compare = (name: string, own: readonly PairedGrade[]) => {
    const against = own.map((p) => ({ ...p, human: mine.get(p.proofId)! }))
    const a = agreement(against)
    return a === null ? [] : [{ name, proofs: a.proofs, mae: a.mae, bias: against.reduce((s, p) => s + p.judge - p.human, 0) / against.length, concordance: concordance(against.map((p) => p.judge), against.map((p) => p.human)) }]
  }
  return { graded: mine.size, against: [...compare('humans', humans), ...judges.flatMap((j) => compare(j, known.filter((p) => p.judgeId === j)))] }
}

/** The grades as a table that can be dropped again: one row a grade, the rater named by the researcher. */
export function blindCsv(all: BlindGrades, rater: string, about: ReadonlyMap<string, { problemId: string; solver: string; domain: string }>): string {
  const cell = (text: string) => (/[",\r\n]|^[=+\-@]/.test(text) ? `"${text.replace(/^[=+\-@]/, "'$&").replaceAll('"', '""')}"` : text)
  const rows = Object.entries(all.grades).flatMap(([rubric, own]) => Object.entries(own).flatMap(([id, g]) => {
    const proof = about.get(id)
    if (!proof || g.points === null) return []
    return [[proof.problemId, proof.domain, proof.solver, id.slice(id.lastIndexOf('|') + 1), rubric, rater, 'human', String(g.points), String(FULL_MARKS), g.tags.join('; ')].map(cell).join(',')]
  }))
  return ['problem_id,domain,solver,attempt,rubric,rater,rater_kind,score,max,rationale', ...rows].join('\r\n') + '\r\n'
}
