/** A whole run: evaluate, fine-tune, evaluate, reinforce, evaluate; resumable after any step. */
import { assertFinite } from './finite'
import { initialParameters } from '../model/parameters'
import type { PolicyModel, TrainedArrays } from '../policyModel'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { rlProblems, sftTraces, type RlProblem, type SetAside, type Trace, type TrainingRow } from '../../posttrain/trainingSet'
import type { Preset } from '../../posttrain/presets'
import type { Evaluation, EvaluationAttempts, MetricPoint, Rollout, Stage } from '../../posttrain/runRecords'
import type { Checkpoint } from '../checkpoint'
import { fail, ok, type Result } from '../../base/result'
import { CHECKER_ALONE } from '../../posttrain/checkerGrader'
import type { Graders } from '../../posttrain/grader'
import { evaluate } from './evaluate'
import { grpoStep } from './grpo'
import { sftSteps } from './sft'

/** Everything a run draws on, already in tokens. */
export interface RunData {
  readonly traces: readonly Trace[]
  readonly problems: readonly RlProblem[]
  readonly heldOut: readonly RlProblem[]
  readonly setAside: { readonly sft: SetAside; readonly rl: SetAside }
}

export interface RunStart {
  readonly preset: Preset
  readonly seed: number
  readonly data: RunData
  readonly checkpoint: Checkpoint | null
  /** Evaluations made before the checkpoint: those are not made again. */
  readonly evaluations: readonly Evaluation[]
  /** Makes the policy on the backend that is there. */
  readonly openModel: OpenModel
  /** Who rewards and who knows; the checker both where it is left out. */
  readonly graders?: Graders
}

export type OpenModel = (config: ModelConfig, state: Partial<TrainedArrays> & { readonly parameters: Float32Array }) => PolicyModel

/** What the loop asks of its surroundings; a worker and a terminal answer differently. */
export interface RunHost {
  /** True from when the run shall end. */
  readonly stop: { readonly aborted: boolean }
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** Lets messages in; resolves late while the run is paused. `isSafe` is true between steps, where a pause may hold. */
  breathe(isSafe: boolean): Promise<void>
  activity(text: string): void
  /** Called after each step, before the next begins. */
  stepFinished(point: MetricPoint, rollouts: readonly Rollout[] | null): void
  /** @param attempts everything that was sampled for it */
  evaluated(evaluation: Evaluation, attempts: EvaluationAttempts): void
  /** True when a checkpoint is wanted after `step`. */
  wantsCheckpoint(step: number): boolean
  save(checkpoint: Checkpoint): Promise<void>
}

/** Why a run cannot begin: what the datasets lack for this preset. */
export function prepareData(
  preset: Preset,
  rows: { sft: readonly TrainingRow[]; rl: readonly TrainingRow[]; heldOut: readonly TrainingRow[] | null },
): Result<RunData, 'notTrainable'> {
  const sft = sftTraces(rows.sft, preset.maxPromptTokens, preset.sft.maxTokens)
  const rl = rlProblems(rows.rl, preset.maxPromptTokens)
  const own = rows.heldOut && rlProblems(rows.heldOut, preset.maxPromptTokens).problems
  const tenth = Math.max(1, Math.floor(rl.problems.length / 10))
  const heldOut = own ?? rl.problems.slice(-tenth)
  const problems = own ? rl.problems : rl.problems.slice(0, -tenth)
  const counts = (s: SetAside) =>
    `${s.unknownWord} with words outside the vocabulary, ${s.tooLong} too long for this preset, ${s.noProof} without proof, ${s.noRubric} without rubric`
  if (sft.traces.length < preset.sft.batchRows)
    return fail('notTrainable', `Only ${sft.traces.length} of ${rows.sft.length} rows can be trained on (${counts(sft.setAside)}).`, {
      where: 'Fine-tuning set',
      next: 'Choose a tiny-proofs set, or a larger preset.',
    })
  if (problems.length < preset.grpo.groups || heldOut.length === 0)
    return fail('notTrainable', `Only ${problems.length} of ${rows.rl.length} problems can be sampled for (${counts(rl.setAside)}).`, {
      where: 'RL set',
      next: 'Choose a tiny-proofs set, or a larger preset.',
    })
  return ok({ traces: sft.traces, problems, heldOut: heldOut.slice(0, preset.evaluationProblems), setAside: { sft: sft.setAside, rl: rl.setAside } })
}

