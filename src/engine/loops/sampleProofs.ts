/** Proofs of one problem from a stored checkpoint, graded. */
import { fail, ok, type Result } from '../../base/result'
import { neverStop } from '../../base/stop'
import { splitCompletion } from '../../proofs/completion'
import type { Grade } from '../../proofs/records'
import { gradeCompletion } from '../../proofs/tinyProofs/check'
import { parseStatement } from '../../proofs/tinyProofs/problem'
import { proveStatement } from '../../proofs/tinyProofs/prove'
import { rubricFor } from '../../proofs/tinyProofs/rubricFor'
import { decode, EOS, notSpoken, PAD, promptIds } from '../../proofs/tinyProofs/vocabulary'
import type { Checkpoint } from '../checkpoint'
import type { OpenModel } from './run'

export interface ProofSample {
  readonly completion: string
  readonly reasoning: string
  readonly proof: string
  readonly tokens: number
  readonly isTruncated: boolean
  readonly logprob: number
  readonly grade: Grade
}

/** The rubric is made from a proof that the reference prover finds; a statement it cannot prove is refused. */
export async function sampleProofs(
  openModel: OpenModel,
  checkpoint: Checkpoint,
  problemText: string,
  options: { readonly count: number; readonly temperature: number; readonly seed: number; readonly maxNewTokens: number },
): Promise<Result<ProofSample[], 'badProblem'>> {
  const statement = parseStatement(problemText)
  if (!statement.ok) return statement
  const prompt = promptIds(problemText)
  if (!prompt.ok) return fail('badProblem', prompt.what, { where: prompt.where, next: 'Use the words of the task only.' })
  const unknown = notSpoken(checkpoint.config.vocab_size, prompt.value)
  if (unknown) return fail('badProblem', unknown, { where: 'Problem', next: 'Change the problem, or sample from a run made with this version.' })
  const proved = proveStatement(statement.value)
  if (!proved) return fail('badProblem', 'The reference prover finds no proof of this statement, so there is no rubric to grade by.', { where: 'Problem', next: 'Change a premise or the goal.' })
  const rubric = rubricFor({ ...statement.value, level: 0, kind: 'Own', proof: proved, alternative: null }).raw
  const model = openModel(checkpoint.config, { parameters: checkpoint.parameters })
  try {
    const { count, temperature, seed, maxNewTokens } = options
    const rows = await model.sample(
      Array.from({ length: count }, () => prompt.value),
      { temperature, maxNewTokens, seed, eos: EOS, pad: PAD },
      neverStop,
      () => Promise.resolve(),
    )
    return ok(
      rows.map((row) => {
        const completion = decode(row.tokens)
        const { reasoning, proof } = splitCompletion(completion)
        return {
          completion,
          reasoning,
          proof,
          tokens: row.tokens.length,
          isTruncated: row.isTruncated,
          logprob: row.logprobs.reduce((a, b) => a + b, 0),
          grade: gradeCompletion(problemText, rubric, completion),
        }
      }),
    )
  } finally {
    model.dispose()
  }
}
