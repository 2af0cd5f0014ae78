/**
 * Learning rate at optimiser step t = 1, 2, …: linear warm-up over `warmupSteps`, then constant.
 * @returns `peak` when there is no warm-up
 */
export function warmupConstant(peak: number, warmupSteps: number, t: number): number {
  return warmupSteps > 0 ? peak * Math.min(1, t / warmupSteps) : peak
}
