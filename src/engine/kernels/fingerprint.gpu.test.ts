import { expect, test } from 'vitest'
import { fingerprint, fingerprintReference } from './fingerprint'
import { normals, testGpu } from './runKernel'

const words = (seed: number, length: number) => new Uint32Array(normals(seed, length).buffer)

test.each([[4], [63], [16_384], [16_385], [70_001]])('%i words: the number of plain loops', async (length) => {
  const gpu = await testGpu()
  const data = words(1, length)
  const buffer = gpu.upload('data', data)
  expect(await fingerprint(gpu, [buffer])).toBe(fingerprintReference([data]))
  gpu.destroy(buffer)
})

test('one bit, the order of two words and the order of two buffers all show', () => {
  const data = words(2, 40_000)
  const base = fingerprintReference([data])
  for (const [i, bit] of [[0, 0], [17_001, 31], [39_999, 11]] as const) {
    const flipped = data.slice()
    flipped[i]! ^= 1 << bit
    expect(fingerprintReference([flipped])).not.toBe(base)
  }
  const swapped = data.slice()
  ;[swapped[3], swapped[3 + 16_384]] = [data[3 + 16_384]!, data[3]!] // neighbours in one chain
  expect(fingerprintReference([swapped])).not.toBe(base)
  const other = words(3, 100)
  expect(fingerprintReference([data, other])).not.toBe(fingerprintReference([other, data]))
})
