import { beforeAll, describe, expect, test } from 'vitest'
import { openNodeGpu } from '../node'
import { GpuContext } from './context'
import { flatGroups, flatMain, kernel, stepNumbers } from './kernel'
import { Plan } from './plan'

let device: GPUDevice
let takeErrors: () => string[]
let gpu: GpuContext

beforeAll(async () => {
  const opened = await openNodeGpu()
  device = opened.device
  takeErrors = opened.takeErrors
  gpu = new GpuContext(device, true)
})

/** x[index] = value */
const fill = (value: string, label = `fill ${value}`) => kernel(label, { x: 'write f32' }, flatMain(`if (index < arrayLength(&x)) { x[index] = ${value}; }`))

/** Encodes closed plans into one submission. */
function submit(plans: readonly Plan[], step = stepNumbers({})): void {
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  for (const plan of plans) plan.encode(pass, step)
  pass.end()
  device.queue.submit([encoder.finish()])
}

const floats = async (buffer: GPUBuffer, count = buffer.size / 4) => [...new Float32Array((await gpu.read([{ buffer, byteLength: count * 4 }]))[0]!)]

describe('buffers', () => {
  test('one that is too large is refused with both sizes, and not counted', () => {
    const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize)
    const before = gpu.bytes
    expect(() => gpu.buffer('logits', most + 1)).toThrow(RangeError)
    expect(() => gpu.buffer('logits', most + 1)).toThrow(`logits needs ${most + 4} bytes in one buffer; this adapter allows ${most}.`)
    expect(gpu.bytes).toBe(before)
  })

  test('bytes are those of the buffers that live', () => {
    const [bytes, buffers] = [gpu.bytes, gpu.buffers]
    const a = gpu.buffer('a', 4000)
    const b = gpu.upload('b', new Float32Array(25))
    const c = gpu.buffer('tiny', 1) // a binding wants 16 bytes
    expect(gpu.bytes - bytes).toBe(4000 + 100 + 16)
    expect(gpu.buffers - buffers).toBe(3)
    gpu.destroy(b)
    gpu.destroy(b)
    expect(gpu.bytes - bytes).toBe(4016)
    gpu.destroy(a)
    gpu.destroy(c)
    expect([gpu.bytes, gpu.buffers]).toEqual([bytes, buffers])
  })

  test('what is uploaded is what is read: parts of arrays, several ranges at one time, none', async () => {
    const a = gpu.upload('a', Float32Array.of(0, 1, 2, 3, 4, 5).subarray(1, 5))
    const b = gpu.upload('b', Uint32Array.of(7, 0xffffffff))
    const [first, none, second] = await gpu.read([{ buffer: a, offset: 8, byteLength: 8 }, { buffer: a, byteLength: 0 }, { buffer: b, byteLength: 8 }])
    expect([...new Float32Array(first!)]).toEqual([3, 4])
    expect(none!.byteLength).toBe(0)
    expect([...new Uint32Array(second!)]).toEqual([7, 0xffffffff])
    gpu.destroy(a)
    gpu.destroy(b)
    expect(takeErrors()).toEqual([])
  })
})