/** Steps whose numbers are read at once, at most; and the time that curve, pause and stop may lag behind for it. */
const TOGETHER = 16
const UNREAD_SECONDS = 0.25

/** Runs from the start or from a checkpoint to the end, or until stopped. */
export async function trainRun(start: RunStart, host: RunHost): Promise<'finished' | 'stopped'> {
  const { preset, seed, data } = start
  const sftTotal = preset.sft.steps
  const totalSteps = sftTotal + preset.grpo.steps
  const done = new Set(start.evaluations.map((e) => e.label))
  let step = start.checkpoint?.step ?? 0
  let stage: Stage = start.checkpoint?.stage ?? 'sft'
  const model = start.openModel(preset.model, start.checkpoint ?? { parameters: initialParameters(preset.model, seed) })

  const assess = async (label: Evaluation['label']) => {
    if (done.has(label)) return
    const result = await evaluate(
      model,
      data.heldOut,
      { temperature: preset.grpo.temperature, maxNewTokens: preset.grpo.maxNewTokens, attempts: preset.evaluationAttempts ?? 1 },
      label,
      step,
      host.stop,
      () => host.breathe(false),
      (n, total) => host.activity(`Evaluating ${label}: ${n} of ${total} attempts at held-out problems`),
    )
    if (!result) return
    done.add(label)
    host.evaluated(result.evaluation, result.attempts)
  }
  /** Steps to hand to the GPU before their numbers are read: several while they are fast, never past a checkpoint. */
  let stepSeconds = Infinity
  const together = (from: number) => {
    let count = 1
    while (count < TOGETHER && (count + 1) * stepSeconds < UNREAD_SECONDS && from + count < sftTotal && !host.wantsCheckpoint(from + count)) count++
    return count
  }
  const save = async () => host.save({ config: preset.model, stage, step, seed, ...(await model.state()) })

  try {
    host.activity('Preparing the model; the first step compiles its GPU programs')
    if (step === 0) await assess('base')
    while (step < totalSteps) {
      await host.breathe(true)
      if (host.stop.aborted) break
      if (step === sftTotal && stage === 'sft') {
        await assess('sft')
        if (host.stop.aborted) break
        stage = 'grpo'
        model.resetOptimiser()
        if (preset.grpo.klCoefficient !== 0) model.freezeReference()
      }
      const startedAt = host.now()
      host.activity(stage === 'sft' ? `Fine-tuning, step ${step + 1} of ${sftTotal}` : `Reinforcement learning, step ${step + 1 - sftTotal} of ${preset.grpo.steps}`)
      let results: readonly { metrics: Record<string, number | null>; rollouts?: readonly Rollout[]; tokens: number }[]
      if (stage === 'sft') results = await sftSteps(model, data.traces, preset.sft, seed, step, together(step))
      else {
        const result = await grpoStep(model, data.problems, {
          settings: preset.grpo, graders: start.graders ?? CHECKER_ALONE, seed, step: step - sftTotal, stop: host.stop, breathe: () => host.breathe(false),
        })
        if (!result) break
        results = [result]
      }
      stepSeconds = (host.now() - startedAt) / 1000 / results.length
      for (const { metrics, rollouts, tokens } of results) {
        assertFinite(metrics, step + 1) // a non-finite loss ends the run here, before anything of this step is kept
        step++
        host.stepFinished({ step, stage, values: { ...metrics, num_tokens: tokens, step_time: stepSeconds, tokens_per_second: tokens / stepSeconds } }, rollouts ?? null)
      }
      if (host.wantsCheckpoint(step)) await save()
    }
    if (step >= totalSteps && !host.stop.aborted) await assess('rl')
    await save()
    return step >= totalSteps && done.has('rl') ? 'finished' : 'stopped'
  } finally {
    model.dispose()
  }
}
