/** Shape of the learning rate after its warm-up; names as in Hugging Face's `lr_scheduler_type`. */
export type ScheduleName = 'constant' | 'linear' | 'cosine'

/**
 * Learning rate at optimiser step t = 1, 2, …: linear warm-up over `warmupSteps`, then constant.
 * @returns `peak` when there is no warm-up
 */
export function warmupConstant(peak: number, warmupSteps: number, t: number): number {
  return warmupSteps > 0 ? peak * Math.min(1, t / warmupSteps) : peak
}

/**
 * Learning rate at optimiser step t = 1 … steps of a stage. With w warm-up steps and u = (t − w)/(steps + 1 − w):
 *   t ≤ w: peak·t/w;  then constant: peak;  linear: peak·(1 − u);  cosine: peak·(1 + cos πu)/2
 * The last step still learns: zero would come at steps + 1.
 * @source Hugging Face Transformers, `get_scheduler`, whose step counter starts at 0
 */
export function learningRateAt(
  settings: { readonly learningRate: number; readonly warmupSteps: number; readonly steps: number; readonly schedule?: ScheduleName },
  t: number,
): number {
  const { learningRate: peak, warmupSteps, steps, schedule = 'constant' } = settings
  if (t <= warmupSteps || schedule === 'constant') return warmupConstant(peak, warmupSteps, t)
  const u = Math.min(1, (t - warmupSteps) / (steps + 1 - warmupSteps))
  return schedule === 'linear' ? peak * (1 - u) : (peak * (1 + Math.cos(Math.PI * u))) / 2
}
