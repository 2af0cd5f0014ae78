/** What the assistant is taught on: attempts of the policy, summed up by the reference summariser and judged by the checker. */
import { Random } from '../../base/random'
import type { Stop } from '../../base/stop'
import type { AssistantMix } from '../../posttrain/recipe'
import { summariserTrace, teacherSummaryTrace, verifierTrace, type RecipeProblem } from '../../posttrain/recipeData'
import type { Trace } from '../../posttrain/trainingSet'
import { splitCompletion } from '../../proofs/completion'
import { gradeProof } from '../../proofs/tinyProofs/check'
import { continuationRow } from '../../proofs/tinyProofs/cacheTeacher'
import { proofText } from '../../proofs/tinyProofs/problem'
import { nextSummary } from '../../proofs/tinyProofs/summary'
import { EOS, PAD, promptIds, spoken } from '../../proofs/tinyProofs/vocabulary'
import type { PolicyModel } from '../policyModel'

const BATCH = 128
/** Rows of the summariser from the teacher, a problem; attempts of the policy give up to two more. */
const TEACHER_ROWS = 1

/**
 * Each problem is attempted once from nothing and once from a true summary of some lines. An attempt gives a row for the summariser
 * (its thinking, cut at a turn's limit) and, where it has a proof, one for the verifier. Verdicts are balanced by leaving
 * rows of the commoner one out.
 * @returns null when it was stopped
 */
export async function assistantTraces(
  model: PolicyModel, problems: readonly RecipeProblem[], mix: AssistantMix, turnTokens: number, temperature: number, seed: number, stop: Stop,
  breathe: () => Promise<void>, onProgress: (done: number, of: number) => void,
): Promise<{ traces: Trace[]; notes: Record<string, number> } | null> {
  const random = Random.seed(seed, 31)
  const chosen = random.shuffled(problems).slice(0, mix.problems)
  const asked = chosen.flatMap((problem) => {
    const { summary } = continuationRow(problem.tiny, random.below(problem.tiny.proof.length + 1))
    const going = promptIds(problem.problem, summary)
    return [{ problem, summary: '', prompt: problem.prompt }, ...(summary !== '' && going.ok ? [{ problem, summary, prompt: going.value }] : [])]
  })
  const summaries: Trace[] = []
  const verdicts: { trace: Trace; stands: boolean }[] = []
  const keep = (trace: Trace | null) => void (trace && summaries.push(trace))
  for (let start = 0; start < asked.length; start += BATCH) {
    onProgress(start, asked.length)
    const batch = asked.slice(start, start + BATCH)
    const rows = await model.sample(batch.map((a) => a.prompt), { temperature, maxNewTokens: mix.maxNewTokens, seed: (seed * 31 + start) | 0, eos: EOS, pad: PAD }, stop, breathe)
    if (stop.aborted) return null
    batch.forEach(({ problem, summary }, i) => {
      const thought = splitCompletion(spoken(rows[i]!.tokens.slice(0, turnTokens))).reasoning
      keep(summariserTrace(problem.problem, summary, thought, nextSummary(problem.tiny, summary, thought)))
      const { proof } = splitCompletion(spoken(rows[i]!.tokens))
      if (proof === '') return
      const stands = gradeProof(problem.problem, problem.rubric, proof).score === 7
      const trace = verifierTrace(problem.problem, proof, stands)
      if (trace) verdicts.push({ trace, stands })
    })
  }
  for (const problem of chosen) {
    for (let i = 0; i < TEACHER_ROWS; i++) keep(teacherSummaryTrace(problem, turnTokens, random))
    const trace = verifierTrace(problem.problem, proofText(problem.tiny.proof), true)
    if (trace) verdicts.push({ trace, stands: true })
  }
  const sides = [true, false].map((stands) => random.shuffled(verdicts.filter((v) => v.stands === stands)).map((v) => v.trace))
  const each = Math.min(...sides.map((side) => side.length))
  return {
    traces: [...summaries, ...sides.flatMap((side) => side.slice(0, each))],
    notes: { summaries: summaries.length, 'verdicts that stand': each, 'verdicts that fall': each },
  }
}
