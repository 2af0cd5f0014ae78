/** Test helper: one dispatch of one kernel, its inputs uploaded and its results read back. */
import { GpuContext } from '../gpu/context'
import { stepNumbers, type StepNumbers } from '../gpu/kernel'
import { Plan } from '../gpu/plan'
import type { Sized } from '../kernels/rmsNorm'
import { openNodeGpu } from '../node'
import type { OpenedGpu } from '../device'
import { Random } from '../../base/random'

export type Numbers = Float32Array | Uint32Array

let opened: Promise<OpenedGpu> | null = null
const contexts = new Map<boolean, GpuContext>()

/** One device a process; a context that plays a GPU, and one that plays a software adapter. */
export async function testContext(isSoftware: boolean): Promise<GpuContext> {
  const { device } = await (opened ??= openNodeGpu())
  const known = contexts.get(isSoftware)
  if (known) return known
  const made = new GpuContext(device, isSoftware)
  contexts.set(isSoftware, made)
  return made
}

/**
 * What the storage buffers named in `results` hold after the run. Inputs by name; a number makes a buffer of that many floats
 * filled with NaN, so that what a kernel leaves out shows.
 * @throws when the device found fault with anything
 */
export async function runKernel(
  gpu: GpuContext,
  sized: Sized,
  inputs: Readonly<Record<string, Numbers | number>>,
  run: { readonly step: Partial<StepNumbers>; readonly op?: readonly number[]; readonly results: readonly string[] },
): Promise<Record<string, Float32Array>> {
  const buffers = Object.fromEntries(Object.entries(inputs).map(([name, data]) => [name, gpu.upload(name, typeof data === 'number' ? new Float32Array(data).fill(NaN) : data)]))
  const plan = new Plan(gpu, sized.kernel.label)
  plan.add({ ...sized, buffers, op: run.op })
  await plan.close()
  const step = stepNumbers(run.step)
  plan.set(step)
  const encoder = gpu.device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  plan.encode(pass, step)
  pass.end()
  gpu.device.queue.submit([encoder.finish()])
  const lengths = run.results.map((name) => (typeof inputs[name] === 'number' ? inputs[name] : (inputs[name] as Numbers).length))
  const read = await gpu.read(run.results.map((name, i) => ({ buffer: buffers[name]!, byteLength: lengths[i]! * 4 })))
  plan.dispose()
  for (const buffer of Object.values(buffers)) gpu.destroy(buffer)
  const errors = (await opened)!.takeErrors()
  if (errors.length > 0) throw new Error(errors.join('\n'))
  return Object.fromEntries(run.results.map((name, i) => [name, new Float32Array(read[i]!)]))
}

export function normals(seed: number, size: number): Float32Array {
  const random = Random.seed(seed)
  return Float32Array.from({ length: size }, () => random.normal())
}

/** Largest |got − want|, relative to the largest |want|; infinite where anything is not a number. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Infinity
  let [worst, largest] = [0, 1e-30]
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i]! - want[i]!)
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error
    largest = Math.max(largest, Math.abs(want[i]!))
  }
  return worst / largest
}
