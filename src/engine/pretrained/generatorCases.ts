/** What every generator must do, whichever engine computes it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { sentence, type Result } from '../../base/result'
import { neverStop, type Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { sampleToken } from '../../posttrain/sampling'
import { decoderReference } from '../model/decoder.reference'
import { goldenModel, type GoldenName } from '../model/goldenModel'
import type { GenerateSettings, Generator, TokenBatch } from './generator'
import { goldenFolder } from './goldenFolder'
import { fileBytes, weightReader, type LoadFault, type WeightReader } from './loadWeights'
import { readAdapter } from './lora'
import { placeWeights } from './weightFiles'

export interface GeneratorCase {
  load(config: ModelConfig, context: number, read: WeightReader, stop: Stop): Promise<Result<Generator, LoadFault>>
  /** What the engine holds now; must be the same before a load and after its end. */
  held(): number
}

const greedy: GenerateSettings = { temperature: 0, maxNewTokens: 24, seed: 1, endIds: [] }

async function run(generator: Generator, prompt: readonly number[], settings: Partial<GenerateSettings>, stop: Stop = neverStop) {
  const batches: TokenBatch[] = []
  const end = await generator.generate(prompt, { ...greedy, ...settings }, (batch) => Promise.resolve(void batches.push(batch)), stop)
  return { end, tokens: batches.flatMap((b) => b.tokens), logprobs: batches.flatMap((b) => b.logprobs) }
}

