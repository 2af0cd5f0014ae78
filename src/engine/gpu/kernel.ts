/** A compute shader with its bindings: what a plan dispatches. */

/** How a shader sees a storage buffer, and as an array of what. */
export type Access = `${'read' | 'write'} ${'f32' | 'vec4f' | 'u32' | 'vec4u' | 'atomic'}`

export interface Kernel {
  readonly label: string
  /** Storage buffers in binding order, by the name they have in the shader. */
  readonly storage: Readonly<Record<string, Access>>
  readonly code: string
}

/**
 * Numbers that change from one run of a plan to the next, and are the same for all its dispatches.
 * One uniform; kernels read them as `step.rows` and so on.
 */
export interface StepNumbers {
  /** Rows of the activations: tokens of a training batch, sequences of a decoding step. */
  rows: number
  /** Rows that have a target: those the head computes. */
  trained: number
  /** Distinct token ids of the batch. */
  distinct: number
  /** Row of the metric ring. */
  slot: number
  /** 1 adds to the gradients that are there, 0 replaces them. */
  accumulate: number
  /** 0 cross-entropy, 1 policy objective. */
  objective: number
  seed: number
  endToken: number
  learningRate: number
  /** 1 − β₁ᵗ and 1 − β₂ᵗ of AdamW. */
  correction1: number
  correction2: number
  /** 1/T; 0 asks the sampler for the largest logit. */
  inverseTemperature: number
  epsilonLow: number
  epsilonHigh: number
  klCoefficient: number
  entropyBonus: number
  beta1: number
  beta2: number
  adamEpsilon: number
  weightDecay: number
  clipNorm: number
}

const INTEGERS = ['rows', 'trained', 'distinct', 'slot', 'accumulate', 'objective', 'seed', 'endToken'] as const
const FLOATS = ['learningRate', 'correction1', 'correction2', 'inverseTemperature', 'epsilonLow', 'epsilonHigh', 'klCoefficient', 'entropyBonus', 'beta1', 'beta2', 'adamEpsilon', 'weightDecay', 'clipNorm'] as const

export const STEP_BYTES = 96
/** Integers of a dispatch's own uniform: offsets and lengths, read as `op.a` to `op.h`. */
export const OP_WORDS = 8
const OP_NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const

export function stepNumbers(some: Partial<StepNumbers>): StepNumbers {
  return { ...(Object.fromEntries([...INTEGERS, ...FLOATS].map((name) => [name, 0])) as unknown as StepNumbers), inverseTemperature: 1, ...some }
}

export function writeStep(numbers: StepNumbers, into: ArrayBuffer): void {
  const integers = new Uint32Array(into, 0, INTEGERS.length)
  const floats = new Float32Array(into, 4 * INTEGERS.length)
  INTEGERS.forEach((name, i) => (integers[i] = numbers[name]))
  FLOATS.forEach((name, i) => (floats[i] = numbers[name]))
}

/** Storage buffers a shader may bind on every WebGPU adapter (the default of maxStorageBuffersPerShaderStage). */
const STORAGE_BUFFERS = 8

const TYPES: Readonly<Record<string, string>> = { f32: 'f32', vec4f: 'vec4f', u32: 'u32', vec4u: 'vec4u', atomic: 'atomic<u32>' }

/**
 * The kernel with its declarations written for it: `step`, `op`, and every storage buffer as `array<T>`.
 * Layouts are explicit, so that a buffer that one variant of a shader leaves unread does no harm.
 * @param inQuads lanes talk to the other three of their quad, and promise to be all in the same place when they do
 */
export function kernel(label: string, storage: Readonly<Record<string, Access>>, body: string, inQuads = false): Kernel {
  const count = Object.keys(storage).length
  if (count > STORAGE_BUFFERS) throw new RangeError(`${label} binds ${count} storage buffers; only ${STORAGE_BUFFERS} are there on every adapter`)
  const buffers = Object.entries(storage).map(([name, access], i) => {
    const [mode, type] = access.split(' ') as [string, string]
    return `@group(0) @binding(${i + 2}) var<storage, ${mode === 'read' ? 'read' : 'read_write'}> ${name}: array<${TYPES[type]}>;`
  })
  // The compiler cannot see that a whole quad takes the same turns.
  const code = `${inQuads ? 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);' : ''}
struct Step { ${INTEGERS.map((n) => `${n}: u32`).join(', ')}, ${FLOATS.map((n) => `${n}: f32`).join(', ')} }
struct Op { ${OP_NAMES.map((n) => `${n}: u32`).join(', ')} }
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> op: Op;
${buffers.join('\n')}
${body}`
  return { label, storage, code }
}

/** Invocations of a workgroup where a kernel has no reason for another number. */
export const GROUP = 64
const MAX_GROUPS = 65_535

/** Workgroups for `threads` invocations counted flat; past 65,535 groups they spill into y. */
export function flatGroups(threads: number, group = GROUP): readonly [number, number, number] {
  const groups = Math.ceil(threads / group)
  if (groups <= MAX_GROUPS) return [groups, 1, 1]
  const y = Math.ceil(groups / MAX_GROUPS)
  return [Math.ceil(groups / y), y, 1]
}

/** The head of an entry point whose invocations are counted flat: `index` is the invocation, `lane` its place in the group. */
export function flatMain(body: string, group = GROUP): string {
  return `@compute @workgroup_size(${group}) fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (workgroup.y * workgroups.x + workgroup.x) * ${group}u + lane;
${body}
}`
}