describe('kernels', () => {
  test('one that is no valid WGSL is named, with its line; plans without it go on', async () => {
    const broken = kernel('crooked', { x: 'write f32' }, flatMain('  x[index] = nowhere;'))
    const plan = new Plan(gpu, 'broken')
    const x = gpu.buffer('x', 16)
    plan.add({ kernel: broken, buffers: { x }, groups: [1, 1, 1] })
    await expect(plan.close()).rejects.toThrow(/^The kernel crooked does not compile: .*nowhere.* in "x\[index\] = nowhere;"$/)
    plan.dispose()
    expect(takeErrors().join()).toMatch(/nowhere/)
    const sound = new Plan(gpu, 'sound')
    sound.add({ kernel: fill('3.0'), buffers: { x }, groups: [1, 1, 1] })
    await sound.close()
    submit([sound])
    expect(await floats(x)).toEqual([3, 3, 3, 3])
    sound.dispose()
    gpu.destroy(x)
  })

  test('one that asks for more than the adapter gives is named', async () => {
    const words = device.limits.maxComputeWorkgroupStorageSize / 4 + 1
    const greedy = kernel('greedy', { x: 'write f32' }, `var<workgroup> shared_: array<f32, ${words}>;\n${flatMain('shared_[lane] = 1.0; workgroupBarrier(); x[index] = shared_[lane];')}`)
    gpu.compile(greedy)
    await expect(gpu.ready([greedy])).rejects.toThrow(/^The kernel greedy does not compile: /)
    takeErrors()
  })

  test('equal code is compiled once; a pipeline that is asked for too early says so', async () => {
    const layout = gpu.compile(fill('4.0', 'one'))
    expect(gpu.compile(fill('4.0', 'another'))).toBe(layout)
    expect(() => gpu.pipeline(fill('4.5', 'early'))).toThrow('The kernel early was dispatched before it was compiled')
    await gpu.ready([fill('4.0')])
    expect(gpu.pipeline(fill('4.0'))).toBe(gpu.pipeline(fill('4.0', 'another')))
  })
})

describe('plans', () => {
  test('a closed plan takes no more; an open one does not run', async () => {
    const plan = new Plan(gpu, 'one thing')
    const x = gpu.buffer('x', 16)
    const dispatch = { kernel: fill('1.0'), buffers: { x }, groups: [1, 1, 1] as const }
    plan.add(dispatch)
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    expect(() => plan.encode(pass, stepNumbers({}))).toThrow('The plan one thing is not closed')
    pass.end()
    await plan.close()
    expect(() => plan.add(dispatch)).toThrow('The plan one thing is closed')
    expect(plan.length).toBe(1)
    plan.dispose()
    gpu.destroy(x)
  })

  test('a buffer that is missing is named with its kernel; nothing stays allocated', async () => {
    const bytes = gpu.bytes
    const plan = new Plan(gpu, 'incomplete')
    plan.add({ kernel: fill('1.0'), buffers: {}, groups: [1, 1, 1] })
    await expect(plan.close()).rejects.toThrow('fill 1.0: no buffer for x')
    plan.dispose()
    expect(gpu.bytes).toBe(bytes)
  })

  test('dispatches see what those before them wrote, each with its own integers and the numbers of the run', async () => {
    const bytes = gpu.bytes
    const x = gpu.buffer('x', 16)
    const affine = kernel('affine', { x: 'write f32' }, flatMain('if (index < step.rows) { x[index] = x[index] * f32(op.a) + f32(op.h) + step.learningRate; }'))
    const plan = new Plan(gpu, 'three')
    for (const op of [[2, 0, 0, 0, 0, 0, 0, 5], [3, 0, 0, 0, 0, 0, 0, 7], [10]]) plan.add({ kernel: affine, buffers: { x }, op, groups: (step) => flatGroups(step.rows) })
    await plan.close()
    const step = stepNumbers({ rows: 3, learningRate: 0.5 })
    plan.set(step)
    submit([plan], step)
    // ((0·2 + 5½)·3 + 7½)·10 + ½, in three rows of four
    expect(await floats(x)).toEqual([240.5, 240.5, 240.5, 0])
    // A run of no rows dispatches nothing.
    const none = stepNumbers({ rows: 0 })
    plan.set(none)
    submit([plan], none)
    expect((await floats(x))[0]).toBe(240.5)
    plan.dispose()
    gpu.destroy(x)
    expect(gpu.bytes).toBe(bytes)
    expect(takeErrors()).toEqual([])
  })

  test('a plan of nothing runs', async () => {
    const plan = new Plan(gpu, 'nothing')
    await plan.close()
    submit([plan])
    plan.dispose()
    expect(takeErrors()).toEqual([])
  })
})
