/** The run's hyperparameters for PipelineRL in QED-Nano's fork: a Hydra configuration over its `base`. */
import { PROOF_PROMPT } from '../../proofs/tinyProofs/vocabulary'
import { objectiveOf } from '../objectives'
import type { ScheduleName } from '../schedule'
import { contextOf, heldOutFile, rlFile, type HandoffRun } from './handoffRun'
import { yaml } from './yaml'

const SCHEDULER: Readonly<Record<ScheduleName, string>> = { constant: 'constant_with_warmup', linear: 'linear', cosine: 'cosine' }

/**
 * `conf/qed_nano_lab.yaml`. Keys and meaning as in the released `qed_nano_rl.yaml`, where samples a step are
 * train_batch_size × gradient_accumulation_passes.
 * @source QED-Nano, arXiv 2604.04898, released training configuration
 */
export function pipelineRl(run: HandoffRun): string {
  const { grpo } = run.preset
  const { divideByStd } = objectiveOf(grpo)
  return yaml(
    {
      defaults: ['base', '_self_'],
      seed: run.record.seed,
      model_path: '${oc.env:HANDOFF}/model',
      model_revision: 'main',
      eval_every_n_versions: grpo.groups * grpo.groupSize * run.preset.checkpointEverySteps,
      finetune: {
        attempts: grpo.groupSize,
        train_batch_size: grpo.groupSize,
        valid_batch_size: grpo.groupSize,
        gradient_accumulation_passes: grpo.groups,
        seq_length: contextOf(run),
        learning_rate: grpo.learningRate,
        lr_scheduler_type: SCHEDULER[grpo.schedule],
        num_warmup_steps: grpo.warmupSteps,
        max_train_steps: grpo.steps,
        weight_decay: grpo.weightDecay,
        gradient_clipping_threshold: grpo.clipNorm,
        save_checkpoint_steps: run.preset.checkpointEverySteps,
        push_to_hub: false,
        rl: {
          policy_loss: 'ppo',
          epsilon: grpo.epsilon,
          kl_coef: grpo.klCoefficient,
          final_kl_coef: grpo.klCoefficient,
          entropy_bonus: grpo.entropyBonus,
          final_entropy_bonus: grpo.entropyBonus,
          divide_advantage_by_std: divideByStd,
          use_advantages: true,
          overlong_filtering: grpo.filterOverlong ?? false,
          filter_zero_advantage_groups: grpo.filterZeroVariance ?? false,
          temperature: '${llm.parameters.temperature}',
        },
      },
      llm: { parameters: { max_tokens: grpo.maxNewTokens, temperature: grpo.temperature }, reasoning_delimiters: ['</think>'] },
      test_llm: { parameters: { max_tokens: grpo.maxNewTokens, temperature: grpo.temperature, top_p: 1, top_k: -1 } },
      llm_grader: {
        local: false,
        name: 'openai/gpt-oss-20b',
        sampling_kwargs: { temperature: 1, max_output_tokens: 81_920, reasoning: { effort: 'medium' } },
        reasoning_delimiters: ['</think>'],
        prompt_name: 'v1',
        custom_reward_threshold: (grpo.shaping?.threshold ?? 0) > 0,
      },
      actor: {
        rollout_policy: 'pipelinerl.domains.math.generate_math_rollout',
        discount_factor: grpo.shaping?.discount ?? 1,
        system_prompt: null,
        task_template: `${PROOF_PROMPT}\n\n{task}`,
      },
      environment: {
        _target_: 'pipelinerl.domains.math.MathProofEnvironment',
        model_name: '${llm_grader.name}',
        sampling_kwargs: '${llm_grader.sampling_kwargs}',
        prompt_name: '${llm_grader.prompt_name}',
      },
      dataset_loader: 'lab_dataset.load_datasets',
      train_dataset_names: [rlFile(run)],
      test_dataset_names: [heldOutFile(run)],
      vllm_config: { vllm_kwargs: { 'max-model-len': contextOf(run) } },
      max_lag: grpo.maxLag ?? null,
      pop_old_data: true,
    },
    [
      'Stage 2 for PipelineRL in the QED-Nano fork. Copy it into training/conf/, put this folder on PYTHONPATH',
      '(it holds lab_dataset.py) and name it in the environment variable HANDOFF. See README.md.',
      `${grpo.groupSize} x ${grpo.groups} = ${grpo.groups * grpo.groupSize} samples a step.`,
    ],
  )
}
