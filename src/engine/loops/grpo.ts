/** Stage 2: one step of reinforcement learning with rubric rewards. Reads like the algorithm box. */
import type { Stop } from '../../base/stop'
import { groupAdvantages } from '../../posttrain/advantage'
import { sequenceWeights, type PolicyObjective } from '../../posttrain/policyLoss'
import type { GrpoSettings } from '../../posttrain/presets'
import type { Rollout } from '../../posttrain/runRecords'
import { learningRateAt } from '../../posttrain/schedule'
import { rlBatch, type RlProblem } from '../../posttrain/trainingSet'
import { splitCompletion } from '../../proofs/completion'
import { gradeCompletion } from '../../proofs/tinyProofs/check'
import { decode, EOS, PAD } from '../../proofs/tinyProofs/vocabulary'
import { ADAMW_DEFAULTS } from '../optimiser/adamw'
import type { PolicyModel } from '../policyModel'
import { rolloutMetrics } from './rolloutMetrics'

export interface GrpoStep {
  readonly metrics: Record<string, number | null>
  readonly rollouts: readonly Rollout[]
  readonly tokens: number
}

/**
 * Draw problems; sample K completions of each; grade them against the rubric; A = R − group mean; one update with the
 * behaviour log-probabilities that the sampler recorded, and those of the frozen reference where the objective has a KL term. Tokens go from sampler to loss as ids, never through text.
 * @param step 0-based inside the stage
 * @returns null when it was stopped while sampling: nothing was updated
 * @source QED-Nano, arXiv 2604.04898, section on RL with rubric rewards; exact form in the released training code
 */
export async function grpoStep(
  model: PolicyModel,
  problems: readonly RlProblem[],
  settings: GrpoSettings,
  seed: number,
  step: number,
  stop: Stop,
  breathe: () => Promise<void>,
): Promise<GrpoStep | null> {
  const drawn = rlBatch(problems, settings.groups, seed, step)
  const attempts = drawn.flatMap((problem, group) => Array.from({ length: settings.groupSize }, () => ({ problem, group })))
  const sampled = await model.sample(
    attempts.map((a) => a.problem.prompt),
    { temperature: settings.temperature, maxNewTokens: settings.maxNewTokens, seed: (Math.imul(seed, 7919) + step) | 0, eos: EOS, pad: PAD },
    stop,
    breathe,
  )
  if (stop.aborted) return null

  const graded = attempts.map(({ problem, group }, i) => {
    const completion = decode(sampled[i]!.tokens)
    return { group, problem, completion, grade: gradeCompletion(problem.problem, problem.rubric, completion) }
  })
  const advantages = drawn.flatMap((_, group) =>
    groupAdvantages(graded.filter((g) => g.group === group).map(({ grade }) => (grade.score === null ? null : grade.score / 7))),
  )

  const objective: PolicyObjective = {
    temperature: settings.temperature,
    epsilonLow: settings.epsilon,
    epsilonHigh: settings.epsilon,
    klCoefficient: settings.klCoefficient,
    entropyBonus: settings.entropyBonus,
    aggregation: 'sum_per_sample',
  }
  // A rollout without a grade does not train: its tokens weigh nothing, and the others keep their weight.
  const lengths = sampled.map((row, i) => (advantages[i] === null ? 0 : row.tokens.length))
  const weights = sequenceWeights(lengths, objective.aggregation)
  const sequences = attempts.map((a, i) => ({
    prompt: a.problem.prompt,
    completion: sampled[i]!.tokens,
    weights: new Float32Array(sampled[i]!.tokens.length).fill(weights[i]!),
    advantage: advantages[i] ?? null,
    behaviour: sampled[i]!.logprobs,
    reference: null,
  }))
  // The reference costs a forward pass, and only the KL term asks for it.
  const reference = settings.klCoefficient === 0 ? null : await model.logprobs(sequences, settings.temperature, 'reference')
  const trained = reference ? sequences.map((s, i) => ({ ...s, reference: reference[i]! })) : sequences
  const learningRate = learningRateAt(settings, step + 1)
  const { weightDecay, clipNorm } = settings
  const values = await model.step(trained, { kind: 'policy', ...objective }, learningRate, { ...ADAMW_DEFAULTS, weightDecay, clipNorm })

  const rollouts: Rollout[] = graded.map(({ group, problem, completion, grade }, i) => {
    const { reasoning, proof } = splitCompletion(completion)
    return {
      group,
      index: i % settings.groupSize,
      problem: problem.problem,
      rubric: problem.rubric,
      completion,
      reasoning,
      proof,
      tokens: sampled[i]!.tokens.length,
      isTruncated: sampled[i]!.isTruncated,
      score: grade.score,
      cause: grade.cause,
      marks: grade.marks,
      advantage: advantages[i] ?? null,
      logprob: sampled[i]!.logprobs.reduce((a, b) => a + b, 0),
    }
  })
  const tokens = sequences.reduce((sum, s) => sum + s.prompt.length + s.completion.length, 0)
  return { metrics: { ...values, ...rolloutMetrics(rollouts, drawn.length), learning_rate: learningRate }, rollouts, tokens }
}
