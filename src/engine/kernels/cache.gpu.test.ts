import { describe, expect, test } from 'vitest'
import { rotaryTable } from '../fused/shape'
import { fromFloat16, toFloat16 } from '../inference/float16'
import { cacheAttention, joinParts, type CacheAttentionShape } from './cacheAttention'
import { cacheAttentionReference } from './cacheAttention.reference'
import { SLOT_WORDS, type CacheFormat, type StepKind } from './cacheFormat'
import { cacheHeads } from './cacheHeads'
import { cacheHeadsReference } from './cacheHeads.reference'
import { expectClose } from './expectClose'
import { blank, normals, runKernel } from './runKernel'

type Buffers = Record<string, Float32Array | Uint32Array>

const CACHES: CacheFormat[] = ['f32', 'f16']

/** A cache as the kernels hold it, and as plain numbers. */
function cacheOf(format: CacheFormat, values: Float32Array): { held: Float32Array | Uint32Array; plain: Float32Array } {
  if (format === 'f32') return { held: values, plain: values }
  const halves = Uint16Array.from(values, toFloat16)
  return { held: new Uint32Array(halves.buffer), plain: Float32Array.from(halves, fromFloat16) }
}

/** Sequences of a decoding step in a shuffled cache: a group of two on one prompt, one alone; slot 1 is idle. */
const SLOTS = [2, 0, 3]
const STATE = [
  { prompt: 5, length: 70, own: 200, made: 60 },
  { prompt: 1, length: 1, own: 1, made: 1 },
  { prompt: 5, length: 70, own: 100, made: 1 },
  { prompt: 80, length: 2, own: 90, made: 3 },
]
const state = Uint32Array.from(STATE.flatMap(({ prompt, length, own, made }) => [prompt, length, own, made, 0]))
const decodeSeen = SLOTS.map((slot) => {
  const { prompt, length, own, made } = STATE[slot]!
  return [...Array.from({ length }, (_, j) => prompt + j), ...Array.from({ length: made }, (_, j) => own + j)]
})
/** Rows of a prompt that begins in cache row 3, from position 60 on. */
const CHUNK = Uint32Array.of(3, 60)
const chunkSeen = Array.from({ length: 11 }, (_, row) => Array.from({ length: 61 + row }, (_, j) => 3 + j))
const CACHE_ROWS = 280
const placeOf = (kind: StepKind): Record<string, Uint32Array> => (kind === 'chunk' ? { chunk: CHUNK } : { slots: Uint32Array.from(SLOTS), state })

test('the state of a slot is what the kernels read', () => expect(state.length).toBe(SLOT_WORDS * STATE.length))

