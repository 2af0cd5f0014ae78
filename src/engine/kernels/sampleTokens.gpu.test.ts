import { describe, expect, test } from 'vitest'
import golden from '../../posttrain/goldens/gumbel.json'
import { sampleToken } from '../../posttrain/sampling'
import { STATE_WORDS } from './heads'
import type { Lanes } from './rows'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'
import { sampleTokens } from './sampleTokens'
import { sampleTokensReference } from './sampleTokens.reference'

const NO_END = 0xffffffff

interface Draws {
  readonly logits: Float32Array
  readonly V: number
  readonly stride?: number
  readonly lanes?: Lanes
  /** Slot of each row; row i of the logits is slot i by default. */
  readonly slots?: Uint32Array
  /** Slots in all. */
  readonly slotCount?: number
  /** Tokens that a slot has made and whether it is done: [made, done] by slot. */
  readonly made?: (slot: number) => readonly [number, number]
  readonly most?: number
  readonly temperature: number
  readonly seed?: number
  readonly firstRow?: number
  readonly end?: number
}

async function draw(d: Draws) {
  const { V, stride = V, lanes = 1, most = 1, made = () => [0, 0] } = d
  const rows = d.logits.length / stride
  const slots = d.slots ?? Uint32Array.from({ length: rows }, (_, i) => i)
  const slotCount = d.slotCount ?? rows
  const state = new Uint32Array(slotCount * STATE_WORDS).fill(UNTOUCHED)
  for (let slot = 0; slot < slotCount; slot++) state.set(made(slot), slot * STATE_WORDS + 2)
  const buffers = { logits: d.logits, slots, state, tokens: new Uint32Array(slotCount * most).fill(UNTOUCHED), logprobs: blank(slotCount * most) }
  const step = { rows, seed: d.seed ?? 1, slot: d.firstRow ?? 0, endToken: d.end ?? NO_END, inverseTemperature: d.temperature === 0 ? 0 : 1 / d.temperature }
  const after = await runKernel({ ...sampleTokens({ vocabulary: V, stride, lanes }), buffers, op: [0, 0, 0, most], step })
  return { before: state, ...after }
}

/** Scores as floats miss those in float64 by less than this: only a closer race may end otherwise. */
const PHOTO_FINISH = 1e-4

describe.each<Lanes>([1, 8, 64])('%i lanes a row', (lanes) => {
  // Vocabularies of one, odd, at and beside the lanes; a row base; the last column is followed by padding that must not win.
  test.each([[1, 1], [5, 8], [63, 64], [64, 64], [65, 68], [300, 300]])('tokens and log-probabilities of sampleToken, %i words in rows of %i', async (V, stride) => {
    let close = 0
    for (const [temperature, seed, firstRow, position] of [[1, 7, 0, 0], [0.8, 0xffffffff, 1000, 3], [1.7, 123456, 5, 511]] as const) {
      const rows = 129
      const values = normals(seed, rows * V).map((z) => 2 * z)
      const logits = new Float32Array(rows * stride).fill(UNTOUCHED)
      for (let r = 0; r < rows; r++) logits.set(values.subarray(r * V, (r + 1) * V), r * stride)
      const most = position + 1
      const got = await draw({ logits, V, stride, lanes, temperature, seed, firstRow, most, made: () => [position, 0] })
      for (let r = 0; r < rows; r++) {
        const z = values.subarray(r * V, (r + 1) * V)
        // The kernel multiplies by a float 1/T.
        const want = sampleTokensReference(z, 1 / Math.fround(1 / temperature), seed, firstRow + r, position)
        const token = got.tokens[r * most + position]!
        if (token !== want.token) {
          close++
          expect(want.margin, `row ${r}: ${token}, want ${want.token}`).toBeLessThan(PHOTO_FINISH)
          continue
        }
        expect(Math.abs(got.logprobs[r * most + position]! - want.logprob), `log-probability of row ${r}`).toBeLessThan(1e-5 * Math.max(1, Math.abs(want.logprob)))
        expect([...got.state.subarray(r * STATE_WORDS, (r + 1) * STATE_WORDS)]).toEqual([UNTOUCHED, UNTOUCHED, position + 1, 0])
      }
    }
    expect(close).toBeLessThanOrEqual(2)
  })

  test('temperature 0 takes the largest logit, the first of equals, with its log-probability at temperature 1', async () => {
    const V = 70
    const logits = normals(3, 65 * V)
    // Row 0 ties in columns of different lanes and in reach of one.
    for (const v of [66, 3, 9, 65]) logits[v] = 9
    const got = await draw({ logits, V, lanes, temperature: 0 })
    for (let r = 0; r < 65; r++) {
      const want = sampleToken(logits.subarray(r * V, (r + 1) * V), 0, 1, r, 0)
      expect(got.tokens[r]).toBe(want.token)
      expect(Math.abs(got.logprobs[r]! - want.logprob)).toBeLessThan(1e-5)
    }
    expect(got.tokens[0]).toBe(3)
  })

  test('rows in any slot; those that are done or full, or have no row, are left alone; the end token ends a row', async () => {
    const [V, most, slotCount] = [9, 4, 6]
    const slots = Uint32Array.of(5, 1, 0, 3)
    // Slot 1 is done, slot 0 is full, 2 and 4 have no row.
    const made = (slot: number) => ([[4, 0], [2, 1], [1, 0], [1, 0], [0, 0], [3, 0]] as const)[slot]!
    const logits = normals(5, 4 * V)
    const expected = (row: number) => sampleToken(logits.subarray(row * V, (row + 1) * V), 1, 1, slots[row]!, made(slots[row]!)[0])
    const end = expected(3).token
    expect(expected(0).token).not.toBe(end)
    const got = await draw({ logits, V, lanes, temperature: 1, slots, slotCount, most, made, end })
    const tokens = new Uint32Array(slotCount * most).fill(UNTOUCHED)
    const state = got.before.slice()
    tokens[5 * most + 3] = expected(0).token
    state[5 * STATE_WORDS + 2] = 4
    tokens[3 * most + 1] = end
    state.set([2, 1], 3 * STATE_WORDS + 2)
    expect(got.tokens).toEqual(tokens)
    expect(got.state).toEqual(state)
    got.logprobs.forEach((l, i) => expect(l === UNTOUCHED).toBe(tokens[i] === UNTOUCHED))
  })

  test('logits of hundreds give no overflow', async () => {
    const logits = Float32Array.of(-800, 500, 499, -3, 0)
    const got = await draw({ logits, V: 5, lanes, temperature: 1 })
    const want = sampleToken(logits, 1, 1, 0, 0)
    expect(got.tokens[0]).toBe(want.token)
    expect(Math.abs(got.logprobs[0]! - want.logprob)).toBeLessThan(1e-5)
  })
})