/** @param most golden tokens to decode: slow engines take fewer */
export function describeGenerator(name: string, most: number, open: () => Promise<GeneratorCase>): void {
  describe(name, () => {
    let engine: GeneratorCase
    beforeAll(async () => void (engine = await open()))

    async function load(model: GoldenName, context = 128, onRead: (done: number) => void = () => {}, stop = neverStop, lora = false) {
      const { config } = goldenModel(model)
      const placed = await placeWeights(goldenFolder(model), config)
      if (!placed.ok) throw new Error(sentence(placed))
      const adapter = lora ? await readAdapter(goldenFolder('lora'), config) : null
      if (adapter && !adapter.ok) throw new Error(sentence(adapter))
      return { total: fileBytes(placed.value), adapter: adapter?.value ?? null, generator: await engine.load(config, context, weightReader(placed.value, adapter?.value ?? null, onRead), stop) }
    }
    async function loaded(...args: Parameters<typeof load>): Promise<Generator> {
      const { generator } = await load(...args)
      if (!generator.ok) throw new Error(sentence(generator))
      return generator.value
    }
    const { input_ids, greedy: want } = goldenModel().expected[0]!

    test.each<GoldenName>(['qwen3-tiny', 'qwen3-tiny-untied-bf16'])('%s from its folder: the golden tokens', async (model) => {
      const before = engine.held()
      const generator = await loaded(model)
      for (const { input_ids, greedy: want } of goldenModel(model).expected) {
        const { end, tokens, logprobs } = await run(generator, input_ids, { maxNewTokens: most })
        expect(end).toMatchObject({ reason: 'length', promptTokens: input_ids.length, newTokens: most })
        want.slice(0, most).forEach(({ token, logprob, margin }, n) => {
          if (margin > 1e-3) expect(tokens[n]).toBe(token)
          expect(Math.abs(logprobs[n]! - logprob)).toBeLessThan(2e-4)
        })
      }
      generator.dispose()
      expect(engine.held()).toBe(before)
    })

    test('with an adapter merged: the tokens of the merged weights in float64', async () => {
      const generator = await loaded('qwen3-tiny', 64, undefined, neverStop, true)
      const { tokens, logprobs } = await run(generator, input_ids, { maxNewTokens: 4 })
      generator.dispose()
      const plain = await loaded('qwen3-tiny', 64)
      const unmerged = await run(plain, input_ids, { maxNewTokens: 4 })
      plain.dispose()
      expect(logprobs).not.toEqual(unmerged.logprobs)
      const { config, parameters } = goldenModel()
      const { adapter } = await load('qwen3-tiny', 64, undefined, { aborted: true }, true)
      const merged = parameters.slice()
      const { mergeAdapter } = await import('./lora')
      const { parameterLayout } = await import('../model/parameters')
      for (const slot of parameterLayout(config)) mergeAdapter(adapter!, slot.name, merged.subarray(slot.offset, slot.offset + slot.size))
      const ids = [...input_ids]
      tokens.forEach((token, n) => {
        const draw = sampleToken(decoderReference(config, merged, ids).at(-1)!, 0, 1, 0, n)
        expect(token).toBe(draw.token)
        expect(Math.abs(logprobs[n]! - draw.logprob)).toBeLessThan(2e-4)
        ids.push(token)
      })
    })

    test.each([1, 2])('ends at an end token, which is the last one given (%i of them named)', async (count) => {
      const generator = await loaded('qwen3-tiny')
      const third = want[2]!.token
      const { end, tokens } = await run(generator, input_ids, { endIds: count === 1 ? [third] : [511, third] })
      expect(end.reason).toBe('end')
      expect(tokens).toEqual(want.slice(0, want.findIndex((w) => w.token === third) + 1).map((w) => w.token))
      expect(end.newTokens).toBe(tokens.length)
      generator.dispose()
    })

    test('ends at the end of the context', async () => {
      const generator = await loaded('qwen3-tiny', input_ids.length + 5)
      const { end, tokens } = await run(generator, input_ids, {})
      expect(end).toMatchObject({ reason: 'context', newTokens: 5 })
      expect(tokens.length).toBe(5)
      generator.dispose()
    })

    test('ends when it is stopped, tells no token after that, and can go on afterwards', async () => {
      const generator = await loaded('qwen3-tiny')
      const stop = { aborted: false }
      const batches: TokenBatch[] = []
      const end = await generator.generate(input_ids, greedy, async (batch) => {
        batches.push(batch)
        stop.aborted = batches.length === 2
      }, stop)
      expect([end.reason, batches.length]).toEqual(['stopped', 2])
      expect(end.newTokens).toBe(batches.flatMap((b) => b.tokens).length)
      expect((await run(generator, input_ids, { maxNewTokens: 2 })).tokens).toEqual(want.slice(0, 2).map((w) => w.token))
      generator.dispose()
    })

    test('a listener that throws ends it with its error', async () => {
      const generator = await loaded('qwen3-tiny')
      await expect(generator.generate(input_ids, greedy, () => Promise.reject(new Error('gone')), neverStop)).rejects.toThrow('gone')
      generator.dispose()
    })

    test.each<[number[], RegExp]>([[[], /0 tokens/], [Array<number>(128).fill(1), /128 tokens; expected 1 to 127/], [[1, 512], /token 512.*ends at 511/], [[1.5], /token 1\.5/]])('a prompt that cannot be: case %#', async (prompt, says) => {
      const generator = await loaded('qwen3-tiny')
      await expect(run(generator, prompt, {})).rejects.toThrow(says)
      generator.dispose()
    })

    test('a seed draws what the plain loops draw', async () => {
      const generator = await loaded('qwen3-tiny')
      const draw = async (seed: number) => (await run(generator, [3, 4, 5], { temperature: 1.5, seed, maxNewTokens: 6 })).tokens
      const drawn = await draw(7)
      expect(await draw(7)).toEqual(drawn)
      expect(await draw(8)).not.toEqual(drawn)
      generator.dispose()
      const { config, parameters } = goldenModel()
      const ids = [3, 4, 5]
      drawn.forEach((token, n) => {
        expect(token).toBe(sampleToken(decoderReference(config, parameters, ids).at(-1)!, 1.5, 7, 0, n).token)
        ids.push(token)
      })
    })

    test('loading tells its progress up to the last byte; a cancel leaves nothing behind', async () => {
      const before = engine.held()
      const seen: number[] = []
      const whole = await load('qwen3-tiny-untied-bf16', 64, (done) => void seen.push(done))
      if (whole.generator.ok) whole.generator.value.dispose()
      expect(seen.at(-1)).toBe(whole.total)
      expect([...seen].sort((a, b) => a - b)).toEqual(seen)
      const stop = { aborted: false }
      const { generator } = await load('qwen3-tiny-untied-bf16', 64, (done) => void (stop.aborted = done > whole.total / 2), stop)
      expect(generator).toMatchObject({ ok: false, kind: 'cancelled' })
      expect(engine.held()).toBe(before)
    })
  })
}
