import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { centralDifferences, inner } from './centralDifferences'
import { embeddingGradient, embedTokens, tokenSpans } from './embedding'
import { embeddingGradientReference, embedReference } from './embedding.reference'
import { expectClose } from './expectClose'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'

function tokens(seed: number, length: number, V: number): Uint32Array {
  const random = Random.seed(seed)
  return Uint32Array.from({ length }, () => random.below(V))
}

/** Rows, columns, words. One; odd; 64 invocations and one more. */
const SHAPES: [number, number, number][] = [[1, 1, 1], [7, 9, 5], [16, 4, 3], [13, 5, 100], [33, 130, 7]]

describe('embedding', () => {
  test.each(SHAPES)('%i rows of %i columns, %i words', async (rows, C, V) => {
    const [table, ids] = [normals(1, V * C), tokens(2, rows, V)]
    const { x } = await runKernel({ ...embedTokens(C, 'packed'), buffers: { table: Float32Array.from([UNTOUCHED, ...table]), ids, x: blank(rows * C) }, op: [1], step: { rows } })
    expect(x).toEqual(Float32Array.from(embedReference(table, ids, C)))
  })

  test('more workgroups than one dimension of a dispatch holds', async () => {
    const [rows, C, V] = [33_000, 129, 50]
    const [table, ids] = [normals(1, V * C), tokens(2, rows, V)]
    const { x } = await runKernel({ ...embedTokens(C, 'packed'), buffers: { table, ids, x: blank(rows * C) }, step: { rows } })
    let wrong = 0
    for (let i = 0; i < x.length; i++) if (x[i] !== table[ids[Math.floor(i / C)]! * C + (i % C)]) wrong++
    expect(wrong).toBe(0)
  })

  test('a decoding row takes the last token of its slot', async () => {
    const [C, V, most] = [5, 9, 4]
    const [table, ids] = [normals(1, V * C), tokens(2, 3 * most, V)]
    const state = Uint32Array.from([[0, 2, 4, 0], [2, 5, 1, 0], [0, 2, 2, 0]].flat())
    const slots = Uint32Array.of(2, 0)
    const { x } = await runKernel({ ...embedTokens(C, 'decode'), buffers: { table, ids, first: slots, state, x: blank(3 * C) }, op: [0, 0, 0, most], step: { rows: 2 } })
    expect(x).toEqual(Float32Array.from([...embedReference(table, [ids[2 * most + 1]!, ids[3]!], C), ...blank(C)]))
  })
})

describe('embedding gradient', () => {
  const run = async (rows: number, C: number, V: number) => {
    const [ids, dx, before] = [tokens(1, rows, V), normals(2, rows * C), normals(3, V * C)]
    const { order, spans, distinct } = tokenSpans(ids)
    const buffers = { spans, order, dx, gradient: Float32Array.from([UNTOUCHED, ...before, UNTOUCHED]) }
    const { gradient } = await runKernel({ ...embeddingGradient(C), buffers, op: [1], step: { distinct, rows } })
    expect([gradient[0], gradient[gradient.length - 1]]).toEqual([UNTOUCHED, UNTOUCHED])
    return { ids, dx, before, gradient: gradient.subarray(1, 1 + V * C) }
  }

  test.each(SHAPES)('%i rows of %i columns, %i words, added to what is there', async (rows, C, V) => {
    const { ids, dx, before, gradient } = await run(rows, C, V)
    expectClose(gradient, embeddingGradientReference(ids, dx, V, C).map((g, i) => g + before[i]!))
  })

  test('against finite differences', async () => {
    const [rows, C, V] = [11, 3, 4]
    const { ids, dx, before, gradient } = await run(rows, C, V)
    const want = centralDifferences((table) => inner(dx, embedReference(table, ids, C)), normals(9, V * C))
    expectClose(gradient, want.map((g, i) => g + before[i]!))
  })
})
