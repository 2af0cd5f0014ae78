/** From dataset rows to token sequences: what fits trains, what does not is set aside and counted by reason. */
import { Random } from '../base/random'
import { completionIds, encode, promptIds } from '../proofs/tinyProofs/vocabulary'

/** A dataset row as training sees it. */
export interface TrainingRow {
  readonly problem: string
  readonly reasoning: string | null
  readonly proof: string | null
  readonly rubric: string | null
}

/** Prompt and completion as token ids; the loss covers the completion only. */
export interface Trace {
  readonly prompt: readonly number[]
  readonly completion: readonly number[]
}

/** A problem to sample proofs for, with the rubric that grades them. */
export interface RlProblem {
  readonly problem: string
  readonly rubric: string
  readonly prompt: readonly number[]
}

/** How many rows were left out, by reason. */
export type SetAside = Record<'noProof' | 'noRubric' | 'unknownWord' | 'tooLong', number>

const nothing = (): SetAside => ({ noProof: 0, noRubric: 0, unknownWord: 0, tooLong: 0 })

/** Traces of the rows that fit; a trace over `maxTokens` is set aside whole: cut traces teach a model not to end. */
export function sftTraces(rows: readonly TrainingRow[], maxPromptTokens: number, maxTokens: number): { traces: Trace[]; setAside: SetAside } {
  const setAside = nothing()
  const traces: Trace[] = []
  for (const row of rows) {
    if (!row.proof || row.reasoning === null) {
      setAside.noProof++
      continue
    }
    const prompt = promptIds(row.problem)
    const completion = completionIds(row.reasoning, row.proof)
    if (!prompt.ok || !completion.ok) setAside.unknownWord++
    else if (prompt.value.length > maxPromptTokens || prompt.value.length + completion.value.length > maxTokens) setAside.tooLong++
    else traces.push({ prompt: prompt.value, completion: completion.value })
  }
  return { traces, setAside }
}

/** Problems of the rows that fit. */
export function rlProblems(rows: readonly TrainingRow[], maxPromptTokens: number): { problems: RlProblem[]; setAside: SetAside } {
  const setAside = nothing()
  const problems: RlProblem[] = []
  for (const row of rows) {
    const prompt = promptIds(row.problem)
    if (!row.rubric) setAside.noRubric++
    else if (!prompt.ok || !encode(row.problem).ok) setAside.unknownWord++
    else if (prompt.value.length > maxPromptTokens) setAside.tooLong++
    else problems.push({ problem: row.problem, rubric: row.rubric, prompt: prompt.value })
  }
  return { problems, setAside }
}

/**
 * The rows of SFT step `step` (from 0): epochs without replacement, each batch of similar length so that little of it
 * is padding. A function of (seed, step) alone, so that a resumed run draws what an uninterrupted one would have.
 */
export function sftBatch(traces: readonly Trace[], batchRows: number, seed: number, step: number): Trace[] {
  const perEpoch = Math.max(1, Math.floor(traces.length / batchRows))
  const random = Random.seed(seed, 1_000 + Math.floor(step / perEpoch))
  const order = random.shuffled(traces)
  const length = (t: Trace) => t.prompt.length + t.completion.length
  const windowRows = batchRows * 8
  const batches: Trace[][] = []
  for (let start = 0; start < order.length; start += windowRows) {
    const window = order.slice(start, start + windowRows).sort((a, b) => length(a) - length(b))
    for (let at = 0; at + batchRows <= window.length; at += batchRows) batches.push(window.slice(at, at + batchRows))
  }
  if (batches.length === 0) batches.push(order)
  const shuffled = random.shuffled(batches)
  return shuffled[(step % perEpoch) % shuffled.length]!
}

/** The problems of RL step `step`, drawn uniformly without replacement inside the step. */
export function rlBatch(problems: readonly RlProblem[], groups: number, seed: number, step: number): RlProblem[] {
  const random = Random.seed(seed, 2_000_000 + step)
  const chosen = new Set<number>()
  while (chosen.size < Math.min(groups, problems.length)) chosen.add(random.below(problems.length))
  return [...chosen].map((i) => problems[i]!)
}
