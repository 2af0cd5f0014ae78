/**
 * Group-relative advantages: A = R − mean of its group, R = score/7, the same for every token of a rollout.
 * Null rewards (no grade could be had) are left out of the mean and get a null advantage: they never train.
 * @param rewards one group of K rollouts
 * @param divideByStd also divide by (sample deviation, ddof 1, + 1e-4); the paper leaves this off
 * @returns [K]; zeros when all rewards are equal
 * @source QED-Nano, arXiv 2604.04898; released code `pipelinerl/finetune/rl`, `divide_advantage_by_std: false`
 */
export function groupAdvantages(rewards: readonly (number | null)[], divideByStd = false): (number | null)[] {
  const graded = rewards.filter((r): r is number => r !== null)
  if (graded.length === 0) return rewards.map(() => null)
  const mean = graded.reduce((sum, r) => sum + r, 0) / graded.length
  const squares = graded.reduce((sum, r) => sum + (r - mean) ** 2, 0)
  const deviation = graded.length > 1 ? Math.sqrt(squares / (graded.length - 1)) : 0
  const scale = divideByStd ? 1 / (deviation + 1e-4) : 1
  return rewards.map((r) => (r === null ? null : (r - mean) * scale))
}
