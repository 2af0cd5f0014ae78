/** A grading table with the verdicts of a judge in it: as JSON lines, in the lab's own columns, so that it reads back alike. */
import { conditionOf } from '../melt'
import { keyOf, type GradeRow, type GradeTable, type ProofText } from '../table'
import { ORIGINAL } from './calls'
import { costUsd, type Prices } from './cost'
import type { JudgeItem } from './prompt'
import { FULL_POINTS } from './rubrics'
import type { CallRecord } from './runner'
import { statusOf } from './verdict'

/** What the verdicts are joined to; null for proofs that nobody graded yet. */
export interface JoinedTo {
  readonly table: GradeTable
  readonly conditions: readonly string[]
  textOf(proofId: string): ProofText
}

export interface Judged {
  readonly judge: string
  readonly items: readonly JudgeItem[]
  readonly records: readonly CallRecord[]
  readonly prices: Prices
}

/**
 * One line a grade: those that were there, then the judge's. A verdict that could not be had stands with its cause and no
 * score. Rows of a rater who bears the judge's name are replaced, so that a judge can be run again.
 */
export function judgedLines(joined: JoinedTo | null, { judge, items, records, prices }: Judged): string[] {
  const told = new Set<string>()
  const texts = (proofId: string, text: ProofText) => {
    if (told.has(proofId)) return {} // once a proof is enough, and keeps the table small
    told.add(proofId)
    return { ...(text.problem === null ? {} : { problem_text: text.problem }), ...(text.proof === null ? {} : { proof: text.proof }) }
  }
  const lines: string[] = []
  for (const row of joined?.table.rows ?? []) {
    if (row.rater === judge) continue
    lines.push(JSON.stringify({ ...gradeColumns(row, joined!.conditions), ...texts(row.proofId, joined!.textOf(row.proofId)) }))
  }
  const byProof = new Map(items.map((item) => [item.proofId, item]))
  const replaced = new Set<string>()
  for (const r of records) {
    const item = byProof.get(r.proofId)
    const key = keyOf(r.proofId, r.rubric, r.variant, r.run)
    if (!item || replaced.has(key)) continue
    replaced.add(key)
    const cost = costUsd({ prompt: r.promptTokens ?? 0, completion: r.completionTokens ?? 0 }, prices)
    lines.push(JSON.stringify({
      problem_id: item.problemId, ...(item.domain === '' ? {} : { domain: item.domain }), solver: item.solver, attempt: item.attempt,
      rater: judge, rater_kind: 'llm', rubric: r.rubric, run: r.run, raw: r.points, max: FULL_POINTS, status: statusOf(r.cause),
      ...(r.cause === null ? {} : { cause: r.cause }), ...(r.variant === ORIGINAL ? {} : { variant: r.variant }),
      ...(r.reply === null ? {} : { rationale: r.reply }), prompt_hash: r.promptHash,
      ...(cost === null || r.promptTokens === null ? {} : { cost_usd: cost }),
      ...texts(r.proofId, item),
    }))
  }
  return lines
}

function gradeColumns(row: GradeRow, conditions: readonly string[]): Record<string, unknown> {
  const condition = row.extras?.condition === undefined ? null : conditionOf(row.rater, conditions)
  const { extras } = row
  return {
    problem_id: row.problemId, ...(row.domain === '' ? {} : { domain: row.domain }), solver: row.solver, attempt: row.attempt,
    rater: condition?.judge ?? row.rater, rater_kind: row.kind, rubric: row.rubric, run: row.run,
    // "5/7" in a cell is 5 beside a column of full marks.
    raw: row.score === null || typeof row.raw === 'number' ? row.raw : row.score * row.max, max: row.max, status: row.status,
    ...(row.rationale === null ? {} : { rationale: row.rationale }),
    ...(extras === null ? {} : {
      condition: condition?.condition ?? extras.condition, temperature: extras.temperature, tokens_proof: extras.tokens, cost_usd: extras.cost, flags: extras.flags,
      prompt_hash: extras.promptHash, contamination: extras.contamination, variant: extras.variant, solver_family: extras.solverFamily, rater_family: extras.raterFamily, split: extras.split,
    }),
  }
}
