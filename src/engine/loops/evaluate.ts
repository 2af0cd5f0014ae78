/** Held-out evaluation: one attempt a problem, graded by the checker. */
import { splitCompletion } from '../../proofs/completion'
import { gradeCompletion } from '../../proofs/tinyProofs/check'
import { decode, EOS, PAD } from '../../proofs/tinyProofs/vocabulary'
import type { Stop } from '../../base/stop'
import type { RlProblem } from '../../posttrain/trainingSet'
import type { Evaluation } from '../../posttrain/runRecords'
import type { PolicyModel } from '../policyModel'

/** Attempts that are sampled together; progress is told in between. */
const BATCH = 64

/** The stream of evaluation draws, apart from those of training. */
const EVALUATION_SEED = 0x5eed

/**
 * @param settings sampling as in training: evaluation sees the same temperature and length limit
 * @returns null when it was stopped before the last problem
 */
export async function evaluate(
  model: PolicyModel,
  problems: readonly RlProblem[],
  settings: { temperature: number; maxNewTokens: number },
  label: Evaluation['label'],
  step: number,
  stop: Stop,
  breathe: () => Promise<void>,
  onProgress: (done: number) => void,
): Promise<Evaluation | null> {
  const scores: number[] = []
  const lengths: number[] = []
  let finished = 0
  for (let start = 0; start < problems.length; start += BATCH) {
    onProgress(start)
    const batch = problems.slice(start, start + BATCH)
    const rows = await model.sample(
      batch.map((p) => p.prompt),
      { ...settings, seed: EVALUATION_SEED + start, eos: EOS, pad: PAD },
      stop,
      breathe,
    )
    if (stop.aborted) return null
    rows.forEach((row, i) => {
      const text = decode(row.tokens)
      // A rollout that hit the limit counts as finished only when it closed its reasoning: that is what earns a proof.
      if (!row.isTruncated && splitCompletion(text).isClosed) finished++
      scores.push(gradeCompletion(batch[i]!.problem, batch[i]!.rubric, text).score ?? 0)
      lengths.push(row.tokens.length)
    })
  }
  const n = problems.length
  const average = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / n
  return {
    label,
    step,
    problems: n,
    reward: average(scores) / 7,
    successRate: scores.filter((s) => s === 7).length / n,
    finishRate: finished / n,
    meanLength: average(lengths),
    lengths,
  }
}
