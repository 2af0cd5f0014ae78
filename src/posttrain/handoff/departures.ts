/** What an exported configuration cannot express, so that its curve will not be this run's curve. */
import { runsOnVllm, type HandoffRun } from './handoffRun'

export interface Departure {
  readonly trainer: 'both' | 'TRL' | 'PipelineRL'
  readonly what: string
  readonly here: string
  readonly there: string
}

export function departures(run: HandoffRun): Departure[] {
  const { grpo, sft } = run.preset
  const { beta1, beta2 } = run.optimiser
  const high = grpo.epsilonHigh ?? grpo.epsilon
  const variant = grpo.variant ?? 'qed-nano'
  const list: (Departure | false)[] = [
    {
      trainer: 'both', what: 'Grader',
      here: run.record.reward ? 'A simulated judge with the profile in run.json over the exact checker of tiny proofs; the checker’s own score is kept beside it.' : 'The exact checker of tiny proofs: it verifies each line, and its grade costs nothing.',
      there: 'A language model behind an OpenAI-compatible endpoint, with the rubric of each problem. Its grades are noisy; measure it against the stored rollouts first (rollouts/ hold the checker’s scores).',
    },
    {
      trainer: 'both', what: 'Draws',
      here: `Gumbel noise of a counter-based generator, seed ${run.record.seed}: the same seed gives the same rollouts.`,
      there: 'The random streams of PyTorch and vLLM. Seeds are carried over, draws are not.',
    },
    {
      trainer: 'both', what: 'Optimiser state',
      here: 'Each stage begins with fresh moments.',
      there: `Training begins anew from the exported weights (step ${run.checkpoint.step} of ${run.record.totalSteps}); the moments of this run are not carried over.`,
    },
    {
      trainer: 'both', what: 'Tokenizer',
      here: '`$` is put around formulas when tokens become text.',
      there: 'The exported tokenizer knows no `$`: a judge is shown formulas without it.',
    },
    grpo.entropyBonus !== 0 && {
      trainer: 'TRL', what: 'Entropy bonus',
      here: `${grpo.entropyBonus} times the entropy, summed over tokens.`,
      there: 'GRPOConfig has no entropy bonus (`top_entropy_quantile` is another thing). It is left out.',
    },
    {
      trainer: 'TRL', what: 'Ratio',
      here: `exp(log π new − log π sampler), clamped from ${1 - grpo.epsilon} to ${1 + high} in the surrogate.`,
      there: `The ratio to TRL’s own recomputation is 1 in the first pass over a batch; the mismatch with the sampler is a weight, truncated at ${1 + high}. A token beyond the cap still learns there, and not here.`,
    },
    {
      trainer: 'TRL', what: 'Problems of a step',
      here: `${grpo.groups} problems drawn uniformly, without repetition inside a step.`,
      there: 'Epochs over a shuffled dataset.',
    },
    {
      trainer: 'TRL', what: 'SFT batches',
      here: `Rows of similar length go together; a row over ${sft.maxTokens} tokens is set aside whole.`,
      there: 'Batches are shuffled. `train_sft.py` drops long rows too (`max_tokens`), never cuts them.',
    },
    grpo.shaping !== undefined && {
      trainer: 'both', what: 'Reward shaping',
      here: `Threshold ${grpo.shaping.threshold ?? 0}, discount ${grpo.shaping.discount ?? 1}, buffer of ${grpo.shaping.bufferTokens ?? 0} tokens.`,
      there: 'rubric_reward.py gives score/7. PipelineRL has the discount and a threshold that is fixed at 6; its buffer is set in the `rewards` group.',
    },
    grpo.filterZeroVariance === true && {
      trainer: 'TRL', what: 'Groups without signal',
      here: 'Left out of the update and of its number of samples.',
      there: 'They stay in the number of samples; their advantage is 0.',
    },
    (variant === 'dapo' || variant === 'grpo' || variant === 'dr_grpo') && {
      trainer: 'PipelineRL', what: 'Loss',
      here: `The loss of \`${variant}\`.`,
      there: 'A token sum over samples, whatever the variant; only the division by the deviation is carried over.',
    },
    grpo.maxLag !== null && grpo.maxLag !== undefined && {
      trainer: 'TRL', what: 'Lag',
      here: `Rollouts older than ${grpo.maxLag} samples are dropped.`,
      there: 'No such bound; a batch is used up before the next is sampled.',
    },
    !runsOnVllm(run) && {
      trainer: 'both', what: 'vLLM',
      here: `Attention heads of ${run.model.head_dim} numbers.`,
      there: 'vLLM’s attention kernels begin at 32. `use_vllm` is false for this model; PipelineRL, which samples with vLLM only, needs a larger one.',
    },
    {
      trainer: 'PipelineRL', what: 'Adam',
      here: `β = (${beta1}, ${beta2}).`,
      there: 'The optimiser’s own defaults, (0.9, 0.999); no key sets them.',
    },
    {
      trainer: 'PipelineRL', what: 'Lag',
      here: 'Every rollout is of the policy that it trains.',
      there: 'Rollouts go on while weights change; `max_lag: null` with `pop_old_data: true`, as published.',
    },
    {
      trainer: 'PipelineRL', what: 'Grader prompt',
      here: '—',
      there: 'Its own prompt `v1`. prompts/grader.txt is used by the TRL scripts.',
    },
    {
      trainer: 'PipelineRL', what: 'Stage 1',
      here: `${sft.steps} steps of supervised fine-tuning.`,
      there: 'Not part of it: fine-tune with train_sft.py, or start from the exported weights.',
    },
    run.weights === 'adapter' && {
      trainer: 'PipelineRL', what: 'Adapter',
      here: 'Low-rank adapters beside frozen weights.',
      there: 'Merge the adapter into its base first: sampler and trainer load one model folder.',
    },
    run.heldOut === null && {
      trainer: 'both', what: 'Held-out problems',
      here: 'The last tenth of the RL problems is set aside.',
      there: 'Both files name the same dataset: cut the last tenth off before training, or evaluate on another set.',
    },
  ]
  return list.filter((d) => d !== false)
}

/** The list as Markdown. */
export function departuresText(run: HandoffRun): string {
  const rows = departures(run).map((d) => `| ${d.trainer} | ${d.what} | ${cell(d.here)} | ${cell(d.there)} |`)
  return `# What the exported configurations cannot express\n\nHere is what this run did and what the trainer does instead. Everything else in \`configs/\` carries the run's own numbers.\n\n| trainer | what | in this run | in the trainer |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
