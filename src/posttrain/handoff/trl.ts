/** The run's hyperparameters as TRL's `SFTConfig` and `GRPOConfig`. */
import { contextOf, heldOutFile, rlFile, runsOnVllm, sftFile, type HandoffRun } from './handoffRun'
import { PROOF_PROMPT } from '../../proofs/tinyProofs/vocabulary'
import { objectiveOf, type ObjectiveName } from '../objectives'
import type { ScheduleName } from '../schedule'
import { yaml } from './yaml'

const SCHEDULER: Readonly<Record<ScheduleName, string>> = { constant: 'constant_with_warmup', linear: 'linear', cosine: 'cosine' }

const WEIGHTS = 'model'

/** Configuration of `train_sft.py`. */
export function trlSft(run: HandoffRun): string {
  const { sft } = run.preset
  return yaml(
    {
      model: WEIGHTS,
      dataset: sftFile(run),
      max_tokens: sft.maxTokens,
      proof_prompt: PROOF_PROMPT,
      config: {
        output_dir: 'out/sft',
        seed: run.record.seed,
        max_steps: sft.steps,
        per_device_train_batch_size: sft.batchRows,
        gradient_accumulation_steps: 1,
        learning_rate: sft.learningRate,
        lr_scheduler_type: SCHEDULER[sft.schedule],
        warmup_steps: sft.warmupSteps,
        weight_decay: sft.weightDecay,
        adam_beta1: run.optimiser.beta1,
        adam_beta2: run.optimiser.beta2,
        adam_epsilon: run.optimiser.epsilon,
        max_grad_norm: sft.clipNorm,
        completion_only_loss: true,
        packing: false,
        max_length: null,
        bf16: false,
        logging_steps: 1,
        save_steps: run.preset.checkpointEverySteps,
        report_to: 'none',
      },
    },
    ['Stage 1, supervised fine-tuning. Read by train_sft.py; `config` goes to trl.SFTConfig as it is.', `Batch: ${sft.batchRows} rows a step. On N devices divide per_device_train_batch_size by N.`],
  )
}

/** TRL's name of the loss that a run trains with. */
const LOSS: Readonly<Record<ObjectiveName, string>> = { 'qed-nano': 'dr_grpo', grpo: 'grpo', dr_grpo: 'dr_grpo', dapo: 'dapo' }

/**
 * Configuration of `train_grpo.py`. The paper's objective sums over tokens and divides by samples; TRL's `dr_grpo` divides by
 * L = max_completion_length besides. Adam does not see a constant factor, its ε and the gradient clip do: both are given over L.
 */
export function trlGrpo(run: HandoffRun): string {
  const { grpo } = run.preset
  const variant = grpo.variant ?? 'qed-nano'
  const { divideByStd, epsilonHigh } = objectiveOf(grpo)
  const L = variant === 'qed-nano' ? grpo.maxNewTokens : 1
  const updates = grpo.updatesPerBatch ?? 1
  return yaml(
    {
      model: WEIGHTS,
      dataset: rlFile(run),
      heldout: heldOutFile(run),
      proof_prompt: PROOF_PROMPT,
      config: {
        output_dir: 'out/grpo',
        seed: run.record.seed,
        max_steps: grpo.steps,
        per_device_train_batch_size: grpo.groupSize,
        gradient_accumulation_steps: Math.ceil(grpo.groups / updates),
        ...(updates > 1 ? { steps_per_generation: grpo.groups } : {}),
        num_generations: grpo.groupSize,
        max_completion_length: grpo.maxNewTokens,
        temperature: grpo.temperature,
        top_p: 1,
        top_k: 0,
        learning_rate: grpo.learningRate,
        lr_scheduler_type: SCHEDULER[grpo.schedule],
        warmup_steps: grpo.warmupSteps,
        weight_decay: grpo.weightDecay,
        adam_beta1: run.optimiser.beta1,
        adam_beta2: run.optimiser.beta2,
        adam_epsilon: significant(run.optimiser.epsilon / L),
        max_grad_norm: significant(grpo.clipNorm / L),
        loss_type: LOSS[variant],
        scale_rewards: divideByStd ? 'group' : 'none',
        beta: grpo.klCoefficient,
        epsilon: grpo.epsilon,
        epsilon_high: epsilonHigh,
        num_iterations: 1,
        mask_truncated_completions: grpo.filterOverlong ?? false,
        importance_sampling_level: 'token',
        use_vllm: runsOnVllm(run),
        vllm_mode: 'server',
        vllm_importance_sampling_correction: true,
        vllm_importance_sampling_mode: 'token_truncate',
        vllm_importance_sampling_cap: 1 + epsilonHigh,
        bf16: false,
        log_completions: true,
        logging_steps: 1,
        save_steps: run.preset.checkpointEverySteps,
        report_to: 'none',
      },
    },
    [
      'Stage 2, reinforcement learning with rubric rewards. Read by train_grpo.py; `config` goes to trl.GRPOConfig as it is.',
      `Batch: ${grpo.groups} problems x ${grpo.groupSize} rollouts a step. On N devices divide gradient_accumulation_steps by N.`,
      ...(L === 1 ? [] : [`dr_grpo divides the loss by max_completion_length = ${L}; max_grad_norm ${grpo.clipNorm} and adam_epsilon ${run.optimiser.epsilon} are divided by it too, which makes the update the same.`]),
      `Longest prompt of the run: ${run.preset.maxPromptTokens} tokens; prompt and completion: ${contextOf(run)}.`,
    ],
  )
}

/** Six digits say more than any of these knows. */
function significant(value: number): number {
  return Number(value.toPrecision(6))
}
