/** Reads a proof line by line and says of each whether it follows, and if not, why. */
import { parseFormula, print, type Formula } from './formula'
import type { TinyStatement } from './problem'
import { closes, closesWith, follows, RULES, type Rule } from './rules'

export interface VerifiedLine {
  readonly text: string
  readonly verdict: 'follows' | 'supposed' | 'wrong' | 'unreadable'
  readonly reason: string
  /** Printed formula of a line that follows, else null. */
  readonly formula: string | null
  /** True when the line holds outright, or under suppositions that the goal itself discharges. */
  readonly counts: boolean
}

export interface VerifiedProof {
  readonly lines: readonly VerifiedLine[]
  readonly endsWithQed: boolean
  /** True when the goal was derived outside every supposition. */
  readonly provesGoal: boolean
}

const MAX_CHARACTERS = 20_000
const MAX_LINES = 200
/** A formula may have 400 characters; past this a line is not matched, as the match is quadratic in its spaces. */
const MAX_LINE_CHARACTERS = 600
const LINE = /^(.+?)\s+by\s+(.+)$/s

interface Box {
  readonly hypothesis: Formula
  readonly before: Map<string, Formula>
}

/** Checks a proof of `statement`. Text past the caps is not read and counts as an unreadable line. */
export function verifyProof(statement: TinyStatement, text: string): VerifiedProof {
  const sentences = text.slice(0, MAX_CHARACTERS).split(/[.\n]/).map((s) => s.trim()).filter((s) => s !== '')
  const lines: VerifiedLine[] = []
  const boxes: Box[] = []
  const goalKey = print(statement.goal)
  const discharged = hypothesesOf(statement.goal)
  let available = new Map(statement.premises.map((f) => [print(f), f]))
  const premises = new Set(available.keys())
  let endsWithQed = false
  let provesGoal = premises.has(goalKey)
  const wrong = (sentence: string, reason: string, verdict: 'wrong' | 'unreadable' = 'wrong') =>
    lines.push({ text: sentence, verdict, reason, formula: null, counts: false })

  for (const sentence of sentences.slice(0, MAX_LINES)) {
    if (sentence === 'Qed') {
      endsWithQed = true
      break
    }
    if (sentence.length > MAX_LINE_CHARACTERS) {
      wrong(`${sentence.slice(0, 80)} …`, 'is longer than any line of a proof', 'unreadable')
      continue
    }
    if (sentence.startsWith('Suppose ')) {
      const hypothesis = parseFormula(sentence.slice(8))
      if (!hypothesis.ok) {
        wrong(sentence, hypothesis.what, 'unreadable')
        continue
      }
      boxes.push({ hypothesis: hypothesis.value, before: available })
      available = new Map(available).set(print(hypothesis.value), hypothesis.value)
      lines.push({ text: sentence, verdict: 'supposed', reason: 'opens a supposition', formula: null, counts: false })
      continue
    }
    const match = LINE.exec(sentence)
    const formula = match && parseFormula(match[1]!)
    const rule = match && RULES.find((r) => r === match[2]!.replace(/\s+/g, ' ').trim())
    if (!match || !formula?.ok) {
      wrong(sentence, 'is not of the form "formula by rule"', 'unreadable')
      continue
    }
    if (!rule) {
      wrong(sentence, `"${match[2]!.slice(0, 40)}" is not a rule of the task`)
      continue
    }
    const key = print(formula.value)
    if (!holds(formula.value, rule, available, boxes)) {
      wrong(sentence, `$${key}$ does not follow by ${rule}`)
      continue
    }
    if (closes(rule)) available = boxes.pop()!.before
    available = new Map(available).set(key, formula.value)
    const counts = !premises.has(key) && boxes.every((box) => discharged.has(print(box.hypothesis)))
    if (key === goalKey && boxes.length === 0) provesGoal = true
    lines.push({ text: sentence, verdict: 'follows', reason: `follows by ${rule}`, formula: key, counts })
  }
  if (text.length > MAX_CHARACTERS || sentences.length > MAX_LINES) wrong('…', 'the proof is longer than the checker reads', 'unreadable')
  return { lines, endsWithQed, provesGoal }
}

function holds(formula: Formula, rule: Rule, available: Map<string, Formula>, boxes: readonly Box[]): boolean {
  if (!closes(rule)) return follows(formula, rule, available)
  const box = boxes[boxes.length - 1]
  return box !== undefined && closesWith(formula, rule, box.hypothesis, available)
}

/** What the goal itself lets one suppose: p of p → g or ¬p, then q of g = q → h, and so on; printed. */
function hypothesesOf(goal: Formula): ReadonlySet<string> {
  const found = new Set<string>()
  let rest = goal
  for (; rest.kind === 'to'; rest = rest.right) found.add(print(rest.left))
  if (rest.kind === 'not') found.add(print(rest.inner))
  return found
}
