/** Test helper: one kernel in a plan of its own, from arrays to arrays, on a device whose every error is a failed test. */
import { Random } from '../../base/random'
import { GpuContext } from '../gpu/context'
import { stepNumbers, type Kernel, type StepNumbers } from '../gpu/kernel'
import { Plan, type Groups } from '../gpu/plan'
import { openNodeGpu } from '../node'

type Words = Float32Array | Uint32Array

export interface KernelRun<Buffers extends Record<string, Words>> {
  readonly kernel: Kernel
  readonly groups: Groups | ((step: StepNumbers) => Groups)
  /** What each buffer holds before. */
  readonly buffers: Buffers
  readonly op?: readonly number[]
  readonly step?: Partial<StepNumbers>
}

let opened: Promise<GpuContext> | null = null

/** The context that all kernels of a test file share, so that equal code is compiled once. */
export function testGpu(): Promise<GpuContext> {
  return (opened ??= openNodeGpu().then(({ device }) => new GpuContext(device, true)))
}

/**
 * Runs a kernel once.
 * @returns all buffers as they are after: those that it writes are new arrays
 * @throws when it does not compile, or on any error of the device
 */
export async function runKernel<Buffers extends Record<string, Words>>(run: KernelRun<Buffers>): Promise<Buffers> {
  const gpu = await testGpu()
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

/** Standard normal draws. */
export function normals(seed: number, length: number): Float32Array {
  const random = Random.seed(seed)
  return Float32Array.from({ length }, () => random.normal())
}

/** A number that no kernel computes: what is still there was not written. */
export const UNTOUCHED = 7777

/** An output before its kernel: `UNTOUCHED` everywhere, so that a missing write shows, and one too many as well. */
export function blank(length: number): Float32Array {
  return new Float32Array(length).fill(UNTOUCHED)
}
