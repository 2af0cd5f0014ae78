/** A short name for the contents of buffers, so that adapters are not continued on other weights than they were trained on. */
import { mix32 } from '../../base/random'
import type { GpuContext } from '../gpu/context'
import { flatGroups, flatMain, kernel, stepNumbers } from '../gpu/kernel'
import { Plan } from '../gpu/plan'
import type { Sized } from './rmsNorm'

/** Chains of words that are mixed side by side: chain i takes words i, i + 16384, … */
const CHAINS = 16_384

/** `mix32` of `base/random.ts`, word for word. */
const MIX = `
fn mix32(x: u32) -> u32 {
  var z = x + 0x9e3779b9u;
  z = (z ^ (z >> 16u)) * 0x21f0aaadu;
  z = (z ^ (z >> 15u)) * 0x735a2d97u;
  return z ^ (z >> 15u);
}`

/** Two sums a chain, mixed with different seeds: mixed[2i], mixed[2i + 1] over the `op.a` words of `data`. */
export function mixChains(): Sized {
  const body = `
  if (index >= ${CHAINS}u) { return; }
  var a = mix32(index); var b = mix32(~index);
  for (var i = index; i < op.a; i += ${CHAINS}u) { a = mix32(a ^ data[i]); b = mix32(b + data[i]); }
  mixed[2u * index] = a; mixed[2u * index + 1u] = b;`
  return { kernel: kernel('mix chains', { data: 'read u32', mixed: 'write u32' }, MIX + flatMain(body)), groups: () => flatGroups(CHAINS) }
}

/** Folds the chains of one buffer after the other into 64 bits. */
function folded(chains: readonly Uint32Array[]): string {
  let [a, b] = [0, 0]
  for (const mixed of chains)
    for (let i = 0; i < mixed.length; i += 2) {
      a = mix32(a ^ mixed[i]!)
      b = mix32((b + mixed[i + 1]!) | 0)
    }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/**
 * 64 bits that depend on every bit of the buffers and on their order; the same on every adapter, since integers are exact.
 * Against mistakes, not against forgery.
 * @returns 16 hexadecimal digits
 */
export async function fingerprint(gpu: GpuContext, buffers: readonly GPUBuffer[]): Promise<string> {
  const chains: Uint32Array[] = []
  const mixed = gpu.buffer('fingerprint', CHAINS * 8)
  for (const data of buffers) {
    const plan = new Plan(gpu, 'fingerprint')
    plan.add({ ...mixChains(), buffers: { data, mixed }, op: [data.size / 4] })
    await plan.close()
    const encoder = gpu.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    plan.encode(pass, stepNumbers({}))
    pass.end()
    gpu.device.queue.submit([encoder.finish()])
    chains.push(new Uint32Array((await gpu.read([{ buffer: mixed, byteLength: CHAINS * 8 }]))[0]!))
    plan.dispose()
  }
  gpu.destroy(mixed)
  return folded(chains)
}

/** The same by plain loops. */
export function fingerprintReference(buffers: readonly Uint32Array[]): string {
  return folded(
    buffers.map((data) => {
      const mixed = new Uint32Array(2 * CHAINS)
      for (let index = 0; index < CHAINS; index++) {
        let [a, b] = [mix32(index), mix32(~index)]
        for (let i = index; i < data.length; i += CHAINS) {
          a = mix32(a ^ data[i]!)
          b = mix32((b + data[i]!) | 0)
        }
        mixed.set([a, b], 2 * index)
      }
      return mixed
    }),
  )
}
