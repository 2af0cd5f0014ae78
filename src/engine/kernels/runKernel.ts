/** Test helper: one kernel on the adapter that Node opens, and what goes in. */
import { Random } from '../../base/random'
import { GpuContext } from '../gpu/context'
import { openNodeGpu } from '../node'
import { runKernelOn, type KernelRun, type Words } from './runKernelOn'

let opened: Promise<GpuContext> | null = null

/** The context that all kernels of a test file share, so that equal code is compiled once. */
export function testGpu(): Promise<GpuContext> {
  return (opened ??= openNodeGpu().then(({ device }) => new GpuContext(device, true)))
}

/** `runKernelOn` that context. */
export async function runKernel<Buffers extends Record<string, Words>>(run: KernelRun<Buffers>): Promise<Buffers> {
  return runKernelOn(await testGpu(), run)
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
