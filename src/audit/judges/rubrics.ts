/** Marking instructions for judges that the lab runs itself: starting points, to be edited. */
export const FULL_POINTS = 7

/** One judging task asked of every proof: the name its grades stand under, and what the judge is told. */
export interface JudgeRubric {
  /** As the table calls it: a verdict is compared with human grades of the same rubric alone. */
  readonly name: string
  readonly text: string
}

const SCALE = `7: complete and rigorous; slips of the pen only. 6: complete but for a small gap that is plainly mended. 3 to 5: real progress with a missing part. 1 or 2: a correct first step only. 0: nothing towards the claim, or a proof of something else.`

/** Correct to the standard of a researcher; any true theorem may be used. @source the first of QEDBench's two rubrics (arXiv 2602.20629), in our words */
export const EXPERT_TEXT = `Grade as a referee of a mathematics journal would. Every step must follow from what was shown before, from the hypotheses, or from a result that is well known and correctly quoted. Fluent writing, confidence and layout earn nothing; a step that is asserted where it needs an argument is a gap. Name the first step that fails.
${SCALE}`

/** The same, within one course. @source the second of QEDBench's two rubrics, in our words */
export const COURSE_TEXT = `Grade as an examiner of the course that this problem belongs to would. All of the above holds, and more: a theorem that lies beyond the course may be used only where the proof derives it. A proof that rests on such a theorem without deriving it is incomplete, however correct.
${SCALE}`

/** By the row's own marking scheme. @source the grader of QED-Nano (arXiv 2604.04898), in our words */
export const SCHEME_TEXT = `Grade by the marking scheme below. Give the points of each item that the proof truly earns, along one route of the scheme; take off what its deductions say. An item that is claimed but not shown earns nothing.
The total is a whole number from 0 to 7.`

/** The text to begin with for a rubric of this name. */
export function startingText(name: string): string {
  if (/course|pedag|curricul|level/i.test(name)) return `${EXPERT_TEXT.split('\n')[0]!}\n${COURSE_TEXT}`
  return /scheme|marking|guideline/i.test(name) ? SCHEME_TEXT : EXPERT_TEXT
}

/** Whether grades under this text need the row's own marking scheme. */
export function needsScheme(rubric: JudgeRubric): boolean {
  return /marking scheme below/i.test(rubric.text)
}
