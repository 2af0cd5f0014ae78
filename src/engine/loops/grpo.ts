/** Stage 2: one step of reinforcement learning with rubric rewards. Reads like the algorithm box. */
import type { Stop } from '../../base/stop'
import { groupAdvantages } from '../../posttrain/advantage'
import { gradeAll, type Graders } from '../../posttrain/grader'
import { objectiveOf } from '../../posttrain/objectives'
import { sequenceWeights } from '../../posttrain/policyLoss'
import type { GrpoSettings } from '../../posttrain/presets'
import { rewardOf } from '../../posttrain/reward'
import type { Rollout } from '../../posttrain/runRecords'
import { learningRateAt } from '../../posttrain/schedule'
import { rlBatch, type RlProblem } from '../../posttrain/trainingSet'
import { splitCompletion } from '../../proofs/completion'
import { decode, EOS, PAD } from '../../proofs/tinyProofs/vocabulary'
import { ADAMW_DEFAULTS } from '../optimiser/adamw'
import type { PolicyModel } from '../policyModel'
import type { SampledRow } from './sample'
import { rolloutMetrics } from './rolloutMetrics'

export interface GrpoStep {
  readonly metrics: Record<string, number | null>
  readonly rollouts: readonly Rollout[]
  readonly tokens: number
}

/** What a group answers: the problem alone, or with the summary of earlier turns. */
export interface PromptState {
  readonly problem: RlProblem
  readonly prompt: readonly number[]
  /** Turn of the reasoning cache, from 1; null without a cache. */
  readonly turn: number | null
}

/** What a step needs beside model and prompts. */
export interface StepContext {
  readonly settings: GrpoSettings
  readonly graders: Graders
  readonly seed: number
  /** 0-based inside the stage. */
  readonly step: number
  readonly stop: Stop
  readonly breathe: () => Promise<void>
}

/** A group whose rewards differ by less than this has no advantage. @source the released code's threshold */
const ZERO_VARIANCE = 1e-6

/**
 * Draw problems, then a step over their prompts.
 * @returns null when it was stopped while sampling: nothing was updated
 */
export async function grpoStep(model: PolicyModel, problems: readonly RlProblem[], context: StepContext): Promise<GrpoStep | null> {
  const drawn = rlBatch(problems, context.settings.groups, context.seed, context.step)
  return policyStep(model, drawn.map((problem) => ({ problem, prompt: problem.prompt, turn: null })), context)
}

/**
 * Sample K completions of each prompt; grade them against problem and rubric; A = R − mean of the prompt's own group; update with the
 * behaviour log-probabilities that the sampler recorded, and those of the frozen reference where the objective has a KL term. Tokens go
 * from sampler to loss as ids, never through text. With several updates a batch, groups are dealt to them in order, and those
 * of the later ones are as many samples old as were consumed before.
 * @returns null when it was stopped while sampling: nothing was updated
 * @source QED-Nano, arXiv 2604.04898, section on RL with rubric rewards; exact form in the released training code
 */
