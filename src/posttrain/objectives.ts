/** The policy objectives by name: one loss, four sets of choices. */
import type { Aggregation, PolicyObjective } from './policyLoss'
import type { GrpoSettings } from './presets'

export type ObjectiveName = 'qed-nano' | 'grpo' | 'dr_grpo' | 'dapo'

export interface ObjectiveChoices {
  readonly label: string
  readonly aggregation: Aggregation
  /** Whether A = (R − mean) / (s + 1e-4), s the group's deviation with ddof 1, or only R − mean. */
  readonly divideByStd: boolean
  /** What the source ships; a run may set others. */
  readonly epsilon: number
  readonly epsilonHigh: number
  readonly klCoefficient: number
  readonly entropyBonus: number
}

/**
 * @source `qed-nano`: arXiv 2604.04898, released `pipelinerl/finetune/rl`. The others as TRL's GRPOTrainer has them under
 * `loss_type`: `grpo` (arXiv 2402.03300) and `dapo` (2503.14476) scale rewards by the group's deviation, `dr_grpo` (2503.20783)
 * does not. TRL's β is 0 unless set; ε is 0.2, and DAPO recommends 0.28 above.
 */
export const OBJECTIVES: Readonly<Record<ObjectiveName, ObjectiveChoices>> = {
  'qed-nano': { label: 'QED-Nano', aggregation: 'sum_per_sample', divideByStd: false, epsilon: 4, epsilonHigh: 4, klCoefficient: 0, entropyBonus: 1e-4 },
  grpo: { label: 'GRPO', aggregation: 'sequence_mean', divideByStd: true, epsilon: 0.2, epsilonHigh: 0.2, klCoefficient: 0, entropyBonus: 0 },
  dr_grpo: { label: 'Dr. GRPO', aggregation: 'fixed_length', divideByStd: false, epsilon: 0.2, epsilonHigh: 0.2, klCoefficient: 0, entropyBonus: 0 },
  dapo: { label: 'DAPO', aggregation: 'token_mean', divideByStd: true, epsilon: 0.2, epsilonHigh: 0.28, klCoefficient: 0, entropyBonus: 0 },
}

/** The settings' part that a source fixes, to spread into `GrpoSettings`. */
export function shippedBy(variant: ObjectiveName): Pick<GrpoSettings, 'variant' | 'epsilon' | 'epsilonHigh' | 'klCoefficient' | 'entropyBonus'> {
  const { epsilon, epsilonHigh, klCoefficient, entropyBonus } = OBJECTIVES[variant]
  return { variant, epsilon, epsilonHigh, klCoefficient, entropyBonus }
}

/** The objective of a run, and whether its advantages are divided by the group's deviation. */
export function objectiveOf(settings: GrpoSettings): PolicyObjective & { readonly divideByStd: boolean } {
  const { aggregation, divideByStd } = OBJECTIVES[settings.variant ?? 'qed-nano']
  return {
    temperature: settings.temperature,
    epsilonLow: settings.epsilon,
    epsilonHigh: settings.epsilonHigh ?? settings.epsilon,
    klCoefficient: settings.klCoefficient,
    entropyBonus: settings.entropyBonus,
    aggregation,
    maxLength: settings.maxNewTokens,
    divideByStd,
  }
}
