/** What the stages of a recipe leave behind, and the table over seeds that they add up to. */
import { mean, sampleStd } from '../base/numeric'
import type { Curriculum } from './curriculum'
import { POLICIES, SCAFFOLD_NAMES, type PolicyName, type ScaffoldName } from './recipe'

/** One policy under one scaffold on one side of the split. */
export interface Cell {
  readonly policy: PolicyName
  readonly scaffold: ScaffoldName
  readonly problems: number
  /** Mean of score/7, in percent. */
  readonly grade: number
  /** Share of answers whose writing ended by itself with a proof. */
  readonly finished: number
  readonly success: number
  /** Tokens written and calls made a problem, the assistant's included. */
  readonly tokens: number
  readonly calls: number
  /** By problem, in the order of the split. */
  readonly scores: readonly number[]
}

export type StageResult = {
  readonly stage: string
  readonly seconds: number
} & (
  | { readonly kind: 'sft' | 'assistant' | 'rl' | 'rc-rl'; readonly steps: number; /** Means over the last tenth of the steps, beside the first's. */ readonly first: Readonly<Record<string, number | null>>; readonly last: Readonly<Record<string, number | null>>; readonly notes: Readonly<Record<string, number>> }
  | { readonly kind: 'curriculum'; readonly curriculum: Curriculum }
  | { readonly kind: 'evaluate'; readonly cell: Cell }
)

export interface TableCell {
  readonly policy: PolicyName
  readonly scaffold: ScaffoldName
  /** Seeds behind the numbers. */
  readonly seeds: number
  readonly grade: number
  /** Over seeds, ddof 1; null for a single seed. */
  readonly gradeStd: number | null
  readonly finished: number
  readonly tokens: number
  /** Tokens over those of the same policy's single attempt. */
  readonly multiple: number | null
}

/** The table: mean over seeds of each cell that any seed has. @param seeds the cells of each seed */
export function recipeTable(seeds: readonly (readonly Cell[])[]): TableCell[] {
  return POLICIES.flatMap((policy) =>
    SCAFFOLD_NAMES.flatMap((scaffold) => {
      const some = (of: ScaffoldName) => seeds.flatMap((cells) => cells.filter((cell) => cell.policy === policy && cell.scaffold === of))
      const own = some(scaffold)
      if (own.length === 0) return []
      const average = (of: (cell: Cell) => number, cells = own) => mean(cells.map(of))
      const tokens = average((c) => c.tokens)!
      const single = average((c) => c.tokens, some('single'))
      return [{ policy, scaffold, seeds: own.length, grade: average((c) => c.grade)!, gradeStd: sampleStd(own.map((c) => c.grade)), finished: average((c) => c.finished)!, tokens, multiple: single ? tokens / single : null }]
    }),
  )
}

/** One thing the paper lets one expect, held against the table. */
export interface Finding {
  readonly claim: string
  /** In points of grade %, or the ratio named in the claim. */
  readonly value: number | null
  readonly isMet: boolean | null
}

/** The orderings of the paper, as far as the table has them; null where a cell is missing. */
export function findings(table: readonly TableCell[]): Finding[] {
  const at = (policy: PolicyName, scaffold: ScaffoldName = 'single') => table.find((c) => c.policy === policy && c.scaffold === scaffold)
  const gain = (claim: string, least: number, a: TableCell | undefined, b: TableCell | undefined): Finding => {
    const value = a && b ? a.grade - b.grade : null
    return { claim, value, isMet: value === null ? null : value >= least }
  }
  const [sft, rl] = [at('sft'), at('rl')]
  const truncation = sft && rl ? (1 - rl.finished) / (1 - sft.finished) : null
  return [
    gain('SFT at least 15 points above base', 15, sft, at('base')),
    gain('RL at least 8 points above SFT', 8, rl, sft),
    { claim: 'RL truncates at most half as often as SFT', value: truncation, isMet: truncation === null || Number.isNaN(truncation) ? null : truncation <= 0.5 },
    gain('RL with the cache at least 5 points above RL alone', 5, at('rl', 'rc'), rl),
    gain('RC-RL with the cache at least 3 points above RL with the cache', 3, at('rc-rl', 'rc'), at('rl', 'rc')),
    gain('DSM above a single attempt (RC-RL)', Number.MIN_VALUE, at('rc-rl', 'dsm'), at('rc-rl')),
    gain('RSA above a single attempt (RC-RL)', Number.MIN_VALUE, at('rc-rl', 'rsa'), at('rc-rl')),
  ]
}