export async function policyStep(model: PolicyModel, states: readonly PromptState[], context: StepContext): Promise<GrpoStep | null> {
  const { settings, graders, seed, step, stop, breathe } = context
  const { groupSize, temperature, maxNewTokens } = settings
  const stepSeed = (Math.imul(seed, 7919) + step) | 0
  const attempts = states.flatMap((state, group) => Array.from({ length: groupSize }, () => ({ ...state, group })))
  const sampled = await model.sample(attempts.map((a) => a.prompt), { temperature, maxNewTokens, seed: stepSeed, eos: EOS, pad: PAD }, stop, breathe)
  if (stop.aborted) return null

  const completions = sampled.map((row) => decode(row.tokens))
  const grades = await gradeAll(graders, attempts.map(({ problem: { problem, rubric } }, i) => ({ problem, rubric, completion: completions[i]! })), { seed: stepSeed, stop })
  if (stop.aborted) return null
  const rewards = grades.map(({ score }, i) => rewardOf(score, sampled[i]!.tokens.length, maxNewTokens, settings.shaping))
  const { divideByStd } = objectiveOf(settings)
  const advantages = states.flatMap((_, group) => groupAdvantages(rewards.slice(group * groupSize, (group + 1) * groupSize), divideByStd))

  const version = step * states.length * groupSize
  const { values, dropped } = await update(model, attempts, sampled, advantages, context)
  const rollouts: Rollout[] = attempts.map(({ group, problem, turn }, i) => {
    const { reasoning, proof } = splitCompletion(completions[i]!)
    const { score, cause, marks, trueScore } = grades[i]!
    return {
      group, index: i % groupSize, problem: problem.problem, rubric: problem.rubric, completion: completions[i]!, reasoning, proof,
      tokens: sampled[i]!.tokens.length, isTruncated: sampled[i]!.isTruncated, score, cause, marks, trueScore, reward: rewards[i]!,
      advantage: advantages[i] ?? null, logprob: sampled[i]!.logprobs.reduce((a, b) => a + b, 0), version, turn,
    }
  })
  const tokens = attempts.reduce((sum, a, i) => sum + a.prompt.length + sampled[i]!.tokens.length, 0)
  const perUpdate = (states.length * groupSize) / (settings.updatesPerBatch ?? 1)
  const lag = { 'stats/lag': ((settings.updatesPerBatch ?? 1) - 1) * perUpdate, 'stats/samples_too_old_to_train': dropped }
  return { metrics: { ...values, ...rolloutMetrics(rollouts, states.length), ...lag, learning_rate: learningRateAt(settings, step + 1) }, rollouts, tokens }
}

/** The optimiser steps of one batch of rollouts; the metrics are their means. */
async function update(
  model: PolicyModel,
  attempts: readonly (PromptState & { readonly group: number })[],
  sampled: readonly SampledRow[],
  advantages: readonly (number | null)[],
  { settings, step }: StepContext,
): Promise<{ values: Record<string, number>; dropped: number }> {
  const { divideByStd: _, ...objective } = objectiveOf(settings)
  const { groupSize, updatesPerBatch = 1, maxLag = null, weightDecay, clipNorm } = settings
  const groups = attempts.length / groupSize
  const perUpdate = Math.ceil(groups / updatesPerBatch)
  const learningRate = learningRateAt(settings, step + 1)
  const sums: Record<string, number> = {}
  let [updates, dropped] = [0, 0]
  for (let first = 0; first < groups; first += perUpdate) {
    const rows = attempts.slice(first * groupSize, (first + perUpdate) * groupSize).map((attempt, i) => {
      const at = first * groupSize + i
      return { ...attempt, row: sampled[at]!, advantage: advantages[at] ?? null }
    })
    if (maxLag !== null && first * groupSize > maxLag) {
      dropped += rows.length
      continue
    }
    const isFlat = (group: number) => rows.every((r) => r.group !== group || r.advantage === null || Math.abs(r.advantage) < ZERO_VARIANCE)
    const flat = settings.filterZeroVariance ? new Set(rows.map((r) => r.group).filter(isFlat)) : new Set<number>()
    const kept = rows.filter((r) => !flat.has(r.group))
    // A rollout without a grade does not train: its tokens weigh nothing, and the others keep their weight.
    const isLeftOut = (r: (typeof rows)[number]) => r.advantage === null || (settings.filterOverlong === true && r.row.isTruncated)
    const weights = sequenceWeights(kept.map((r) => (isLeftOut(r) ? 0 : r.row.tokens.length)), objective.aggregation, objective.maxLength)
    const sequences = kept.map((r, i) => ({
      prompt: r.prompt,
      completion: r.row.tokens,
      weights: new Float32Array(r.row.tokens.length).fill(weights[i]!),
      advantage: r.advantage,
      behaviour: r.row.logprobs,
      reference: null,
    }))
    // The reference costs a forward pass, and only the KL term asks for it.
    const reference = objective.klCoefficient === 0 || sequences.length === 0 ? null : await model.logprobs(sequences, objective.temperature, 'reference')
    const trained = reference ? sequences.map((s, i) => ({ ...s, reference: reference[i]! })) : sequences
    const values = await model.step(trained, { kind: 'policy', ...objective }, learningRate, { ...ADAMW_DEFAULTS, weightDecay, clipNorm })
    updates++
    for (const [name, value] of Object.entries(values)) sums[name] = (sums[name] ?? 0) + value
  }
  return { values: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / updates])), dropped }
}
