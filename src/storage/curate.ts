/** What is computed over all rows of a dataset, a row group at a time: score lists, duplicates, verdicts, the think/proof split. */
import type { Stop } from '../base/stop'
import type { ScoreTable } from '../posttrain/difficulty'
import { splitCompletion } from '../proofs/completion'
import { scoreIntegrity } from '../proofs/scoreLists'
import { parseRubric } from '../proofs/rubric'
import { fullMarks, validateRubric } from '../proofs/rubricRules'
import { isList, numberOf, rubricText } from '../proofs/schemas/rows'
import type { Role } from '../proofs/schemas/schema'
import { isSound, parseVerdict } from '../proofs/verdict'
import type { Opened } from './datasets'

export interface ScoreReport {
  readonly rowsWithLists: number
  /** Number of rewards in all rows together. */
  readonly attempts: number
  readonly shortest: number | null
  readonly longest: number | null
  /** Rows by list length, the most frequent first. */
  readonly lengths: readonly { readonly length: number; readonly rows: number }[]
  readonly worstReward: number | null
  readonly worstMean: number | null
  readonly worstStd: number | null
  readonly faultyRows: number
  /** The first few. */
  readonly faults: readonly { readonly row: number; readonly what: string }[]
}

const SHOWN = 20

/** Calls `take` with each row's raw values, by role. False when stopped. */
async function eachRow({ source, set }: Opened, roles: readonly Role[], take: (row: number, value: (role: Role) => unknown) => void, onRows: (rows: number) => void, stop: Stop): Promise<boolean> {
  const columns = roles.flatMap((role) => set.names[role] ?? [])
  let start = 0
  for (const end of source.groupEnds) {
    if (stop.aborted) return false
    const records = await source.read(columns, start, end)
    records.forEach((record, i) => take(start + i, (role) => (set.names[role] === undefined ? null : record[set.names[role]])))
    start = end
    onRows(end)
  }
  return !stop.aborted
}

function numbers(value: unknown): number[] | null {
  return isList(value) ? Array.from(value, (v) => numberOf(v) ?? Number.NaN) : null
}

/** Counts of each row's scores, and how far its figures agree with them. Null when stopped. */
export async function readScores(opened: Opened, onRows: (rows: number) => void, stop: Stop): Promise<{ table: ScoreTable; report: ScoreReport } | null> {
  const { rows } = opened.source
  const counts = new Int32Array(rows * 8)
  const writtenMeans = new Float64Array(rows).fill(Number.NaN)
  const lengths = new Map<number, number>()
  const faults: { row: number; what: string }[] = []
  const worst = { reward: null as number | null, mean: null as number | null, std: null as number | null }
  let rowsWithLists = 0, attempts = 0, faultyRows = 0
  const more = (a: number | null, b: number | null) => (b === null ? a : Math.max(a ?? 0, b))
  const isDone = await eachRow(opened, ['scores', 'rewards', 'attempts', 'rewardMean', 'rewardStd'], (row, value) => {
    const scores = numbers(value('scores'))
    const rewards = numbers(value('rewards'))
    const rewardMean = numberOf(value('rewardMean'))
    if (rewardMean !== null) writtenMeans[row] = rewardMean
    const list = scores ?? rewards?.map((r) => r * 7) ?? null
    if (list) {
      rowsWithLists++
      attempts += list.length
      lengths.set(list.length, (lengths.get(list.length) ?? 0) + 1)
      for (const score of list) {
        const points = Math.round(score)
        if (points >= 0 && points <= 7) counts[row * 8 + points]!++
      }
    }
    const found = scoreIntegrity({ scores, rewards, attempts: numberOf(value('attempts')), rewardMean, rewardStd: numberOf(value('rewardStd')) })
    worst.reward = more(worst.reward, found.rewardDeviation)
    worst.mean = more(worst.mean, found.meanDeviation)
    worst.std = more(worst.std, found.stdDeviation)
    if (found.faults.length === 0) return
    faultyRows++
    if (faults.length < SHOWN) faults.push({ row, what: found.faults.join('; ') })
  }, onRows, stop)
  if (!isDone) return null
  const all = [...lengths].map(([length, n]) => ({ length, rows: n })).sort((a, b) => b.rows - a.rows)
  return {
    table: { rows, counts, writtenMeans },
    report: {
      rowsWithLists, attempts, shortest: all.length ? Math.min(...all.map((l) => l.length)) : null, longest: all.length ? Math.max(...all.map((l) => l.length)) : null,
      lengths: all.slice(0, SHOWN), worstReward: worst.reward, worstMean: worst.mean, worstStd: worst.std, faultyRows, faults,
    },
  }
}

/** The problem of every row. Null when stopped. */
export async function readProblems(opened: Opened, onRows: (rows: number) => void, stop: Stop): Promise<(string | null)[] | null> {
  const problems: (string | null)[] = []
  const take = (_: number, value: (role: Role) => unknown) => {
    const text = value('problem')
    problems.push(typeof text === 'string' ? text : null)
  }
  return (await eachRow(opened, ['problem'], take, onRows, stop)) ? problems : null
}

