import { describe, expect, test } from 'vitest'
import { flatGroups, GROUP, kernel, OP_WORDS, STEP_BYTES, stepNumbers, writeStep, type StepNumbers } from './kernel'

describe('flat dispatch', () => {
  test.each([
    [0, [0, 1, 1]],
    [1, [1, 1, 1]],
    [GROUP, [1, 1, 1]],
    [GROUP + 1, [2, 1, 1]],
    [65_535 * GROUP, [65_535, 1, 1]],
    [65_535 * GROUP + 1, [32_768, 2, 1]],
    [100_000_000, [65_105, 24, 1]],
  ])('%i invocations', (threads, groups) => expect(flatGroups(threads)).toEqual(groups))

  test('groups are enough, within the limit, and not a row of them too many', () => {
    for (let groups = 65_000; groups < 400_000; groups += 9_973) {
      const [x, y] = flatGroups(groups * GROUP)
      expect(x).toBeLessThanOrEqual(65_535)
      expect(x * y).toBeGreaterThanOrEqual(groups)
      expect(x * y - groups).toBeLessThan(y)
    }
  })

  test('another size of group', () => expect(flatGroups(257, 256)).toEqual([2, 1, 1]))
})

describe('numbers of a step', () => {
  test('all are 0 but the temperature, until they are given', () => {
    const { inverseTemperature, rows, ...others } = stepNumbers({ rows: 3 })
    expect([inverseTemperature, rows]).toEqual([1, 3])
    expect(new Set(Object.values(others))).toEqual(new Set([0]))
  })

  test('every one lies where the shader declares it', () => {
    const names = Object.keys(stepNumbers({})) as (keyof StepNumbers)[]
    const numbers = Object.fromEntries(names.map((name, i) => [name, i + 1])) as unknown as StepNumbers
    const bytes = new ArrayBuffer(STEP_BYTES)
    writeStep(numbers, bytes)
    const fields = [...kernel('any', {}, '').code.match(/struct Step \{(.*)\}/)![1]!.matchAll(/(\w+): (u32|f32)/g)]
    expect(fields.map(([, name]) => name).sort()).toEqual([...names].sort())
    expect(fields.length * 4).toBeLessThanOrEqual(STEP_BYTES)
    const view = new DataView(bytes)
    fields.forEach(([, name, type], i) => expect(type === 'u32' ? view.getUint32(i * 4, true) : view.getFloat32(i * 4, true), name).toBe(numbers[name as keyof StepNumbers]))
  })

  test('integers use all 32 bits', () => {
    const bytes = new ArrayBuffer(STEP_BYTES)
    writeStep(stepNumbers({ seed: 0xffffffff }), bytes)
    expect(new Uint32Array(bytes)).toContain(0xffffffff)
  })
})

test('a kernel declares its buffers in binding order, read-only where they are read', () => {
  const { code, label } = kernel('named', { a: 'read vec4f', b: 'write u32', c: 'write atomic' }, '// body')
  expect(label).toBe('named')
  expect(code).toContain('@group(0) @binding(2) var<storage, read> a: array<vec4f>;')
  expect(code).toContain('@group(0) @binding(3) var<storage, read_write> b: array<u32>;')
  expect(code).toContain('@group(0) @binding(4) var<storage, read_write> c: array<atomic<u32>>;')
  expect(code.match(/struct Op \{(.*)\}/)![1]!.split(',').length).toBe(OP_WORDS)
})
