/** Test helper: one kernel in a plan of its own, from arrays to arrays, on a device whose every error is a failed test. */
import type { GpuContext } from '../gpu/context'
import { stepNumbers, type Kernel, type StepNumbers } from '../gpu/kernel'
import { Plan, type Groups } from '../gpu/plan'

export type Words = Float32Array | Uint32Array

export interface KernelRun<Buffers extends Record<string, Words>> {
  readonly kernel: Kernel
  readonly groups: Groups | ((step: StepNumbers) => Groups)
  /** What each buffer holds before. */
  readonly buffers: Buffers
  readonly op?: readonly number[]
  readonly step?: Partial<StepNumbers>
}

/**
 * Runs a kernel once.
 * @returns all buffers as they are after: those that it writes are new arrays
 * @throws when it does not compile, or on any error of the device
 */
export async function runKernelOn<Buffers extends Record<string, Words>>(gpu: GpuContext, run: KernelRun<Buffers>): Promise<Buffers> {
  const { device } = gpu
  const kinds = ['validation', 'out-of-memory', 'internal'] as const
  for (const kind of kinds) device.pushErrorScope(kind)
  const names = Object.keys(run.kernel.storage)
  const uploaded = Object.fromEntries(Object.entries(run.buffers).map(([name, data]) => [name, gpu.upload(name, data)]))
  const plan = new Plan(gpu, run.kernel.label)
  let thrown: unknown = null
  let results: ArrayBuffer[] = []
  const written = names.filter((name) => run.kernel.storage[name]!.startsWith('write'))
  try {
    plan.add({ kernel: run.kernel, buffers: uploaded, op: run.op ?? [], groups: run.groups })
    await plan.close()
    const step = stepNumbers(run.step ?? {})
    plan.set(step)
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    plan.encode(pass, step)
    pass.end()
    device.queue.submit([encoder.finish()])
    results = await gpu.read(written.map((name) => ({ buffer: uploaded[name]!, byteLength: run.buffers[name]!.byteLength })))
  } catch (error) {
    thrown = error
  }
  plan.dispose()
  for (const buffer of Object.values(uploaded)) gpu.destroy(buffer)
  const errors = (await Promise.all(kinds.map(() => device.popErrorScope()))).flatMap((error) => (error ? [error.message] : []))
  if (errors.length > 0) throw new Error(`${run.kernel.label}: ${errors.join('\n')}`)
  if (thrown !== null) throw thrown
  const after = Object.fromEntries(written.map((name, i) => [name, run.buffers[name] instanceof Uint32Array ? new Uint32Array(results[i]!) : new Float32Array(results[i]!)]))
  return { ...run.buffers, ...after }
}
