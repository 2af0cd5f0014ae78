/** What the adapter itself can do, measured in the same run: a plain matrix product and a plain copy. */
import type { GpuContext } from '../../src/engine/gpu/context'
import { flatGroups, flatMain, kernel, stepNumbers } from '../../src/engine/gpu/kernel'
import { Plan, type Dispatch } from '../../src/engine/gpu/plan'
import { settledMs } from './timing'

export interface Peaks {
  readonly flopsPerSecond: number
  /** Rows × columns of the invocation's tile that was fastest. */
  readonly tile: string
  /** Bytes read and written. */
  readonly bytesPerSecond: number
}

/** Rows and columns of the result that one invocation holds. */
const TILES = [[4, 4], [8, 4], [4, 8], [8, 8]] as const
const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/** C = A·B for square matrices of `size`, a multiple of 64; one register tile an invocation, no workgroup memory. */
function product(size: number, rows: number, columns: number): Pick<Dispatch, 'kernel' | 'groups'> {
  const [quarters, S] = [columns / 4, size / 4]
  const code = `@compute @workgroup_size(8, 8) fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = id.y * ${rows}u; let n = id.x * ${quarters}u;
  if (m >= ${size}u || n >= ${S}u) { return; }
  ${range(rows).flatMap((i) => range(quarters).map((j) => `var s${i}_${j} = vec4f();`)).join(' ')}
  for (var k = 0u; k < ${S}u; k++) {
    ${range(4).flatMap((q) => range(quarters).map((j) => `let b${q}_${j} = b[(4u * k + ${q}u) * ${S}u + n + ${j}u];`)).join(' ')}
    ${range(rows).map((i) => `{ let v = a[(m + ${i}u) * ${S}u + k]; ${range(quarters).map((j) => `s${i}_${j} += v.x * b0_${j} + v.y * b1_${j} + v.z * b2_${j} + v.w * b3_${j};`).join(' ')} }`).join('\n    ')}
  }
  ${range(rows).flatMap((i) => range(quarters).map((j) => `c[(m + ${i}u) * ${S}u + n + ${j}u] = s${i}_${j};`)).join(' ')}
}`
  return { kernel: kernel(`plain product ${rows}×${columns}`, { a: 'read vec4f', b: 'read vec4f', c: 'write vec4f' }, code), groups: [size / columns / 8, size / rows / 8, 1] }
}

function copy(vectors: number): Pick<Dispatch, 'kernel' | 'groups'> {
  return { kernel: kernel('plain copy', { a: 'read vec4f', b: 'write vec4f' }, flatMain(`if (index < ${vectors}u) { b[index] = a[index]; }`)), groups: flatGroups(vectors) }
}

/** Seconds of one dispatch: enough of them are submitted together to outlast the clock and the submission. */
async function secondsOf(gpu: GpuContext, dispatch: Dispatch): Promise<number> {
  const plan = new Plan(gpu, 'peak')
  plan.add(dispatch)
  await plan.close()
  const step = stepNumbers({})
  const run = async (times: number) => {
    const encoder = gpu.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let i = 0; i < times; i++) plan.encode(pass, step)
    pass.end()
    gpu.device.queue.submit([encoder.finish()])
    await gpu.device.queue.onSubmittedWorkDone()
  }
  let times = 1
  while ((await settledMs(1, 1, () => run(times))) < 50 && times < 4096) times *= 2
  const ms = await settledMs(1, 5, () => run(times))
  plan.dispose()
  return ms / 1e3 / times
}

export async function adapterPeaks(gpu: GpuContext): Promise<Peaks> {
  const size = gpu.isSoftware ? 512 : 2048
  const [a, b, c] = [1, 2, 3].map(() => gpu.upload('peak', new Float32Array(size * size).fill(0.5))) as [GPUBuffer, GPUBuffer, GPUBuffer]
  let best = { flopsPerSecond: 0, tile: '' }
  for (const [rows, columns] of TILES) {
    const flopsPerSecond = (2 * size ** 3) / (await secondsOf(gpu, { ...product(size, rows, columns), buffers: { a, b, c } }))
    if (flopsPerSecond > best.flopsPerSecond) best = { flopsPerSecond, tile: `${rows}×${columns}` }
  }
  for (const buffer of [a, b, c]) gpu.destroy(buffer)
  const bytes = (gpu.isSoftware ? 32 : 128) << 20
  const [read, written] = [gpu.buffer('peak', bytes), gpu.buffer('peak', bytes)]
  const bytesPerSecond = (2 * bytes) / (await secondsOf(gpu, { ...copy(bytes / 16), buffers: { a: read, b: written } }))
  for (const buffer of [read, written]) gpu.destroy(buffer)
  return { ...best, bytesPerSecond }
}
