/** From a raw record of a file to what the lab shows and trains on. Values of other types become null, never text. */
import { splitCompletion } from '../completion'
import type { Recognised, Role } from './schema'

export type RawRecord = Readonly<Record<string, unknown>>

/** A row for the grid: short values only, in the order of its columns. */
export type GridRow = Readonly<Record<string, string | number | null>>

/** One row in full, by role. */
export interface ProofRow {
  readonly index: number
  readonly problem: string
  readonly proof: string | null
  /** What the problem's own file gives as its solution. */
  readonly solution: string | null
  /** Final answer, where the file has one apart from the solution. */
  readonly answer: string | null
  readonly rubric: string | null
  readonly problemId: string | null
  readonly solver: string | null
  readonly source: string | null
  readonly category: string | null
  readonly competition: string | null
  /** 0–7, the teacher's proof as graded by the dataset's judge. */
  readonly grade: number | null
  readonly rewardMean: number | null
  readonly rewardStd: number | null
  readonly scores: readonly number[] | null
  readonly rewards: readonly number[] | null
  /** What a filter model said of the problem, as it was written. */
  readonly verdict: string | null
  /** True when the dataset has reasoning for this row; fetched by `readReasoning`. */
  readonly hasReasoning: boolean
}

/** What training reads of a row. */
export interface TaughtRow {
  readonly problem: string
  readonly reasoning: string | null
  readonly proof: string | null
  readonly rubric: string | null
}

/** Longest text of a grid cell, and of a label: a few published rows hold whole paragraphs in `category`. */
const PREVIEW_CHARS = 160
const LABEL_CHARS = 80

const READ_IN_FULL: readonly Role[] = ['problem', 'proof', 'solution', 'answer', 'rubric', 'problemId', 'solver', 'source', 'category', 'competition', 'grade', 'rewardMean', 'rewardStd', 'scores', 'rewards', 'verdict']
const TAUGHT: readonly Role[] = ['problem', 'reasoning', 'proof', 'rubric']

/** File columns of these roles; `messages` stands in for the roles it can give when they have no column. */
export function columnsFor({ names }: Recognised, roles: readonly Role[]): string[] {
  const needsMessages = roles.some((role) => (role === 'proof' || role === 'reasoning') && !names[role])
  return [...roles, ...(needsMessages ? (['messages'] as const) : [])].flatMap((role) => names[role] ?? [])
}

export const readerColumns = (set: Recognised) => columnsFor(set, READ_IN_FULL)
export const taughtColumns = (set: Recognised) => columnsFor(set, TAUGHT)
export const reasoningColumns = (set: Recognised) => columnsFor(set, ['reasoning'])

/** A value as a grid cell shows it: a number, or text on one line, cut; of a list its length. */
export function cellOf(value: unknown): string | number | null {
  if (typeof value === 'string') return cut(value.replace(/\s+/g, ' '), PREVIEW_CHARS)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  if (isList(value)) return value.length
  return numberOf(value)
}

export function proofRow(set: Recognised, raw: RawRecord, index: number): ProofRow {
  const text = (role: Role) => textOf(valueOf(set, raw, role))
  const label = (role: Role) => {
    const value = valueOf(set, raw, role)
    const written = textOf(value) ?? numberOf(value)
    return written === null ? null : cut(String(written), LABEL_CHARS)
  }
  const number = (role: Role) => numberOf(valueOf(set, raw, role))
  const numbers = (role: Role) => {
    const value = valueOf(set, raw, role)
    return isList(value) ? Array.from(value, numberOf).filter((n) => n !== null) : null
  }
  return {
    index,
    problem: text('problem') ?? '',
    proof: proofOf(set, raw), solution: text('solution'), answer: label('answer'),
    rubric: rubricText(valueOf(set, raw, 'rubric')),
    problemId: label('problemId'), solver: label('solver'), source: label('source'), category: label('category'), competition: label('competition'),
    grade: number('grade'), rewardMean: number('rewardMean'), rewardStd: number('rewardStd'),
    scores: numbers('scores'), rewards: numbers('rewards'), verdict: text('verdict'),
    hasReasoning: Boolean(set.names.reasoning ?? set.names.messages) || (text('proof') ?? '').includes('</think>'),
  }
}