describe.each(CACHES)('cache %s', (cache) => {
  describe.each([1, 64] as const)('lanes %i', (lanes) => {
    // Few shapes, since each is compiled: grouped heads and single ones, rows of one vec4 and of more than a workgroup's pairs.
    test.each(cache === 'f32' ? [[6, 2, 4]] : [[1, 1, 4], [6, 2, 8], [9, 1, 12], [2, 1, 128], [2, 2, 160]])('attention of %i heads on %i, width %i: prompts and decoding, whole and in parts', async (heads, kvHeads, headDim) => {
      const { held, plain } = cacheOf(cache, normals(9, CACHE_ROWS * 2 * kvHeads * headDim))
      for (const [kind, splits] of [['chunk', 1], ['decode', 3], ...(headDim === 8 ? [['chunk', 2], ['decode', 1]] as const : [])] as [StepKind, number][]) {
        const seen = kind === 'chunk' ? chunkSeen : decodeSeen
        const rows = seen.length
        const q = normals(4, rows * heads * headDim).map((v) => 2 * v)
        const want = cacheAttentionReference({ heads, kvHeads, headDim, q, cache: plain, seen })
        const shape: CacheAttentionShape = { heads, kvHeads, headDim, cache, kind, splits, lanes }
        const place = placeOf(kind)
        const sums = rows * heads * splits
        const parts = await runKernel<Buffers>({ ...cacheAttention(shape), buffers: { q, cache: held, ...place, o: blank(sums * headDim), ...(splits > 1 ? { level: blank(sums * 2) } : {}) }, step: { rows } })
        const { o } = splits === 1 ? parts : await runKernel<Buffers>({ ...joinParts(shape), buffers: { part: parts.o!, level: parts.level!, o: blank(rows * heads * headDim) }, step: { rows } })
        expectClose(o!, want, `${kind}, ${splits} parts`)
      }
    })

    test.each([[3, 1, 4], [4, 2, 36], [2, 2, 128]])('%i heads on %i, width %i: rotated, normed, and in their places', async (heads, kvHeads, headDim) => {
      const width = (heads + 2 * kvHeads) * headDim
      const table = rotaryTable(160, headDim, 1e4)
      const weights = normals(8, 2 * headDim)
      for (const kind of ['chunk', 'decode'] as StepKind[])
        for (const hasNorm of [true, false]) {
          const places = (kind === 'chunk' ? chunkSeen : decodeSeen).map((seen) => ({ position: seen.length - 1, row: seen[seen.length - 1]! }))
          const qkv = normals(3, places.length * width)
          const norms = { q: weights.subarray(0, headDim), k: weights.subarray(headDim), epsilon: 1e-6 }
          const want = cacheHeadsReference({ heads, kvHeads, headDim, qkv, positions: places.map((p) => p.position), theta: 1e4, norms: hasNorm ? norms : undefined })
          const place = placeOf(kind)
          const rowNumbers = 2 * kvHeads * headDim
          const words = (CACHE_ROWS * rowNumbers) / (cache === 'f16' ? 2 : 1)
          const before = new Uint32Array(words).fill(0x7c017c01) // no number that a kernel writes
          const { q, cache: after } = await runKernel<Buffers>({
            ...cacheHeads({ heads, kvHeads, headDim, cache, kind, epsilon: 1e-6, hasNorm, lanes: lanes === 1 ? 1 : 16 }),
            buffers: { qkv, ...(hasNorm ? { n: Float32Array.from([NaN, ...weights]) } : {}), table, ...place, q: blank(places.length * heads * headDim), cache: before },
            step: { rows: places.length },
            op: [1, 1 + headDim],
          })
          expectClose(q!, want.q, 'query')
          const rowWords = words / CACHE_ROWS
          places.forEach(({ row }, i) => {
            const mine = (after as Uint32Array).slice(row * rowWords, (row + 1) * rowWords)
            const plain = cache === 'f32' ? new Float32Array(mine.buffer) : Float32Array.from(new Uint16Array(mine.buffer), fromFloat16)
            expectClose(plain, want.kv.subarray(i * rowNumbers, (i + 1) * rowNumbers), 'key or value', cache === 'f32' ? 1e-5 : 5e-4)
          })
          expect((after as Uint32Array).filter((word) => word !== 0x7c017c01).length).toBe(places.length * rowWords)
        }
    })
  })
})

test('values beyond float16 saturate, and do not become infinities', async () => {
  const [heads, kvHeads, headDim] = [1, 1, 4]
  const qkv = Float32Array.from([1, 1, 1, 1, 0, 0, 0, 0, 1e6, -1e6, 3, 70000])
  const { cache } = await runKernel<Buffers>({
    ...cacheHeads({ heads, kvHeads, headDim, cache: 'f16', kind: 'chunk', epsilon: 1e-6, hasNorm: false, lanes: 1 }),
    buffers: { qkv, table: rotaryTable(4, headDim, 1e4), chunk: Uint32Array.of(0, 0), q: blank(4), cache: new Uint32Array(4) },
    step: { rows: 1 },
  })
  expect([...Float32Array.from(new Uint16Array(cache!.buffer), fromFloat16)].slice(4)).toEqual([65504, -65504, 3, 65504])
})
