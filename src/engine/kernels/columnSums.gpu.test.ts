import { expect, test } from 'vitest'
import { columnSums } from './columnSums'
import { columnSumsReference } from './columnSums.reference'
import { expectClose } from './expectClose'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'

// At and beside the workgroup; one chunk and several; strides longer than one.
test.each([[1, 1, 1, 0], [63, 3, 70, 0], [64, 2, 64, 1], [65, 7, 66, 1]])('%i entries in %i chunks, %i apart, accumulate %i', async (count, chunks, stride, accumulate) => {
  const partial = normals(1, chunks * stride + 5)
  // Every second place, from the last to the first.
  const entries = Uint32Array.from(Array.from({ length: count }, (_, i) => [2 * (count - 1 - i), 5 + i, stride]).flat())
  const before = accumulate ? normals(2, 2 * count) : blank(2 * count)
  const { gradient } = await runKernel({ ...columnSums(count, chunks), buffers: { entries, partial, gradient: before }, step: { accumulate } })
  const want = Float64Array.from(before)
  columnSumsReference(entries, partial, chunks).forEach((sum, i) => (want[entries[i * 3]!] = sum + (accumulate ? before[entries[i * 3]!]! : 0)))
  expectClose(gradient, want)
  if (!accumulate) expect(gradient[1]).toBe(UNTOUCHED)
})
