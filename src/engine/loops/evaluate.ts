/** Held-out evaluation: n attempts a problem, graded by the checker. */
import { mean, sampleStd } from '../../base/numeric'
import type { Stop } from '../../base/stop'
import type { Evaluation, EvaluationAttempts, Rollout } from '../../posttrain/runRecords'
import type { RlProblem } from '../../posttrain/trainingSet'
import { splitCompletion } from '../../proofs/completion'
import { gradeCompletion } from '../../proofs/tinyProofs/check'
import { decode, EOS, PAD } from '../../proofs/tinyProofs/vocabulary'
import type { PolicyModel } from '../policyModel'

/** Attempts that are sampled together; progress is told in between. */
const BATCH = 64

/** The stream of evaluation draws, apart from those of training. */
const EVALUATION_SEED = 0x5eed

export interface EvaluationSettings {
  readonly temperature: number
  readonly maxNewTokens: number
  /** n of avg@n. The first run draws the same whatever n is. */
  readonly attempts: number
}

export interface Evaluated {
  readonly evaluation: Evaluation
  readonly attempts: EvaluationAttempts
}

/**
 * @param settings sampling as in training: evaluation sees the same temperature and length limit
 * @returns null when it was stopped before the last attempt
 */
export async function evaluate(
  model: PolicyModel,
  problems: readonly RlProblem[],
  { attempts, ...sampling }: EvaluationSettings,
  label: Evaluation['label'],
  step: number,
  stop: Stop,
  breathe: () => Promise<void>,
  onProgress: (done: number, total: number) => void,
): Promise<Evaluated | null> {
  const rollouts: Rollout[] = []
  const total = problems.length * attempts
  for (let run = 0; run < attempts; run++)
    for (let start = 0; start < problems.length; start += BATCH) {
      onProgress(rollouts.length, total)
      const batch = problems.slice(start, start + BATCH)
      const rows = await model.sample(
        batch.map((p) => p.prompt),
        { ...sampling, seed: EVALUATION_SEED + run * problems.length + start, eos: EOS, pad: PAD },
        stop,
        breathe,
      )
      if (stop.aborted) return null
      rows.forEach(({ tokens, logprobs, isTruncated }, i) => {
        const { problem, rubric } = batch[i]!
        const completion = decode(tokens)
        const { reasoning, proof } = splitCompletion(completion)
        const { score, cause, marks } = gradeCompletion(problem, rubric, completion)
        rollouts.push({
          group: start + i, index: run, problem, rubric, completion, reasoning, proof, tokens: tokens.length, isTruncated, score, cause, marks,
          advantage: null, logprob: logprobs.reduce((a, b) => a + b, 0),
        })
      })
    }
  return { evaluation: summary(rollouts, problems.length, attempts, label, step), attempts: { label, step, rollouts } }
}

function summary(rollouts: readonly Rollout[], problems: number, attempts: number, label: Evaluation['label'], step: number): Evaluation {
  const share = (test: (r: Rollout) => boolean) => rollouts.filter(test).length / rollouts.length
  const runs = Array.from({ length: attempts }, (_, run) => mean(rollouts.filter((r) => r.index === run).map((r) => (r.score ?? 0) / 7))!)
  return {
    label, step, problems, attempts,
    reward: mean(runs)!,
    rewardStd: sampleStd(runs),
    successRate: share((r) => r.score === 7),
    // A rollout that hit the limit counts as finished only when it closed its reasoning: that is what earns a proof.
    finishRate: share((r) => !r.isTruncated && splitCompletion(r.completion).isClosed),
    meanLength: mean(rollouts.map((r) => r.tokens))!,
    lengths: rollouts.map((r) => r.tokens),
  }
}
