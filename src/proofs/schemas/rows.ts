/** From a raw record of a file to what the lab shows and trains on. Values of other types become null, never text. */
import { splitCompletion } from '../completion'
import type { Recognised, Role } from './schema'

export type RawRecord = Readonly<Record<string, unknown>>

/** A row for the grid: short values only. */
export type GridRow = Readonly<Record<string, string | number | null>>

/** One row in full, by role. */
export interface ProofRow {
  readonly index: number
  readonly problem: string
  readonly proof: string | null
  readonly rubric: string | null
  readonly source: string | null
  readonly category: string | null
  readonly competition: string | null
  /** 0–7, the teacher's proof as graded by the dataset's judge. */
  readonly grade: number | null
  readonly rewardMean: number | null
  readonly rewardStd: number | null
  readonly scores: readonly number[] | null
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

const READ_IN_FULL: readonly Role[] = ['problem', 'proof', 'rubric', 'source', 'category', 'competition', 'grade', 'rewardMean', 'rewardStd', 'scores']
const TAUGHT: readonly Role[] = ['problem', 'reasoning', 'proof', 'rubric']

/** File columns of these roles; `messages` stands in for the roles it can give when they have no column. */
export function columnsFor({ names }: Recognised, roles: readonly Role[]): string[] {
  const needsMessages = roles.some((role) => (role === 'proof' || role === 'reasoning') && !names[role])
  return [...roles, ...(needsMessages ? (['messages'] as const) : [])].flatMap((role) => names[role] ?? [])
}

export const gridColumns = (set: Recognised) => columnsFor({ ...set, names: { ...set.names, messages: undefined } }, set.schema.grid)
export const readerColumns = (set: Recognised) => columnsFor(set, READ_IN_FULL)
export const taughtColumns = (set: Recognised) => columnsFor(set, TAUGHT)
export const reasoningColumns = (set: Recognised) => columnsFor(set, ['reasoning'])

export function gridRow(columns: readonly string[], raw: RawRecord): GridRow {
  return Object.fromEntries(columns.map((name) => {
    const text = textOf(raw[name])
    return [name, text === null ? numberOf(raw[name]) : cut(text.replace(/\s+/g, ' '), PREVIEW_CHARS)]
  }))
}

export function proofRow(set: Recognised, raw: RawRecord, index: number): ProofRow {
  const text = (role: Role) => textOf(valueOf(set, raw, role))
  const label = (role: Role) => {
    const value = text(role)
    return value === null ? null : cut(value, LABEL_CHARS)
  }
  const number = (role: Role) => numberOf(valueOf(set, raw, role))
  const scores = valueOf(set, raw, 'scores')
  return {
    index,
    problem: text('problem') ?? '',
    proof: text('proof') ?? spoken(set, raw)?.proof ?? null,
    rubric: text('rubric'),
    source: label('source'), category: label('category'), competition: label('competition'),
    grade: number('grade'), rewardMean: number('rewardMean'), rewardStd: number('rewardStd'),
    scores: isList(scores) ? Array.from(scores, numberOf).filter((n) => n !== null) : null,
    hasReasoning: Boolean(set.names.reasoning ?? set.names.messages),
  }
}

export function reasoningOf(set: Recognised, raw: RawRecord): string | null {
  return textOf(valueOf(set, raw, 'reasoning')) ?? spoken(set, raw)?.reasoning ?? null
}

/** Null when the row has no problem. */
export function taughtRow(set: Recognised, raw: RawRecord): TaughtRow | null {
  const text = (role: Role) => textOf(valueOf(set, raw, role))
  const problem = text('problem')
  if (problem === null) return null
  return { problem, reasoning: reasoningOf(set, raw), proof: text('proof') ?? spoken(set, raw)?.proof ?? null, rubric: text('rubric') }
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
function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Edges: a 64-bit integer that a double cannot hold, NaN and infinities → null. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return null
  return typeof value === 'bigint' && !Number.isSafeInteger(number) ? null : number
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`
}
