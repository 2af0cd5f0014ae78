/**
 * The checker: grades any text from 0 to 7 against a rubric, point by point, with the reason. It is the ground truth of
 * this domain, as human experts are of the real one.
 */
import type { CheckpointItem, Deduction, Grade, Mark, Rubric } from '../records'
import { splitCompletion } from '../completion'
import { parseRubric } from '../rubric'
import { clamp } from '../../base/numeric'
import { parseFormula, print } from './formula'
import { parseStatement, type TinyStatement } from './problem'
import { verifyProof, type VerifiedProof } from './verify'

/** Grades what follows `</think>`; without the tag the proof is empty and scores 0, as in the paper. */
export function gradeCompletion(problemText: string, rubricText: string, completion: string): Grade {
  return gradeProof(problemText, rubricText, splitCompletion(completion).proof)
}

/** @throws when the problem itself is not of this task: callers take problems from checked datasets */
export function gradeProof(problemText: string, rubricText: string, proof: string): Grade {
  const { statement, rubric } = read(problemText, rubricText)
  if (proof.trim() === '') return { score: 0, cause: 'no_input', marks: [] }
  const verified = verifyProof(statement, proof)
  const goal = print(statement.goal)
  const mark = (item: CheckpointItem, chain?: string) => markItem(item, verified, goal, chain)
  const common = rubric.common.map((item) => mark(item))
  const chains = rubric.chains.map((c) => c.items.map((item) => mark(item, c.name)))
  const sum = (marks: readonly Mark[]) => marks.reduce((total, m) => total + m.points, 0)
  const best = chains.reduce<Mark[]>((a, b) => (sum(b) > sum(a) ? b : a), chains[0] ?? [])
  const marks: Mark[] = [...common, ...best]
  let total = sum(marks)
  for (const deduction of rubric.deductions) {
    const reason = fault(deduction, verified)
    if (!reason || total <= 0) continue
    const capped = deduction.capAt !== null
    const after = capped ? Math.min(total, deduction.capAt!) : total - deduction.minus!
    if (after === total) continue
    marks.push({ title: deduction.description, points: after - total, max: 0, reason, kind: capped ? 'cap' : 'deduction' })
    total = after
  }
  return { score: clamp(Math.round(total), 0, 7), cause: null, marks }
}

function markItem(item: CheckpointItem, verified: VerifiedProof, goal: string, chain?: string): Mark {
  const stated = /\$([^$]+)\$/.exec(`${item.title} ${item.description}`)
  const formula = stated && parseFormula(stated[1]!)
  const base = { title: item.title, max: item.points, kind: 'checkpoint' as const, ...(chain ? { chain } : {}) }
  if (!formula?.ok) return { ...base, points: 0, reason: 'names no formula that the checker could look for' }
  const key = print(formula.value)
  if (key === goal)
    return verified.provesGoal
      ? { ...base, points: item.points, reason: 'the goal is derived' }
      : { ...base, points: 0, reason: why(verified, key) ?? 'the goal is never derived' }
  const line = verified.lines.find((l) => l.counts && l.formula === key)
  if (line) return { ...base, points: item.points, reason: line.reason }
  return { ...base, points: 0, reason: why(verified, key) ?? `$${key}$ is never derived` }
}

/** Why a line that states the formula earned nothing. */
function why(verified: VerifiedProof, key: string): string | null {
  for (const line of verified.lines) {
    if (line.formula === key) return `$${key}$ holds only inside a supposition that is not the goal's`
    const said = /^(.+?)\s+by\s/.exec(line.text)
    const formula = said && line.verdict === 'wrong' ? parseFormula(said[1]!) : null
    if (formula?.ok && print(formula.value) === key) return line.reason
  }
  return null
}

/** Whether a deduction applies, by what its description speaks of; null when it does not, or when no rule can tell. */
function fault(deduction: Deduction, verified: VerifiedProof): string | null {
  const text = deduction.description.toLowerCase()
  if (text.includes('qed')) return verified.endsWithQed ? null : 'the proof does not end with Qed'
  if (/goal|conclusion/.test(text)) return verified.provesGoal ? null : 'the goal is never derived'
  if (/does not follow|unjustified|invalid/.test(text)) {
    const bad = verified.lines.find((l) => l.verdict === 'wrong' || l.verdict === 'unreadable')
    return bad ? `"${bad.text.slice(0, 80)}": ${bad.reason}` : null
  }
  return null
}

interface Parsed {
  readonly statement: TinyStatement
  readonly rubric: Rubric
}

/** K rollouts of a problem share one parse. Bounded, so that a long run does not grow. */
const CACHE_LIMIT = 256
const cache = new Map<string, Parsed>()

function read(problemText: string, rubricText: string): Parsed {
  const key = `${problemText}\u0000${rubricText}`
  const known = cache.get(key)
  if (known) return known
  const statement = parseStatement(problemText)
  if (!statement.ok) throw new Error(`Not a tiny-proofs problem: ${statement.what}`)
  const parsed = { statement: statement.value, rubric: parseRubric(rubricText) }
  if (cache.size >= CACHE_LIMIT) cache.clear()
  cache.set(key, parsed)
  return parsed
}