test('log-probabilities of the golden draws', async () => {
  const V = golden.logits.length / golden.token.length
  for (const [row, token] of golden.token.entries()) {
    const logits = Float32Array.from(golden.logits.slice(row * V, (row + 1) * V))
    // The goldens bring their own noise; here, a seed that leads to the same token.
    let seed = 0
    while (sampleToken(logits, golden.temperature, seed, 0, 0).token !== token) seed++
    const got = await draw({ logits, V, temperature: golden.temperature, seed })
    expect(got.tokens[0]).toBe(token)
    expect(Math.abs(got.logprobs[0]! - golden.logprob[row]!)).toBeLessThan(1e-5)
  }
})

test('20,000 draws follow the softmax: χ² below its 99.9% quantile', async () => {
  const n = 20_000
  const V = 12
  const temperature = 0.8
  const one = normals(8, V)
  const logits = new Float32Array(n * V)
  for (let r = 0; r < n; r++) logits.set(one, r * V)
  const weights = [...one].map((z) => Math.exp(z / temperature))
  const total = weights.reduce((a, b) => a + b)
  const expected = weights.map((w) => (n * w) / total)
  expect(Math.min(...expected)).toBeGreaterThan(50)
  // Over rows, over positions and over seeds: each must be as good as the other.
  const chiSquare = (tokens: ArrayLike<number>) => {
    const counts = new Array<number>(V).fill(0)
    for (let i = 0; i < tokens.length; i++) counts[tokens[i]!]!++
    expect(counts.reduce((a, b) => a + b)).toBe(n)
    return counts.reduce((sum, c, v) => sum + (c - expected[v]!) ** 2 / expected[v]!, 0)
  }
  const rows = await draw({ logits, V, temperature })
  const positions = await draw({ logits, V, temperature, most: 20, made: (slot) => [slot % 20, 0] })
  const far = await draw({ logits, V, temperature, firstRow: 4_000_000_000, seed: 99 })
  // 31.26 is the 99.9% quantile of χ² with 11 degrees of freedom.
  expect(chiSquare(rows.tokens)).toBeLessThan(31.26)
  expect(chiSquare(positions.tokens.filter((token) => token !== UNTOUCHED))).toBeLessThan(31.26)
  expect(chiSquare(far.tokens)).toBeLessThan(31.26)
})
