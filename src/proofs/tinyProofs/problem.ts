/** A problem of the task as structure and as text: `Assume $p$, $p \to q$. Prove $q$.` */
import { fail, ok, type Result } from '../../base/result'
import { parseFormula, print, type Formula } from './formula'
import type { Rule } from './rules'

export interface TinyStatement {
  readonly premises: readonly Formula[]
  readonly goal: Formula
}

/** One line of a proof. */
export type Line = { readonly formula: Formula; readonly rule: Rule } | { readonly suppose: Formula }

export interface TinyProblem extends TinyStatement {
  readonly level: number
  readonly kind: string
  /** A shortest proof; where two routes exist, the first of them. */
  readonly proof: readonly Line[]
  /** The other route, where there is one. */
  readonly alternative: readonly Line[] | null
}

export function statementText({ premises, goal }: TinyStatement): string {
  return `Assume ${premises.map((f) => `$${print(f)}$`).join(', ')}. Prove $${print(goal)}$.`
}

const SHAPE = /^\s*Assume\s+([^.]{1,2000})\.\s*Prove\s+([^.]{1,400})\.\s*$/

export function parseStatement(text: string): Result<TinyStatement, 'badProblem'> {
  const match = SHAPE.exec(text.slice(0, 4000))
  const refuse = (what: string) => fail('badProblem', what, { where: 'Problem', next: 'Write it as: Assume $p$, $p \\to q$. Prove $q$.' })
  if (!match) return refuse('does not have the form "Assume …. Prove …."')
  const premises: Formula[] = []
  for (const part of match[1]!.split(',')) {
    const formula = parseFormula(part)
    if (!formula.ok) return refuse(formula.what)
    premises.push(formula.value)
  }
  const goal = parseFormula(match[2]!)
  return goal.ok ? ok({ premises, goal: goal.value }) : refuse(goal.what)
}

export function lineText(line: Line): string {
  return 'suppose' in line ? `Suppose $${print(line.suppose)}$.` : `$${print(line.formula)}$ by ${line.rule}.`
}

export function proofText(lines: readonly Line[]): string {
  return [...lines.map(lineText), 'Qed.'].join(' ')
}

/** The formulas a proof derives, in order, without its suppositions. */
export function derived(lines: readonly Line[]): Formula[] {
  return lines.flatMap((line) => ('suppose' in line ? [] : [line.formula]))
}
