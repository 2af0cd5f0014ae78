/** What a rubric must keep to: its grammar's invariants, as far as they can be read off its rows. */
import type { CheckpointItem, Rubric } from './records'

const COSMETIC = /\b(?:notation|formatting|typos?|typographical|spelling|grammar|grammatical|layout|handwriting|wording)\b/i

/**
 * The most a proof can earn: the common items and the best chain, before deductions.
 *   full = Σ common + max over chains of Σ chain
 */
export function fullMarks({ common, chains }: Rubric): number {
  return worth(common) + Math.max(0, ...chains.map(({ items }) => worth(items)))
}

/**
 * What is wrong with a rubric, one sentence each; empty when nothing is.
 * Checked: whole positive points; the best route worth exactly 7; no route above 7; deductions of 1 to 7 whole points or
 * caps of 0 to 6; deductions about logic, not looks; every line understood.
 * Not checked, as a row does not say it: main ideas worth at least 4, and no deduction for sound but incomplete work.
 * @source QED-Nano, arXiv 2604.04898, rubric generation prompt
 */
export function validateRubric(rubric: Rubric): string[] {
  const { common, chains, deductions, unparsed } = rubric
  const found: string[] = []
  const items = [...common, ...chains.flatMap((chain) => chain.items)]
  if (items.length === 0) found.push('There is no checkpoint with points. Add rows such as "- Proves the lemma (3 pts)".')
  for (const { title, points } of items)
    if (!Number.isInteger(points) || points < 1) found.push(`"${title}" is worth ${points} points. Give it a whole number, at least 1.`)
  const full = fullMarks(rubric)
  if (items.length && full !== 7)
    found.push(`${chains.length ? 'The best chain with the common items' : 'The checkpoints'} add up to ${full} points, ${full > 7 ? 'more' : 'less'} than 7.`)
  const names = new Set<string>()
  for (const { name, items: rows } of chains) {
    if (rows.length === 0) found.push(`"${name}" has no rows.`)
    if (names.has(name)) found.push(`Two chains are called "${name}".`)
    names.add(name)
  }
  for (const { description, minus, capAt } of deductions) {
    if ((minus === null) === (capAt === null)) found.push(`Deduction "${description}" must either take points off or set a cap.`)
    if (minus !== null && !isWhole(minus, 1, 7)) found.push(`Deduction "${description}" takes off ${minus}. Use a whole number from 1 to 7.`)
    if (capAt !== null && !isWhole(capAt, 0, 6)) found.push(`Deduction "${description}" caps at ${capAt}/7. Use a whole number from 0 to 6.`)
    if (COSMETIC.test(description)) found.push(`Deduction "${description}" is about looks. Deduct for logic only.`)
  }
  if (unparsed.length)
    found.push(`${unparsed.length} ${unparsed.length === 1 ? 'line fits' : 'lines fit'} no part of the rubric, the first: "${unparsed[0] ?? ''}".`)
  return found
}

function worth(items: readonly CheckpointItem[]): number {
  return items.reduce((sum, { points }) => sum + points, 0)
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high
}
