/** Global gradient norm, clip and AdamW over one flat buffer. */
import { flatGroups, flatMain, GROUP, kernel } from '../gpu/kernel'
import type { Sized } from './rmsNorm'
import { METRIC, METRIC_WORDS } from './tokenLoss'

/** Most partial sums of the norm's first pass: the second pass is one invocation. */
const PARTIALS = 256

/** Partial sums of the first pass: one a workgroup; one an invocation on a software adapter, where a barrier is dear. */
export function normPartials(size: number): number {
  return Math.max(1, Math.min(PARTIALS, Math.ceil(size / (GROUP * 4))))
}

const foldGroup = `folded[lane] = sum;
  workgroupBarrier();
  for (var width = ${GROUP / 2}u; width > 0u; width = width / 2u) {
    if (lane < width) { folded[lane] += folded[lane + width]; }
    workgroupBarrier();
  }
  if (lane == 0u) { squares[index / ${GROUP}u] = folded[0]; }`

/**
 * First pass: folds the `parts` runs of the weight gradients into the first one, and leaves partial sums of g² in `squares`.
 * Runs lie `stride` floats apart.
 */
export function gradientSquares(size: number, parts: number, stride: number, isSoftware: boolean): Sized {
  const threads = normPartials(size) * (isSoftware ? 1 : GROUP)
  const body = `
  var sum = 0.0;
  if (index < ${threads}u) { for (var i = index; i < ${size}u; i += ${threads}u) {
    var g = gradient[i];
    ${parts > 1 ? `for (var z = 1u; z < ${parts}u; z++) { g += gradient[z * ${stride}u + i]; } gradient[i] = g;` : ''}
    sum += g * g;
  } }
  ${isSoftware ? `if (index < ${threads}u) { squares[index] = sum; }` : foldGroup}`
  const shared = isSoftware ? '' : `var<workgroup> folded: array<f32, ${GROUP}>;\n`
  return {
    kernel: kernel('gradient squares', { gradient: 'write f32', squares: 'write f32' }, shared + flatMain(body)),
    groups: () => flatGroups(threads),
  }
}

/**
 * Second pass: the norm before clipping and the factor min(1, clip/(norm + 1e-6)) into the metric ring. The factor is −1 when
 * the norm is not finite, told by its bits, since a shader may assume that no NaN exists.
 */
export function gradientNorm(size: number): Sized {
  const code = `
@compute @workgroup_size(1) fn main() {
  var sum = 0.0;
  for (var i = 0u; i < ${normPartials(size)}u; i++) { sum += squares[i]; }
  let norm = sqrt(sum);
  let isFinite = (bitcast<u32>(sum) & 0x7f800000u) != 0x7f800000u;
  ring[step.slot * ${METRIC_WORDS}u + ${METRIC.norm}u] = norm;
  ring[step.slot * ${METRIC_WORDS}u + ${METRIC.clip}u] = select(-1.0, min(1.0, step.clipNorm / (norm + 1e-6)), isFinite);
}`
  return { kernel: kernel('gradient norm', { squares: 'read f32', ring: 'write f32' }, code), groups: () => flatGroups(1) }
}

/**
 *   g ← g·clip;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
 *   p ← p·(1 − lr·λ on matrices) − lr·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)
 * A step whose norm is not finite leaves everything as it was. `decayed`: a bit an entry.
 * @source Loshchilov and Hutter, arXiv 1711.05101; the order of PyTorch's AdamW
 */
export function adamW(size: number): Sized {
  const body = `
  if (index >= ${size}u) { return; }
  let clip = ring[step.slot * ${METRIC_WORDS}u + ${METRIC.clip}u];
  if (clip < 0.0) { return; }
  let g = gradient[index] * clip;
  let first = step.beta1 * m[index] + (1.0 - step.beta1) * g;
  let second = step.beta2 * v[index] + (1.0 - step.beta2) * g * g;
  m[index] = first; v[index] = second;
  let isDecayed = (decayed[index >> 5u] >> (index & 31u)) & 1u;
  let kept = parameters[index] * (1.0 - step.learningRate * step.weightDecay * f32(isDecayed));
  parameters[index] = kept - step.learningRate * (first / step.correction1) / (sqrt(second / step.correction2) + step.adamEpsilon);`
  return {
    kernel: kernel('adamw', { gradient: 'read f32', ring: 'read f32', decayed: 'read u32', m: 'write f32', v: 'write f32', parameters: 'write f32' }, flatMain(body)),
    groups: () => flatGroups(size),
  }
}
