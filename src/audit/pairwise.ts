/** Judges that compare two answers instead of scoring one: a table of verdicts, in both orders of each pair where it has them. */
import { fail, ok, type Result } from '../base/result'
import { normalised } from './mapping'
import type { RawTable } from './table'

/** The slot that won; 0 for a tie. */
export type Slot = 0 | 1 | 2

export interface PairVerdict {
  readonly pairId: string
  readonly judge: string
  /** What stood in slot 1 and slot 2. */
  readonly first: string
  readonly second: string
  readonly winner: Slot
  /** Answer B stood first. */
  readonly isSwapped: boolean
  /** The answer that won; null for a tie. */
  readonly won: 'a' | 'b' | null
}

export interface PairTable {
  readonly verdicts: readonly PairVerdict[]
  /** By pair: the right answer; pairs without a label are absent. */
  readonly labels: ReadonlyMap<string, 'a' | 'b'>
  /** Rows without a verdict that could be read: counted, never taken for a tie. */
  readonly unread: number
}

const NAMES = {
  pair: ['pair_id', 'pair', 'item_id', 'question_id', 'id'],
  judge: ['judge', 'judge_id', 'judge_name', 'rater', 'judge_model', 'grader'],
  a: ['model_a', 'response_model_a', 'answer_a', 'solver_a', 'a'],
  b: ['model_b', 'response_model_b', 'answer_b', 'solver_b', 'b'],
  label: ['label', 'gold', 'correct'],
  /** One verdict a row, with the order it was asked in. */
  verdict: ['verdict', 'winner', 'decision', 'preference'],
  order: ['order', 'position', 'swapped'],
  /** Both orders in one row. */
  forward: ['verdict_ab', 'forward', 'judgment_1', 'decision_1', 'verdict_1'],
  backward: ['verdict_ba', 'backward', 'judgment_2', 'decision_2', 'verdict_2'],
} as const

/** "A>B", "A", "first", "1", … as the answer that it names: `a`, `b` or a tie; null for anything else. */
function named(cell: unknown): 'a' | 'b' | 'tie' | null {
  const text = String(cell ?? '').trim().toLowerCase().replace(/\s+/g, '')
  if (/^(a|a>+b|b<+a|modela|answera|responsea)$/.test(text)) return 'a'
  if (/^(b|b>+a|a<+b|modelb|answerb|responseb)$/.test(text)) return 'b'
  return /^(tie|a=b|b=a|c|draw|equal|both)$/.test(text) ? 'tie' : null
}

/**
 * Rows of pairs: one verdict a row (`verdict`, with `order` AB or BA), or both orders in one row (`verdict_ab`, `verdict_ba`).
 * A verdict names an answer (A or B), not a slot, in either order, as JudgeBench's "A>B" does.
 * @returns `missingColumn` without a pair id and verdicts
 * @source layout of JudgeBench, arXiv 2410.12784
 */
export function pairTable(raw: RawTable): Result<PairTable, 'missingColumn'> {
  const at = new Map(raw.columns.map((c, i) => [normalised(c), i]))
  const place = (names: readonly string[]) => names.map((n) => at.get(n)).find((i) => i !== undefined) ?? -1
  const [pair, judge, a, b, label, verdict, order, forward, backward] = [NAMES.pair, NAMES.judge, NAMES.a, NAMES.b, NAMES.label, NAMES.verdict, NAMES.order, NAMES.forward, NAMES.backward].map(place) as [number, number, number, number, number, number, number, number, number]
  if (pair < 0 || (verdict < 0 && (forward < 0 || backward < 0)))
    return fail('missingColumn', `${pair < 0 ? 'No column names the pair' : 'No column holds the verdicts'}. Columns found: ${raw.columns.slice(0, 20).join(', ')}.`, { next: 'Name them pair_id, and verdict with order, or verdict_ab and verdict_ba.' })
  const text = (row: readonly unknown[], i: number, otherwise: string) => (i < 0 || row[i] === null || row[i] === undefined || String(row[i]).trim() === '' ? otherwise : String(row[i]).trim())
  const verdicts: PairVerdict[] = []
  const labels = new Map<string, 'a' | 'b'>()
  let unread = 0
  for (const row of raw.rows) {
    const pairId = text(row, pair, '')
    if (pairId === '') { unread++; continue }
    const [nameA, nameB] = [text(row, a, 'A'), text(row, b, 'B')]
    const truth = label < 0 ? null : named(row[label])
    if (truth === 'a' || truth === 'b') labels.set(pairId, truth)
    const add = (cell: unknown, isSwapped: boolean) => {
      const won = named(cell)
      if (won === null) { unread++; return }
      const [first, second] = isSwapped ? [nameB, nameA] : [nameA, nameB]
      verdicts.push({ pairId, judge: text(row, judge, 'judge'), first, second, winner: won === 'tie' ? 0 : (won === 'a') === isSwapped ? 2 : 1, isSwapped, won: won === 'tie' ? null : won })
    }
    if (verdict >= 0) add(row[verdict], order >= 0 && /^(ba|b,?a|swapped|true|1|2|reverse|backward)$/i.test(text(row, order, '')))
    else {
      add(row[forward], false)
      add(row[backward], true)
    }
  }
  return ok({ verdicts, labels, unread })
}
