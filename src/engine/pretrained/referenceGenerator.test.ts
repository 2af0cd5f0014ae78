import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { sentence } from '../../base/result'
import { neverStop } from '../../base/stop'
import { goldenModel, type GoldenName } from '../model/goldenModel'
import { openNodeWasm } from '../node'
import type { GenerateSettings, Generator, TokenBatch } from './generator'
import { goldenFolder } from './goldenFolder'
import { fileBytes, weightReader } from './loadWeights'
import { ReferenceGenerator } from './referenceGenerator'
import { placeWeights } from './weightFiles'

beforeAll(openNodeWasm)

async function load(name: GoldenName, context = 128, onRead: (done: number) => void = () => {}, stop = neverStop) {
  const { config } = goldenModel(name)
  const placed = await placeWeights(goldenFolder(name), config)
  if (!placed.ok) throw new Error(sentence(placed))
  return { total: fileBytes(placed.value), generator: await ReferenceGenerator.load(config, context, weightReader(placed.value, null, onRead), stop) }
}
async function loaded(name: GoldenName, context = 128): Promise<Generator> {
  const { generator } = await load(name, context)
  if (!generator.ok) throw new Error(sentence(generator))
  return generator.value
}
const greedy: GenerateSettings = { temperature: 0, maxNewTokens: 24, seed: 1, endIds: [] }

async function run(generator: Generator, prompt: readonly number[], settings: Partial<GenerateSettings>, stop = neverStop) {
  const batches: TokenBatch[] = []
  const end = await generator.generate(prompt, { ...greedy, ...settings }, (batch) => Promise.resolve(void batches.push(batch)), stop)
  return { end, tokens: batches.flatMap((b) => b.tokens), logprobs: batches.flatMap((b) => b.logprobs) }
}

test.each<GoldenName>(['qwen3-tiny', 'qwen3-tiny-untied-bf16'])('%s from its folder: the golden tokens', async (name) => {
  const before = tf.memory().numTensors
  const generator = await loaded(name)
  for (const { input_ids, greedy: want } of goldenModel(name).expected) {
    const { end, tokens, logprobs } = await run(generator, input_ids, {})
    expect(end).toMatchObject({ reason: 'length', promptTokens: input_ids.length, newTokens: 24 })
    want.forEach(({ token, logprob, margin }, n) => {
      if (margin > 1e-3) expect(tokens[n]).toBe(token)
      expect(Math.abs(logprobs[n]! - logprob)).toBeLessThan(2e-4)
    })
  }
  generator.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

describe('how it ends', () => {
  const { input_ids, greedy: want } = goldenModel().expected[0]!

  test('at an end token, which is the last one given', async () => {
    const generator = await loaded('qwen3-tiny')
    const third = want[2]!.token
    const { end, tokens } = await run(generator, input_ids, { endIds: [third, 99_999] })
    expect(end.reason).toBe('end')
    expect(tokens).toEqual(want.slice(0, want.findIndex((w) => w.token === third) + 1).map((w) => w.token))
    generator.dispose()
  })

  test('at the end of the context', async () => {
    const generator = await loaded('qwen3-tiny', input_ids.length + 5)
    const { end } = await run(generator, input_ids, {})
    expect(end).toMatchObject({ reason: 'context', newTokens: 5 })
    generator.dispose()
  })

  test('when it is stopped, without another token, and can go on afterwards', async () => {
    const generator = await loaded('qwen3-tiny')
    const stop = { aborted: false }
    const tokens: number[] = []
    const end = await generator.generate(input_ids, greedy, async (batch) => {
      tokens.push(...batch.tokens)
      stop.aborted = tokens.length === 3
    }, stop)
    expect([end.reason, tokens.length]).toEqual(['stopped', 3])
    expect((await run(generator, input_ids, { maxNewTokens: 2 })).tokens).toEqual(want.slice(0, 2).map((w) => w.token))
    generator.dispose()
  })

  test('a listener that throws ends it with its error and frees what it held', async () => {
    const generator = await loaded('qwen3-tiny')
    const before = tf.memory().numTensors
    await expect(generator.generate(input_ids, greedy, () => Promise.reject(new Error('gone')), neverStop)).rejects.toThrow('gone')
    expect(tf.memory().numTensors).toBe(before)
    generator.dispose()
  })

  test.each([[[], /0 tokens/], [Array<number>(128).fill(1), /128 tokens; expected 1 to 127/], [[1, 512], /token 512.*ends at 511/], [[1.5], /token 1\.5/]])('a prompt that cannot be: %#', async (prompt, says) => {
    const generator = await loaded('qwen3-tiny')
    await expect(run(generator, prompt, {})).rejects.toThrow(says)
    generator.dispose()
  })
})

test('a seed draws the same tokens again, another one others', async () => {
  const generator = await loaded('qwen3-tiny')
  const draw = async (seed: number) => (await run(generator, [3, 4, 5], { temperature: 1.5, seed, maxNewTokens: 8 })).tokens
  expect(await draw(7)).toEqual(await draw(7))
  expect(await draw(7)).not.toEqual(await draw(8))
  generator.dispose()
})

test('loading tells its progress up to the last byte, and a cancel leaves nothing behind', async () => {
  const before = tf.memory().numTensors
  const seen: number[] = []
  const whole = await load('qwen3-tiny-untied-bf16', 64, (done) => void seen.push(done))
  if (whole.generator.ok) whole.generator.value.dispose()
  expect(seen.at(-1)).toBe(whole.total)
  expect([...seen].sort((a, b) => a - b)).toEqual(seen)
  const stop = { aborted: false }
  const { generator } = await load('qwen3-tiny-untied-bf16', 64, (done) => void (stop.aborted = done > whole.total / 2), stop)
  expect(generator).toMatchObject({ ok: false, kind: 'cancelled' })
  expect(tf.memory().numTensors).toBe(before)
})
