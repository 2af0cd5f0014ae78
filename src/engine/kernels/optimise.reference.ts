/** Clip and AdamW by plain loops, float64. */
import type { StepNumbers } from '../gpu/kernel'

/** The fold of `parts` runs that lie `stride` apart, its norm, and min(1, clip/(norm + 1e-6)). */
export function clipReference(gradient: ArrayLike<number>, size: number, parts: number, stride: number, clipNorm: number): { gradient: Float64Array; norm: number; clip: number } {
  const sum = new Float64Array(size)
  for (let z = 0; z < parts; z++) for (let i = 0; i < size; i++) sum[i]! += gradient[z * stride + i]!
  const norm = Math.sqrt(sum.reduce((squares, g) => squares + g * g, 0))
  return { gradient: sum, norm, clip: Math.min(1, clipNorm / (norm + 1e-6)) }
}

export interface AdamWArrays {
  readonly parameters: Float64Array
  readonly m: Float64Array
  readonly v: Float64Array
}

/**
 * One step, in place.
 *
 *   g ← g·clip;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
 *   p ← p − lr·λ·p where decayed;  p ← p − lr·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)
 * @source Loshchilov and Hutter, arXiv 1711.05101, algorithm 2
 */
export function adamWReference({ parameters, m, v }: AdamWArrays, gradient: ArrayLike<number>, clip: number, isDecayed: (i: number) => boolean, step: StepNumbers): void {
  for (let i = 0; i < parameters.length; i++) {
    const g = gradient[i]! * clip
    m[i] = step.beta1 * m[i]! + (1 - step.beta1) * g
    v[i] = step.beta2 * v[i]! + (1 - step.beta2) * g * g
    if (isDecayed(i)) parameters[i]! -= step.learningRate * step.weightDecay * parameters[i]!
    parameters[i]! -= (step.learningRate * (m[i]! / step.correction1)) / (Math.sqrt(v[i]! / step.correction2) + step.adamEpsilon)
  }
}
