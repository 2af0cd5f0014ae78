import { describe, expect, test } from 'vitest'
import { stepNumbers } from '../gpu/kernel'
import { expectClose } from './expectClose'
import { adamW, gradientNorm, gradientSquares, normPartials } from './optimise'
import { adamWReference, clipReference } from './optimise.reference'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'
import { METRIC, METRIC_WORDS } from './tokenLoss'

/** Both passes of the norm: the folded gradient, and what the ring's row 1 says. */
async function norm(gradient: Float32Array, size: number, parts: number, stride: number, isSoftware: boolean, clipNorm: number) {
  const squares = blank(normPartials(size) + 1)
  const first = await runKernel({ ...gradientSquares(size, parts, stride, isSoftware), buffers: { gradient, squares } })
  expect(first.squares[normPartials(size)]).toBe(UNTOUCHED)
  const { ring } = await runKernel({ ...gradientNorm(size), buffers: { squares: first.squares, ring: blank(3 * METRIC_WORDS) }, step: { slot: 1, clipNorm } })
  const untouched = ring.filter((x) => x === UNTOUCHED).length
  expect(untouched).toBe(3 * METRIC_WORDS - 2)
  return { gradient: first.gradient, norm: ring[METRIC_WORDS + METRIC.norm]!, clip: ring[METRIC_WORDS + METRIC.clip]! }
}

// Below one partial sum, at and beside one and two of them, and more entries than 256 of them hold at one time.
describe.each([true, false])('gradient norm, one invocation a partial sum: %s', (isSoftware) => {
  test.each([[1, 1], [255, 1], [256, 1], [257, 3], [513, 8], [70_001, 1], [70_001, 2]])('%i entries in %i parts', async (size, parts) => {
    const stride = size + 3
    const gradient = normals(1, parts * stride)
    for (const clipNorm of [0.5, 1e6]) {
      const got = await norm(gradient, size, parts, stride, isSoftware, clipNorm)
      const want = clipReference(gradient, size, parts, stride, clipNorm)
      expectClose(got.gradient.subarray(0, size), want.gradient)
      expect(got.gradient.subarray(size)).toEqual(gradient.subarray(size))
      expect(got.norm / want.norm).toBeCloseTo(1, 5)
      expect(got.clip / want.clip).toBeCloseTo(1, 5)
      expect(want.clip === 1).toBe(clipNorm === 1e6)
    }
  })

  test('a gradient of zeros has norm 0 and is not scaled', async () => {
    expect(await norm(new Float32Array(300), 300, 1, 300, isSoftware, 0.5)).toMatchObject({ norm: 0, clip: 1 })
  })

  test.each([NaN, Infinity, -Infinity, 1e30])('an entry of %f asks for no step', async (bad) => {
    const gradient = normals(1, 300)
    gradient[299] = bad // 1e30 is finite, its square is not
    const got = await norm(gradient, 300, 1, 300, isSoftware, 0.5)
    expect(got.clip).toBe(-1)
    expect(Number.isFinite(got.norm)).toBe(false)
  })
})

describe('AdamW', () => {
  const numbers = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, adamEpsilon: 1e-8, weightDecay: 0.1, slot: 2 }
  const ringWith = (clip: number) => {
    const ring = blank(3 * METRIC_WORDS)
    ring[2 * METRIC_WORDS + METRIC.clip] = clip
    return ring
  }

  // Sizes at and beside a word of decay bits and a workgroup.
  test.each([1, 31, 32, 33, 63, 64, 65, 1000])('%i entries, five steps against float64', async (size) => {
    const isDecayed = (i: number) => i % 3 !== 1
    const decayed = new Uint32Array(Math.ceil(size / 32))
    for (let i = 0; i < size; i++) if (isDecayed(i)) decayed[i >> 5]! |= 1 << (i & 31)
    const start = normals(1, size)
    let arrays = { parameters: Float32Array.of(...start, UNTOUCHED), m: Float32Array.of(...new Float32Array(size), UNTOUCHED), v: Float32Array.of(...new Float32Array(size), UNTOUCHED) }
    const want = { parameters: Float64Array.from(start), m: new Float64Array(size), v: new Float64Array(size) }
    for (let t = 1; t <= 5; t++) {
      const gradient = normals(10 + t, size)
      const clip = t % 2 ? 1 : 0.25
      const step = { ...numbers, correction1: 1 - 0.9 ** t, correction2: 1 - 0.95 ** t }
      arrays = await runKernel({ ...adamW(size), buffers: { ...arrays, gradient, ring: ringWith(clip), decayed }, step })
      adamWReference(want, gradient, clip, isDecayed, stepNumbers(step))
    }
    for (const name of ['parameters', 'm', 'v'] as const) {
      expectClose(arrays[name].subarray(0, size), want[name], name)
      expect(arrays[name][size]).toBe(UNTOUCHED)
    }
  })

  test('a gradient that is not finite leaves parameters and moments as they were', async () => {
    const before = { parameters: normals(1, 65), m: normals(2, 65), v: normals(3, 65).map(Math.abs) }
    const gradient = new Float32Array(65).fill(NaN)
    const after = await runKernel({ ...adamW(65), buffers: { gradient, ring: ringWith(-1), decayed: new Uint32Array(3).fill(0xffffffff), ...before }, step: { ...numbers, correction1: 0.1, correction2: 0.05 } })
    for (const name of ['parameters', 'm', 'v'] as const) expect(after[name]).toEqual(before[name])
  })

  test('more workgroups than one dimension of a dispatch holds', async () => {
    const size = 65_536 * 64 + 1
    const buffers = { gradient: new Float32Array(size).fill(1), ring: ringWith(1), decayed: new Uint32Array(Math.ceil(size / 32)), m: new Float32Array(size), v: new Float32Array(size), parameters: new Float32Array(size) }
    const { parameters, m } = await runKernel({ ...adamW(size), buffers, step: { ...numbers, correction1: 0.1, correction2: 0.05 } })
    // The first step of a gradient of ones is −lr everywhere.
    expect(Math.max(...[parameters[0]!, parameters[size - 1]!].map((p) => Math.abs(p + 0.01)))).toBeLessThan(1e-7)
    expect(parameters.every((p) => p === parameters[0])).toBe(true)
    expect(m.every((x) => x === m[0])).toBe(true)
  })
})
