/** Many problems under one scaffold at a time: the calls that all scripts wait for are sampled together. */
import type { Stop } from '../../base/stop'
import type { RlProblem } from '../../posttrain/trainingSet'
import type { Answer, Call, Reply, Scaffold, Script } from '../../posttrain/scaffolds/scaffold'
import { splitCompletion } from '../../proofs/completion'
import { encode, EOS, PAD, spoken, STANDS } from '../../proofs/tinyProofs/vocabulary'
import type { SampledRow } from '../loops/sample'
import type { PolicyModel } from '../policyModel'
import { summaryOf } from './cacheStates'

export interface Speakers {
  readonly policy: PolicyModel
  /** Summarises and verifies. */
  readonly assistant: PolicyModel
  readonly temperature: number
  readonly summaryTemperature: number
  readonly maxNewTokens: number
  readonly summaryTokens: number
}

export interface ScaffoldedAnswer extends Answer {
  /** Whether the call that wrote it ended by itself. */
  readonly isFinished: boolean
  readonly calls: number
  readonly outputTokens: number
}

/** Rows that are sampled together. */
const BATCH = 200

type Role = 'policy' | 'summariser' | 'verifier'

function roleOf(call: Call): Role {
  switch (call.role) {
    case 'summarise':
      return 'summariser'
    case 'verify':
    case 'score':
    case 'select':
      return 'verifier'
    default:
      return 'policy'
  }
}

/**
 * @param seed of all calls; a call's draw depends on it, on the round and on its place in the round, and on nothing else
 * @param onRound told after every round how many problems have their answer
 * @returns null when it was stopped
 */
export async function runTogether(scaffold: Scaffold, problems: readonly RlProblem[], speakers: Speakers, seed: number, stop: Stop, breathe: () => Promise<void>, onRound: (answered: number) => void): Promise<ScaffoldedAnswer[] | null> {
  const runs = problems.map((problem) => {
    const script: Script = scaffold.start(problem.problem)
    return { script, next: script.next(), replies: new Map<string, Reply>() }
  })
  for (let round = 0; ; round++) {
    const open = runs.filter((run) => !run.next.done)
    onRound(runs.length - open.length)
    if (open.length === 0) break
    const calls = open.flatMap((run) => (run.next.value as readonly Call[]).map((call) => ({ run, call })))
    const replies = new Map<Call, Reply>()
    for (const role of ['policy', 'summariser', 'verifier'] as const) {
      const own = calls.map(({ call }) => call).filter((call) => roleOf(call) === role)
      for (let start = 0; start < own.length; start += BATCH) {
        const batch = own.slice(start, start + BATCH)
        const answered = await answer(role, batch, speakers, (Math.imul(seed, 7919) + round * 1000 + start) | 0, stop, breathe)
        if (stop.aborted) return null
        batch.forEach((call, i) => replies.set(call, answered[i]!))
      }
    }
    for (const run of open) {
      const own = run.next.value as readonly Call[]
      for (const call of own) run.replies.set(call.key, replies.get(call)!)
      run.next = run.script.next(own.map((call) => replies.get(call)!))
    }
  }
  return runs.map(({ next, replies }) => {
    const { proof, from } = next.value as Answer
    const all = [...replies.values()]
    return { proof, from, isFinished: from !== null && replies.get(from)?.isTruncated === false, calls: all.length, outputTokens: all.reduce((sum, r) => sum + r.outputTokens, 0) }
  })
}

async function answer(role: Role, calls: readonly Call[], speakers: Speakers, seed: number, stop: Stop, breathe: () => Promise<void>): Promise<Reply[]> {
  const prompts = calls.map((call) => {
    const ids = encode(call.prompt)
    if (!ids.ok) throw new Error(`The call "${call.key}" is not in the task's words: ${ids.what}`)
    return ids.value
  })
  const model = role === 'policy' ? speakers.policy : speakers.assistant
  const temperature = role === 'summariser' ? speakers.summaryTemperature : speakers.temperature
  const maxNewTokens = role === 'policy' ? speakers.maxNewTokens : role === 'summariser' ? speakers.summaryTokens : 2
  const rows = await model.sample(prompts, { temperature, maxNewTokens, seed, eos: EOS, pad: PAD }, stop, breathe)
  return rows.map((row, i) => ({ ...read(role, calls[i]!, row), inputTokens: prompts[i]!.length, outputTokens: row.tokens.length, isTruncated: row.isTruncated, cost: null }))
}

/** A verdict becomes the box that scaffolds read: 1 or 0 of a review, 7 or 0 of a score, first or second of a comparison. */
function read(role: Role, call: Call, row: SampledRow): Pick<Reply, 'reasoning' | 'content'> {
  if (role === 'summariser') return { reasoning: '', content: summaryOf(row.tokens) }
  if (role === 'policy') {
    const { reasoning, proof } = splitCompletion(spoken(row.tokens))
    return { reasoning, content: proof }
  }
  const stands = row.tokens[0] === STANDS
  const box = call.role === 'select' ? (stands ? 1 : 2) : call.role === 'score' ? (stands ? 7 : 0) : stands ? 1 : 0
  return { reasoning: '', content: `\\boxed{${box}}` }
}
