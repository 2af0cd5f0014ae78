/** The curated dashboard: which curves, in which order, and what each one means. Names are TRL's. */

export interface MetricInfo {
  /** Name in the log and in exports. */
  readonly name: string
  readonly label: string
  readonly meaning: string
  /** What a healthy run looks like. */
  readonly healthy: string
  readonly source: string
  readonly unit: 'fraction' | 'tokens' | 'number' | 'rate' | 'nats'
  /** Shown only when the run logs it. */
  readonly isOptional?: boolean
  /** Logged in one stage only. */
  readonly stage?: 'grpo'
  /** Says something only where a judge rewards and the checker knows. */
  readonly ofJudge?: boolean
}

const RECIPE = 'QED-Nano, arXiv 2604.04898'
const TRL = 'TRL GRPOTrainer logging'

export const METRICS: readonly MetricInfo[] = [
  {
    name: 'reward',
    label: 'Reward',
    meaning: 'Mean of score/7 over all graded rollouts of the step. Rollouts without a grade enter no mean.',
    healthy: 'Rises, unevenly: each step draws other problems. Flat from the start: look at the share of groups without signal.',
    source: RECIPE,
    unit: 'fraction',
    stage: 'grpo',
  },
  {
    name: 'reward_true',
    label: 'True score',
    meaning: 'Mean of score/7 by the checker, over the same rollouts that the judge rewarded.',
    healthy: 'Rises with the reward. A reward that rises alone is a judge that is being gamed.',
    source: 'Checked here',
    unit: 'fraction',
    stage: 'grpo',
    ofJudge: true,
  },
  {
    name: 'reward_gap',
    label: 'Judge − true',
    meaning: 'Mean of judge − true score, as sevenths of full marks: the inflation of the judge on what the policy writes now.',
    healthy: 'Falls as proofs get better: a lenient judge has less headroom then. A rise means that the policy found what the judge likes.',
    source: 'QEDBench, arXiv 2602.20629, as a reward',
    unit: 'fraction',
    stage: 'grpo',
    ofJudge: true,
  },
  {
    name: 'reward_std',
    label: 'Reward spread in a group',
    meaning: 'Sample deviation of the reward inside a group, averaged over groups. The advantage lives on it.',
    healthy: 'Clearly above 0. Falling to 0 means that all attempts at a problem score alike and nothing is learnt from them.',
    source: TRL,
    unit: 'fraction',
    stage: 'grpo',
  },
  {
    name: 'frac_reward_zero_std',
    label: 'Groups without signal',
    meaning: 'Share of groups whose rollouts all have the same reward, so that every advantage is 0.',
    healthy: 'Below 0.8. Above it the problems are too hard or too easy for this policy.',
    source: TRL,
    unit: 'fraction',
    stage: 'grpo',
  },
  {
    name: 'loss',
    label: 'Loss',
    meaning:
      'Fine-tuning: cross-entropy over completion tokens, in nats. Reinforcement learning: minus the clipped surrogate, summed over tokens and divided by samples, less the entropy bonus.',
    healthy: 'Falls during fine-tuning. During reinforcement learning it hovers about 0 and says little: watch the reward.',
    source: `${RECIPE}, released training code`,
    unit: 'number',
  },
  {
    name: 'entropy',
    label: 'Entropy',
    meaning: 'Mean entropy of the policy over completion tokens, in nats.',
    healthy: 'Falls slowly. A collapse to 0 means the policy no longer explores; a steady rise means it unlearns.',
    source: TRL,
    unit: 'nats',
  },
  {
    name: 'completions/mean_length',
    label: 'Completion length',
    meaning: 'Mean tokens of a completion, reasoning and proof together.',
    healthy: 'After fine-tuning on long traces it starts near the limit; reinforcement learning brings it down as rollouts begin to end.',
    source: `${RECIPE}, length explosion after SFT`,
    unit: 'tokens',
    stage: 'grpo',
  },
  {
    name: 'completions/clipped_ratio',
    label: 'Truncated',
    meaning: 'Share of rollouts that reached the token limit. Without a closing </think> the proof is empty and scores 0.',
    healthy: 'Falls. In the paper about 0.6 of the early rollouts hit the limit.',
    source: `${RECIPE}, training curves`,
    unit: 'fraction',
    stage: 'grpo',
  },
  {
    name: 'grad_norm',
    label: 'Gradient norm',
    meaning: 'Global L2 norm of the gradient before clipping.',
    healthy: 'Same order of magnitude throughout. Spikes that last announce a diverging run.',
    source: TRL,
    unit: 'number',
  },
  {
    name: 'kl',
    label: 'KL to the reference',
    meaning: 'k3 estimate of the divergence from the frozen reference; logged only when its coefficient is not 0.',
    healthy: 'Small and slowly rising. The recipe trains without it.',
    source: TRL,
    unit: 'nats',
    isOptional: true,
    stage: 'grpo',
  },
  {
    name: 'tokens_per_second',
    label: 'Tokens per second',
    meaning: 'Prompt and completion tokens of the step over its wall time, sampling and update together.',
    healthy: 'Low in the first step of each stage, which compiles GPU programs; level after that.',
    source: 'Measured here',
    unit: 'rate',
  },
  {
    name: 'learning_rate',
    label: 'Learning rate',
    meaning: 'Step size of AdamW: warm-up, then constant; it starts anew with reinforcement learning.',
    healthy: 'Exactly the schedule.',
    source: `${RECIPE}, hyperparameters`,
    unit: 'number',
  },
]

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** A value as a researcher writes it; missing is a dash, never 0. */
export function formatMetric(unit: MetricInfo['unit'], value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '—'
  switch (unit) {
    case 'fraction':
      return value.toFixed(3)
    case 'tokens':
      return value.toFixed(1)
    case 'rate':
      return whole.format(value)
    case 'nats':
      return value.toFixed(4)
    case 'number':
      return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(2)
  }
}