export function reasoningOf(set: Recognised, raw: RawRecord): string | null {
  return textOf(valueOf(set, raw, 'reasoning')) ?? spoken(set, raw)?.reasoning ?? thought(set, raw)?.reasoning ?? null
}

/** The proof column without what was thought before it, or the last turn of the conversation. */
function proofOf(set: Recognised, raw: RawRecord): string | null {
  return thought(set, raw)?.proof ?? textOf(valueOf(set, raw, 'proof')) ?? spoken(set, raw)?.proof ?? null
}

/** A completion as it was sampled: thinking and proof in one column. */
function thought(set: Recognised, raw: RawRecord): { reasoning: string; proof: string } | null {
  const text = textOf(valueOf(set, raw, 'proof'))
  return text?.includes('</think>') ? splitCompletion(text) : null
}

/**
 * A rubric as text; a list of parts is written the way graders are shown it: "# title (N points)", then its description.
 * @source QED-Nano, arXiv 2604.04898, released code (verifier_api.py, parse_schema)
 */
export function rubricText(value: unknown): string | null {
  if (!isList(value)) return textOf(value)
  const parts = Array.from(value).flatMap((part) => {
    if (typeof part === 'string') return [part]
    if (typeof part !== 'object' || part === null) return []
    const { title, points, max_points, desc, description, grading_scheme_desc } = part as Record<string, unknown>
    const worth = numberOf(points) ?? numberOf(max_points)
    const words = textOf(desc) ?? textOf(description) ?? textOf(grading_scheme_desc)
    return [`# ${textOf(title) ?? 'Part'}${worth === null ? '' : ` (${worth} points)`}${words === null ? '' : `\nDescription: ${words}`}`]
  })
  return parts.length > 0 ? parts.join('\n\n') : null
}

/** Null when the row has no problem. */
export function taughtRow(set: Recognised, raw: RawRecord): TaughtRow | null {
  const text = (role: Role) => textOf(valueOf(set, raw, role))
  const problem = text('problem')
  if (problem === null) return null
  return { problem, reasoning: reasoningOf(set, raw), proof: proofOf(set, raw), rubric: rubricText(valueOf(set, raw, 'rubric')) }
}

function valueOf({ names }: Recognised, raw: RawRecord, role: Role): unknown {
  const name = names[role]
  return name === undefined ? null : raw[name]
}

/** The last assistant turn, split where its thinking ends. */
function spoken(set: Recognised, raw: RawRecord): { reasoning: string | null; proof: string | null } | null {
  const messages = valueOf(set, raw, 'messages')
  if (!isList(messages)) return null
  const turn = Array.from(messages).filter(isAssistantTurn).at(-1)
  if (!turn) return null
  const { reasoning, proof, isClosed } = splitCompletion(turn.content)
  return isClosed ? { reasoning, proof } : { reasoning: null, proof: turn.content }
}

function isAssistantTurn(turn: unknown): turn is { content: string } {
  return typeof turn === 'object' && turn !== null && 'role' in turn && turn.role === 'assistant' && 'content' in turn && typeof turn.content === 'string'
}

/** A list column comes as an array, or as a typed array where all values are numbers. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)
}

/** Text; of a conversation its last turn. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!isList(value) || value.length === 0) return null
  const last = value[value.length - 1]
  return typeof last === 'object' && last !== null && 'content' in last && typeof last.content === 'string' ? last.content : null
}

/** Edges: a 64-bit integer that a double cannot hold, NaN and infinities → null. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return null
  return typeof value === 'bigint' && !Number.isSafeInteger(number) ? null : number
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`
}
