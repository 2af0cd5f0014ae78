/** Metrics are logged under TRL's names; these are the names that PipelineRL and QED-Nano give the same numbers. */
import type { MetricPoint, Stage } from './runRecords'

interface Alias {
  readonly name: string
  readonly aliases: readonly string[]
  /** Where the other name is meant for one stage only. */
  readonly stage?: Stage
}

/** @source QED-Nano, arXiv 2604.04898, released training code (finetune_loop.py, rl/__init__.py, actor.py, verifier_api.py) */
const ALIASES: readonly Alias[] = [
  { name: 'reward', aliases: ['rl/reward', 'actor/reward_mean'] },
  { name: 'success', aliases: ['actor/success_mean'] },
  { name: 'loss', aliases: ['rl/loss'], stage: 'grpo' },
  { name: 'policy_loss', aliases: ['rl/policy_loss'] },
  { name: 'entropy', aliases: ['rl/entropy'], stage: 'grpo' },
  { name: 'kl', aliases: ['rl/kl'] },
  { name: 'clip_ratio/region_mean', aliases: ['rl/clamp_log_ratio_new_old_indicator'] },
  { name: 'sampling/importance_sampling_ratio/mean', aliases: ['rl/ratio_new_old'] },
  { name: 'rl/ess', aliases: ['rl/ess'] },
  { name: 'grad_norm', aliases: ['stats/grad_norm'] },
  { name: 'learning_rate', aliases: ['stats/lr'] },
  { name: 'num_tokens', aliases: ['throughput/tokens_per_step'] },
  { name: 'step_time', aliases: ['throughput/sec_per_step'] },
  { name: 'tokens_per_second', aliases: ['throughput/tokens_per_sec'] },
  { name: 'completions/mean_length', aliases: ['actor/output_tokens_mean'] },
  { name: 'completions/min_length', aliases: ['actor/output_tokens_min'] },
  { name: 'completions/max_length', aliases: ['actor/output_tokens_max'] },
  { name: 'completions/clipped_ratio', aliases: ['actor/overflow_mean'] },
]
const BY_NAME = new Map(ALIASES.map((alias) => [alias.name, alias]))

/** What PipelineRL calls a metric of this stage; empty when it has no name for it. `verifier/` names are the same in both. */
export function pipelineRlNames(name: string, stage: Stage): readonly string[] {
  if (name.startsWith('verifier/') || name.startsWith('rc_actor/')) return [name]
  const alias = BY_NAME.get(name)
  return alias && (alias.stage === undefined || alias.stage === stage) ? alias.aliases : []
}

/** The same points under PipelineRL's names, with the step's own `stats/completed_steps`; metrics without such a name are left out. */
export function pipelineRlPoints(points: readonly MetricPoint[]): MetricPoint[] {
  return points.map(({ step, stage, values }) => ({
    step, stage,
    values: {
      'stats/completed_steps': step,
      ...Object.fromEntries(Object.entries(values).flatMap(([name, value]) => pipelineRlNames(name, stage).map((other) => [other, value]))),
    },
  }))
}