export interface VerdictReport {
  readonly parsed: number
  readonly unparsed: number
  readonly faults: Readonly<Record<'incomplete' | 'gaps' | 'wrong' | 'disagreement' | 'computational', number>>
  /** Problems of difficulty 1 … 10. */
  readonly difficulty: readonly number[]
  /** Rows with a verdict that finds no fault. */
  readonly sound: Uint32Array
}

/** Null when stopped. Rows whose verdict cannot be read are counted and stay undecided. */
export async function readVerdicts(opened: Opened, onRows: (rows: number) => void, stop: Stop): Promise<VerdictReport | null> {
  const faults = { incomplete: 0, gaps: 0, wrong: 0, disagreement: 0, computational: 0 }
  const difficulty = Array.from({ length: 10 }, () => 0)
  const sound: number[] = []
  let parsed = 0, unparsed = 0
  const isDone = await eachRow(opened, ['verdict'], (row, value) => {
    const text = value('verdict')
    const verdict = typeof text === 'string' ? parseVerdict(text) : null
    if (!verdict) return void unparsed++
    parsed++
    for (const key of Object.keys(faults) as (keyof typeof faults)[]) if (verdict[key]) faults[key]++
    difficulty[verdict.difficulty - 1]!++
    if (isSound(verdict)) sound.push(row)
  }, onRows, stop)
  return isDone ? { parsed, unparsed, faults, difficulty, sound: Uint32Array.from(sound) } : null
}

export interface SplitReport {
  readonly compared: number
  readonly equal: number
  /** The first few rows whose conversation says something else than their columns. */
  readonly exceptions: readonly { readonly row: number; readonly what: string }[]
}

/** Whether `messages` and the columns for reasoning and proof agree, but for white space at their ends. Null when stopped. */
export async function checkSplit(opened: Opened, onRows: (rows: number) => void, stop: Stop): Promise<SplitReport | null> {
  const exceptions: { row: number; what: string }[] = []
  let compared = 0, equal = 0
  const isDone = await eachRow(opened, ['messages', 'reasoning', 'proof'], (row, value) => {
    const messages = value('messages')
    const turn = isList(messages) ? Array.from(messages).findLast((m) => (m as { role?: unknown } | null)?.role === 'assistant') as { content?: unknown } | undefined : undefined
    const reasoning = value('reasoning')
    const proof = value('proof')
    if (typeof turn?.content !== 'string' || typeof reasoning !== 'string' || typeof proof !== 'string') return
    compared++
    const split = splitCompletion(turn.content)
    const what = !split.isClosed ? 'the conversation has no </think>' : split.reasoning !== reasoning.trim() ? 'the reasoning differs' : split.proof !== proof.trim() ? 'the proof differs' : null
    if (what === null) equal++
    else if (exceptions.length < SHOWN) exceptions.push({ row, what })
  }, onRows, stop)
  return isDone ? { compared, equal, exceptions } : null
}

export interface RubricReport {
  readonly rubrics: number
  /** Keep every rule that can be read off the text. */
  readonly valid: number
  readonly chained: number
  /** Lines that fit no part, and the rubrics they are in. */
  readonly unparsedLines: number
  readonly withUnparsed: number
  /** Rubrics by the most points a proof can earn, most frequent first. */
  readonly totals: readonly { readonly total: number; readonly rubrics: number }[]
  readonly faults: readonly { readonly row: number; readonly what: string }[]
}

/** @source QED-Nano, arXiv 2604.04898, rubric generation prompt. Null when stopped */
export async function readRubrics(opened: Opened, onRows: (rows: number) => void, stop: Stop): Promise<RubricReport | null> {
  const totals = new Map<number, number>()
  const faults: { row: number; what: string }[] = []
  let rubrics = 0, valid = 0, chained = 0, unparsedLines = 0, withUnparsed = 0
  const isDone = await eachRow(opened, ['rubric'], (row, value) => {
    const text = rubricText(value('rubric'))
    if (text === null || text.trim() === '') return
    rubrics++
    const rubric = parseRubric(text)
    const found = validateRubric(rubric)
    const total = fullMarks(rubric)
    totals.set(total, (totals.get(total) ?? 0) + 1)
    if (rubric.chains.length > 0) chained++
    unparsedLines += rubric.unparsed.length
    if (rubric.unparsed.length > 0) withUnparsed++
    if (found.length === 0) valid++
    else if (faults.length < SHOWN) faults.push({ row, what: found[0]! })
  }, onRows, stop)
  if (!isDone) return null
  return { rubrics, valid, chained, unparsedLines, withUnparsed, totals: [...totals].map(([total, n]) => ({ total, rubrics: n })).sort((a, b) => b.rubrics - a.rubrics), faults }
}
