/** Headings such as "## Self Evaluation", "**Final evaluation:**" or "Evaluation" alone on a line; group 1 is the Markdown level. */
const EVALUATION = /^(?:(#{1,6})[ \t]*)?(?:\*\*|__)?[ \t]*(?:(?:self|final)(?:[ \t-]+(?:self|final))?[ \t-]*)?evaluation[ \t]*:?[ \t]*(?:\*\*|__)?[ \t]*:?[ \t]*#*[ \t]*$/i
const HEADING = /^(#{1,6})[ \t]+\S/
const FENCE = /^[ \t]*(?:```|~~~)/

/**
 * A solution without its sections of self-evaluation, so that a grader is not told what to think of it. A section goes
 * from its heading to the next heading of the same or a higher level, or to the end. Lines of code are no headings.
 * @source QED-Nano, arXiv 2604.04898, released evaluation code: such sections are stripped before grading
 */
export function withoutSelfEvaluation(solution: string): string {
  const kept: string[] = []
  /** Level of the section that is being dropped; 7, below every heading, for one without Markdown; null outside. */
  let dropping: number | null = null
  let isCode = false
  for (const line of solution.split('\n')) {
    if (FENCE.test(line)) isCode = !isCode
    const evaluation = isCode ? null : EVALUATION.exec(line.trimEnd())
    const level = isCode ? undefined : HEADING.exec(line)?.[1]?.length
    if (evaluation) dropping ??= evaluation[1]?.length ?? 7
    else if (dropping !== null && level !== undefined && level <= dropping) dropping = null
    if (dropping === null) kept.push(line)
  }
  return kept.join('\n').trim()
}
