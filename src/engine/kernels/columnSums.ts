/** Folds the partial sums of the norms' weight gradients into the gradient buffer. */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import type { Sized } from './rmsNorm'

/**
 * gradient[t] (+)= Σ_chunk partial[from + chunk·stride] for every entry of `entries`, three words each: t, from, stride.
 * The sum runs over `chunks` in order.
 * @param entries how many there are
 */
export function columnSums(entries: number, chunks: number): Sized {
  const body = `
  if (index >= ${entries}u) { return; }
  let source = entries[index * 3u + 1u]; let stride = entries[index * 3u + 2u];
  var sum = 0.0;
  for (var chunk = 0u; chunk < ${chunks}u; chunk++) { sum += partial[source + chunk * stride]; }
  let at = entries[index * 3u];
  if (step.accumulate != 0u) { sum += gradient[at]; }
  gradient[at] = sum;`
  return { kernel: kernel('column sums', { entries: 'read u32', partial: 'read f32', gradient: 'write f32' }, flatMain(body)), groups: () => flatGroups(entries) }
}
