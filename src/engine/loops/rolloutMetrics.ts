import { mean, sampleStd } from '../../base/numeric'
import type { NoScoreCause } from '../../proofs/records'
import type { Rollout } from '../../posttrain/runRecords'

const CAUSES: readonly NoScoreCause[] = ['timeout', 'rate_limit', 'no_input', 'no_score_tag', 'all_attempts_failed']

/**
 * What one step's rollouts say, under TRL's metric names (lengths in tokens, rewards as score/7), with QED-Nano's
 * `verifier/` names for failures. `reward` is what the grader's score gives before shaping, `reward_true` what the checker gives, and `reward_gap`
 * the mean of their difference over the rollouts that have both. Rollouts without a grade are counted apart and enter no mean; a metric with nothing to average is null.
 */
export function rolloutMetrics(rollouts: readonly Rollout[], groups: number): Record<string, number | null> {
  const rewards = rollouts.flatMap((r) => (r.score === null ? [] : [r.score / 7]))
  const lengths = rollouts.map((r) => r.tokens)
  const ended = rollouts.filter((r) => !r.isTruncated).map((r) => r.tokens)
  const byGroup = Array.from({ length: groups }, (_, g) =>
    rollouts.filter((r) => r.group === g).flatMap((r) => (r.score === null ? [] : [r.score / 7])),
  )
  const deviations = byGroup.flatMap((g) => sampleStd(g) ?? [])
  const share = (test: (r: Rollout) => boolean) => (rollouts.length ? rollouts.filter(test).length / rollouts.length : null)
  const truths = rollouts.flatMap((r) => r.trueScore ?? [])
  const gaps = rollouts.flatMap((r) => (r.score === null || r.trueScore === null || r.trueScore === undefined ? [] : [(r.score - r.trueScore) / 7]))
  return {
    reward: mean(rewards),
    reward_true: truths.length ? mean(truths)! / 7 : null,
    reward_gap: mean(gaps),
    reward_shaped: mean(rollouts.flatMap((r) => r.reward ?? [])),
    reward_std: mean(deviations),
    frac_reward_zero_std: deviations.length ? deviations.filter((d) => d < 1e-9).length / deviations.length : null,
    success: share((r) => r.score === 7),
    'completions/mean_length': mean(lengths),
    'completions/min_length': lengths.length ? Math.min(...lengths) : null,
    'completions/max_length': lengths.length ? Math.max(...lengths) : null,
    'completions/mean_terminated_length': mean(ended),
    'completions/clipped_ratio': share((r) => r.isTruncated),
    ...Object.fromEntries(CAUSES.map((cause) => [`verifier/failures/${cause}_frac`, share((r) => r.cause === cause)])),
    'verifier/rollouts/failure_frac': share((r) => r.score === null),
    'verifier/rollouts/success_frac': share((r) => r.score !== null),
  }
}
