/** Teacher data for the reasoning cache on tiny proofs: going on from a summary, and writing one. */
import type { Random } from '../../base/random'
import { print } from './formula'
import { proofText, statementText, type Line, type TinyProblem } from './problem'
import { nextSummary, summaryText } from './summary'
import { thoughts } from './teacher'
import { encode, END_THINK, EOS } from './vocabulary'

/** What a turn is asked and what a teacher answers: reasoning from the summary on, then the whole proof. */
export interface ContinuationRow {
  readonly problem: string
  /** Empty in a first turn. */
  readonly summary: string
  readonly reasoning: string
  readonly proof: string
}

/** What the summariser is asked, and its answer. */
export interface SummaryRow {
  readonly problem: string
  readonly summary: string
  /** A trace that starts from the summary and was cut off. */
  readonly reasoning: string
  readonly nextSummary: string
}

/** Concise reasoning for the lines of the reference proof from line `done` on; the goal is named first in every turn. */
function reasoningFrom(problem: TinyProblem, done: number): string {
  return [`Goal $${print(problem.goal)}$.`, ...thoughts(problem.premises, problem.proof).slice(done)].join(' ')
}

/**
 * The row in which `done` lines of the reference proof are known.
 * @param done 0 (an empty summary) up to all lines: then only the proof is left to write
 */
export function continuationRow(problem: TinyProblem, done: number): ContinuationRow {
  return {
    problem: statementText(problem),
    summary: summaryText(problem.proof.slice(0, done)),
    reasoning: reasoningFrom(problem, done),
    proof: proofText(problem.proof),
  }
}

/**
 * Rows of one problem: the empty summary and `count` − 1 others, of different lengths.
 * Edges: a proof with fewer lines gives as many rows as it has lines
 */
export function continuationRows(problem: TinyProblem, count: number, random: Random): ContinuationRow[] {
  const others = random.shuffled(problem.proof.slice(1).map((_, i) => i + 1)).slice(0, Math.max(0, count - 1))
  return [0, ...others].map((done) => continuationRow(problem, done))
}

/**
 * A row for the summariser: reasoning from line `done` on, cut after `cut` tokens as a turn's limit cuts it; its summary
 * is the reference summariser's.
 */
export function summaryRow(problem: TinyProblem, done: number, cut: number): SummaryRow {
  const { summary, reasoning } = continuationRow(problem, done)
  const text = cutText(reasoning, cut)
  return { problem: statementText(problem), summary, reasoning: text, nextSummary: nextSummary(problem, summary, text) }
}

/** The longest beginning of whole words that has at most `tokens` tokens. */
function cutText(text: string, tokens: number): string {
  const words = text.split(' ')
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (tokensOf(words.slice(0, middle).join(' ')) <= tokens) low = middle
    else high = middle - 1
  }
  return words.slice(0, low).join(' ')
}

function tokensOf(text: string): number {
  const ids = encode(text)
  // A name cut in two ("modus" of "modus ponens") is not a word yet: it counts as too long, and one word less is taken.
  return ids.ok ? ids.value.length : Infinity
}

/** Tokens of a completion as a model writes it: reasoning, the closing tag, proof, end of turn. */
function completionTokens(row: ContinuationRow): number {
  return tokensOf(row.reasoning) + tokensOf(row.proof) + [END_THINK, EOS].length
}

/** One turn of a faultless prover under a limit. */
export interface ReferenceTurn extends ContinuationRow {
  readonly isFinished: boolean
}

/**
 * What a faultless prover needs under a limit of `maxNewTokens` a turn: it reasons until the limit, the reference
 * summariser sums up, and it goes on, until reasoning and proof fit. The number of turns says whether a problem is within
 * reach of a single turn, of the cache, or of neither.
 * @returns null when a turn brings nothing new, as when the proof alone is longer than the limit
 */
export function referenceTurns(problem: TinyProblem, maxNewTokens: number): ReferenceTurn[] | null {
  const turns: ReferenceTurn[] = []
  let done = 0
  for (;;) {
    const row = continuationRow(problem, done)
    if (completionTokens(row) <= maxNewTokens) return [...turns, { ...row, isFinished: true }]
    const reasoning = cutText(row.reasoning, maxNewTokens)
    turns.push({ ...row, reasoning, proof: '', isFinished: false })
    const next = nextSummary(problem, row.summary, reasoning)
    const reached = problem.proof.findLastIndex((_: Line, i: number) => summaryText(problem.proof.slice(0, i + 1)) === next) + 1
    if (reached <= done) return null
    done = reached
  }
}
