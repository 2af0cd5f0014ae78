/** Rows of a distilled set, in the columns of FineProofs-SFT. */
import { PROOF_PROMPT } from '../../proofs/tinyProofs/vocabulary'
import type { DistilItem, DistilRow } from './distil'

/**
 * Where FineProofs-SFT says `gemini-3-pro-grade`, these rows say `grade` and who gave it: a grade is not to be taken for
 * another judge's. Both names are read as the same role.
 */
export interface DistilledRow {
  readonly problem: string
  readonly reasoning_content: string
  readonly proof: string
  readonly category: string | null
  readonly competition: string | null
  readonly grade: number | null
  readonly grader: string | null
  readonly teacher: string
  readonly licence: string
  readonly source: string | null
  readonly messages: readonly { readonly content: string; readonly role: string }[]
}

export interface DistilChoice {
  readonly teacher: string
  readonly licence: string
  /** Rows with a lower grade are left out; null keeps all, as the published set does. Rows without a grade stay. */
  readonly lowestGrade: number | null
}

/** The rows that the structural filter kept, in the order of the dataset. @param grader who graded; named only on graded rows */
export function distilledRows(items: readonly DistilItem[], rows: readonly DistilRow[], { teacher, licence, lowestGrade }: DistilChoice, grader: string): DistilledRow[] {
  const byIndex = new Map(items.map((item) => [item.index, item]))
  return [...rows]
    .filter((row) => row.outcome === 'kept' && (lowestGrade === null || row.score === null || row.score >= lowestGrade))
    .sort((a, b) => a.index - b.index)
    .flatMap((row) => {
      const item = byIndex.get(row.index)
      if (!item) return []
      return {
        problem: item.problem, reasoning_content: row.reasoning, proof: row.proof, category: item.category, competition: item.competition,
        grade: row.score, grader: row.score === null ? null : grader, teacher, licence, source: item.source,
        messages: [
          { content: `${PROOF_PROMPT}\n\n${item.problem}`, role: 'user' },
          { content: `<think>\n${row.reasoning}\n</think>\n${row.proof}`, role: 'assistant' },
        ],
      }
    })
}

/** One sentence for the lineage: what was asked of whom, and what was left out and why. */
export function distilStep(rows: readonly DistilRow[], kept: number, { teacher, lowestGrade }: DistilChoice): string {
  const count = (outcome: DistilRow['outcome']) => rows.filter((row) => row.outcome === outcome).length
  const reasons = [['truncated', 'cut off'], ['notClosed', 'with thinking that did not end'], ['emptyProof', 'without a proof'], ['failed', 'without a reply']] as const
  const left = reasons.flatMap(([outcome, words]) => (count(outcome) > 0 ? [`${count(outcome)} ${words}`] : []))
  const low = count('kept') - kept
  if (low > 0) left.push(`${low} graded below ${lowestGrade}`)
  return `distilled from ${teacher}: ${kept} of ${rows.length} problems kept${left.length ? `; left out: ${left.join(', ')}` : ''}`
}
