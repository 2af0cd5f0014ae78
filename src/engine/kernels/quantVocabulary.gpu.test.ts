/** The two ends of a model with a large vocabulary: the embedding over several buffers, and the draw over pieces. */
import { describe, expect, test } from 'vitest'
import { logSumExp } from '../../base/numeric'
import { Random } from '../../base/random'
import { sampleToken } from '../../posttrain/sampling'
import { encodeRows, type WeightFormat } from '../inference/weightFormat'
import { decodeRows } from '../inference/weightFormat.reference'
import { SLOT_WORDS, type StepKind } from './cacheFormat'
import { drawPieces, drawTokens, PIECE_WORDS, pieceCount } from './drawTokens'
import { quantEmbedding } from './quantEmbedding'
import type { Lanes } from './rows'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'
import { scoreTokens } from './scoreTokens'

type Buffers = Record<string, Float32Array | Uint32Array>

/** Slots of a decoding step; each one's last token is at column made − 1 of its row. */
const SLOTS = [3, 1, 0]
const MADE = [4, 2, 9, 1]
const STRIDE = 10
const state = Uint32Array.from(MADE.flatMap((made) => [0, 0, 0, made, 0]))

describe.each<WeightFormat>(['f32', 'f16', 'int8', 'int4'])('embedding in %s', (format) => {
  test.each<StepKind>(['chunk', 'decode'])('%s: a buffer writes the rows of its own tokens only', async (kind) => {
    const [V, columns] = [50, 36]
    const encoded = encodeRows(format, normals(5, V * columns), columns)
    const plain = decodeRows(format, encoded, columns)
    const words = encoded.words.length / V
    const groups = encoded.scales.length / V
    const tokens = kind === 'chunk' ? [49, 0, 7, 29, 30, 31, 12] : [30, 3, 49]
    const ids = kind === 'chunk' ? Uint32Array.from(tokens) : new Uint32Array(4 * STRIDE).fill(99)
    if (kind === 'decode') SLOTS.forEach((slot, row) => (ids[slot * STRIDE + MADE[slot]! - 1] = tokens[row]!))
    for (const [first, count] of [[0, 30], [30, 20]] as const) {
      const scales = new Uint32Array(Math.ceil((count * groups) / 2))
      new Uint16Array(scales.buffer).set(encoded.scales.subarray(first * groups, (first + count) * groups))
      const { x } = await runKernel<Buffers>({
        ...quantEmbedding({ format, columns, kind }),
        buffers: { w: encoded.words.slice(first * words, (first + count) * words), ...(groups > 0 ? { s: scales } : {}), ids, ...(kind === 'decode' ? { slots: Uint32Array.from(SLOTS), state } : {}), x: blank(tokens.length * columns) },
        step: { rows: tokens.length },
        op: [first, count, STRIDE],
      })
      const want = tokens.flatMap((token) => (token >= first && token < first + count ? [...plain.subarray(token * columns, (token + 1) * columns)] : Array<number>(columns).fill(UNTOUCHED)))
      expect([...x!]).toEqual(want)
    }
  })
})

describe.each<Lanes>([1, 64])('draw, %i lanes a piece', (lanes) => {
  async function draw(V: number, logits: Float32Array, temperature: number, ends: number[] = [], states = state) {
    const shape = { vocabulary: V, lanes }
    const step = { rows: SLOTS.length, seed: 11, slot: 2, inverseTemperature: temperature === 0 ? 0 : 1 / temperature }
    const slots = Uint32Array.from(SLOTS)
    const { pieces } = await runKernel<Buffers>({ ...drawPieces(shape), buffers: { logits, slots, state: states, pieces: blank(SLOTS.length * pieceCount(shape) * PIECE_WORDS) }, step })
    const out = await runKernel<Buffers>({
      ...drawTokens(shape),
      buffers: { pieces: pieces!, logits, slots, ends: Uint32Array.from([ends.length, ...ends]), state: states, tokens: new Uint32Array(4 * STRIDE), logprobs: blank(4 * STRIDE) },
      step,
      op: [STRIDE],
    })
    const words = { state: out.state as Uint32Array, tokens: out.tokens as Uint32Array }
    return { ...words, logprobs: out.logprobs as Float32Array, drawn: SLOTS.map((slot) => words.tokens[slot * STRIDE + states[slot * SLOT_WORDS + 3]!]!) }
  }

  test.each([[1, 1], [37, 0.7], [2048, 1], [2049, 0], [9001, 1.3]])('vocabulary %i at temperature %f: the draws and log-probabilities of the float64 sampler', async (V, temperature) => {
    const logits = normals(V, SLOTS.length * V).map((z) => 3 * z)
    const { drawn, logprobs, state: after } = await draw(V, logits, temperature)
    SLOTS.forEach((slot, row) => {
      const want = sampleToken(logits.subarray(row * V, (row + 1) * V), temperature, 11, slot + 2, MADE[slot]!)
      expect(drawn[row]).toBe(want.token)
      expect(logprobs[slot * STRIDE + MADE[slot]!]).toBeCloseTo(want.logprob, 4)
      expect(after[slot * SLOT_WORDS + 3]).toBe(MADE[slot]! + 1)
    })
    expect([...after.subarray(2 * SLOT_WORDS, 3 * SLOT_WORDS)]).toEqual([...state.subarray(2 * SLOT_WORDS, 3 * SLOT_WORDS)]) // not in this step
  })

  test('any of the end tokens ends a row; one that has ended, or is full, stays as it is', async () => {
    const V = 5000
    const logits = normals(7, SLOTS.length * V)
    const first = await draw(V, logits, 0)
    const ended = await draw(V, logits, 0, [first.drawn[0]!, first.drawn[2]!, 4999])
    expect(SLOTS.map((slot) => ended.state[slot * SLOT_WORDS + 4])).toEqual([1, 0, 1])
    const states = state.slice()
    states[3 * SLOT_WORDS + 4] = 1
    states[1 * SLOT_WORDS + 3] = STRIDE
    const still = await draw(V, logits, 0, [], states)
    expect(SLOTS.map((slot) => still.state[slot * SLOT_WORDS + 3])).toEqual([MADE[3], STRIDE, MADE[0]! + 1])
    expect(still.logprobs.filter((l) => l !== UNTOUCHED)).toHaveLength(1)
  })

  test('equal logits: the smaller token', async () => {
    const logits = new Float32Array(SLOTS.length * 6000)
    expect((await draw(6000, logits, 0)).drawn).toEqual([0, 0, 0])
  })

  test('a piece that no draw reaches still counts in the log-probability', async () => {
    const logits = new Float32Array(SLOTS.length * 4096).fill(-50)
    for (let row = 0; row < SLOTS.length; row++) logits[row * 4096 + 4095] = logits[row * 4096] = 10
    const { logprobs } = await draw(4096, logits, 0)
    for (const slot of SLOTS) expect(logprobs[slot * STRIDE + MADE[slot]!]).toBeCloseTo(-Math.LN2, 5)
  })
})

test('given tokens are scored with the log-probability that a draw of them has', async () => {
  const V = 5000
  const logits = normals(3, SLOTS.length * V)
  const shape = { vocabulary: V, lanes: 1 as const }
  const step = { rows: SLOTS.length, inverseTemperature: 1 / 0.7 }
  const slots = Uint32Array.from(SLOTS)
  const { pieces } = await runKernel<Buffers>({ ...drawPieces(shape), buffers: { logits, slots, state, pieces: blank(SLOTS.length * pieceCount(shape) * PIECE_WORDS) }, step })
  const targets = Uint32Array.of(0, 2048, 4999)
  const { logprobs } = await runKernel<Buffers>({ ...scoreTokens(shape), buffers: { pieces: pieces!, logits, targets, logprobs: blank(SLOTS.length) }, step })
  targets.forEach((target, row) => {
    const z = Array.from(logits.subarray(row * V, (row + 1) * V), (l) => l / 0.7)
    expect(logprobs![row]).toBeCloseTo(z[target]! - logSumExp(z), 4)
  })
})

test('a seed draws from the softmax: frequencies of 4,000 tokens', async () => {
  const V = 5
  const logits = Float32Array.from({ length: V }, (_, i) => Math.log(i + 1))
  const counts = new Array<number>(V).fill(0)
  const random = Random.seed(1)
  const rows = 4000
  const many = Float32Array.from({ length: rows * V }, (_, i) => logits[i % V]!)
  const slots = Uint32Array.from({ length: rows }, (_, i) => i)
  const states = new Uint32Array(rows * SLOT_WORDS)
  const step = { rows, seed: random.uint32(), inverseTemperature: 1 }
  const { pieces } = await runKernel<Buffers>({ ...drawPieces({ vocabulary: V, lanes: 1 }), buffers: { logits: many, slots, state: states, pieces: blank(rows * PIECE_WORDS) }, step })
  for (let row = 0; row < rows; row++) counts[new Uint32Array(pieces!.buffer)[row * PIECE_WORDS + 3]!]!++
  // χ² with 4 degrees of freedom: 18.5 is the 99.9 % point.
  expect(counts.reduce((sum, n, i) => sum + (n - (rows * (i + 1)) / 15) ** 2 / ((rows * (i + 1)) / 15), 0)).toBeLessThan(18.5)
})
